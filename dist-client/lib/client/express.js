"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.expressMiddleware = expressMiddleware;
const admission_js_1 = require("./admission.js");
/** Guards what comes after it: sets `request.user`, or answers 400, 401, 403 or 503 itself. */
function expressMiddleware(admission, rule) {
    (0, admission_js_1.requireRule)(rule);
    return (incoming, response, next) => {
        const request = incoming;
        const refuse = (error) => {
            try {
                answer(response, admission.answerTo(error, request));
            }
            catch (other) {
                next(other);
            }
        };
        let waiting;
        try {
            waiting = admission.admit(request, rule);
        }
        catch (error) {
            refuse(error);
            return;
        }
        // Not within the try: what the route throws isn't ours.
        const pass = () => next();
        if (waiting)
            waiting.then(pass, refuse);
        else
            next();
    };
}
function answer(response, { status, headers, body }) {
    response.statusCode = status;
    for (const [name, value] of Object.entries(headers))
        response.setHeader(name, value);
    response.end(body);
}
