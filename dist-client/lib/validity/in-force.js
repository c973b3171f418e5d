"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.inForce = inForce;
const index_js_1 = require("../policy/index.js");
/** Held by everybody who has an account; a narrowed token must name it. */
const BY_EVERYBODY = [index_js_1.Account.self.name];
/** What is in force: account ∩ client ∩ scope, always all three, whatever path a request takes. */
function inForce({ account, client, scope }) {
    const limits = [new index_js_1.Grants([...account, ...BY_EVERYBODY])];
    if (client)
        limits.push(new index_js_1.Grants(client));
    if (scope)
        limits.push(new index_js_1.Grants(scope));
    return limits.length === 1 ? limits[0] : new index_js_1.Intersection(limits);
}
