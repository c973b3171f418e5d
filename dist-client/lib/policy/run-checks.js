"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.runChecks = runChecks;
exports.checksOf = checksOf;
exports.leavesOf = leavesOf;
const condition_js_1 = require("./condition.js");
const refusal_js_1 = require("./refusal.js");
/**
 * Whether what remains of a condition holds. Parameters are parsed before the first check runs.
 *
 * @throws Refusal 400 that names the parameter, when one isn't what its parser expects
 */
async function runChecks(remaining, user, request, instances) {
    const params = new Map(checksOf(remaining).map((one) => [one, parseParams(one, request.params)]));
    const holds = async (part) => {
        if (part.type === 'check')
            return ask(part, user, params.get(part), request, instances);
        for (const one of part.of) {
            const held = await holds(one);
            if (held !== (part.type === 'allOf'))
                return held;
        }
        return part.type === 'allOf';
    };
    return holds(remaining);
}
/** All checks in a condition. */
function checksOf(condition) {
    return leavesOf(condition).filter((leaf) => leaf.type === 'check');
}
/** What a condition is made of, without what combines it. */
function leavesOf(condition) {
    return 'of' in condition ? condition.of.flatMap(leavesOf) : [condition];
}
async function ask({ check }, user, params, request, instances) {
    const answer = (0, condition_js_1.isCheckClass)(check)
        ? await instances(check)?.check(user, params, request)
        : await check(user, params, request);
    // Only true admits: a check that forgets to return, or returns a row, has not said yes.
    return answer === true;
}
function parseParams({ params }, given) {
    const texts = (given ?? {});
    const errors = [];
    const parsed = {};
    for (const [name, parser] of Object.entries(params)) {
        parsed[name] = parser.parse(texts[name] ?? '');
        if (parsed[name] === undefined)
            errors.push({ path: name, message: `must be ${parser.expects}` });
    }
    if (errors.length > 0) {
        const detail = errors.map(({ path, message }) => `The path parameter "${path}" ${message}.`).join(' ');
        throw new refusal_js_1.Refusal({ title: 'Bad Request', status: 400, detail, errors });
    }
    return parsed;
}
