"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.fastifyPlugin = void 0;
exports.fastifyHook = fastifyHook;
const admission_js_1 = require("./admission.js");
/** Guards a route: sets `request.user`, or answers 400, 401, 403 or 503 itself. */
function fastifyHook(admission, rule) {
    (0, admission_js_1.requireRule)(rule);
    return (incoming, reply, done) => {
        const request = incoming;
        const refuse = (error) => {
            try {
                answer(reply, admission.answerTo(error, request));
            }
            catch (other) {
                done(other);
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
        const pass = () => done();
        if (waiting)
            waiting.then(pass, refuse);
        else
            done();
    };
}
/** Gives all requests their place for `user` at once, so that all have one shape, which is faster. */
exports.fastifyPlugin = Object.assign((instance, _options, done) => {
    if (!instance.hasRequestDecorator('user'))
        instance.decorateRequest('user', null);
    done();
}, 
// For the whole application and not only for the plugin itself, as the package fastify-plugin says it.
{ [Symbol.for('skip-override')]: true, [Symbol.for('fastify.display-name')]: 'gatehouse' });
function answer(reply, { status, headers, body }) {
    reply.code(status);
    for (const [name, value] of Object.entries(headers))
        reply.header(name, value);
    // As bytes, since Fastify adds a charset to a text, which JSON has not (RFC 8259 §11).
    reply.send(Buffer.from(body));
}
