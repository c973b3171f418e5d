"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.isDeclared = isDeclared;
exports.scanController = scanController;
const common_1 = require("@nestjs/common");
const constants_js_1 = require("@nestjs/common/constants.js");
const index_js_1 = require("../policy/index.js");
const protected_decorator_js_1 = require("./protected.decorator.js");
const public_decorator_js_1 = require("./public.decorator.js");
const route_js_1 = require("./route.js");
/** Whether class or method says anything of who may call the method. */
function isDeclared(controller, handler) {
    return [controller, handler].some((one) => Reflect.hasMetadata(protected_decorator_js_1.PROTECTED, one) || Reflect.hasMetadata(public_decorator_js_1.PUBLIC, one));
}
/** Reads the routes of one controller class from its metadata. */
function scanController(controller, prefix, scanner) {
    const prototype = controller.prototype;
    const controllerPaths = asList(Reflect.getMetadata(constants_js_1.PATH_METADATA, controller));
    return scanner
        .getAllMethodNames(prototype)
        .filter((name) => Reflect.hasMetadata(constants_js_1.PATH_METADATA, prototype[name]))
        .map((name) => {
        const handler = prototype[name];
        const label = `${controller.name}.${name}`;
        return {
            name: label,
            handler,
            method: common_1.RequestMethod[Reflect.getMetadata(constants_js_1.METHOD_METADATA, handler)],
            paths: controllerPaths.flatMap((outer) => asList(Reflect.getMetadata(constants_js_1.PATH_METADATA, handler)).map((inner) => (0, route_js_1.joinPath)(prefix, outer, inner))),
            ...declaredAccess(controller, handler, label),
            isDeclared: isDeclared(controller, handler),
        };
    });
}
function declaredAccess(controller, handler, label) {
    const onClass = Reflect.getMetadata(protected_decorator_js_1.PROTECTED, controller);
    const onMethod = Reflect.getMetadata(protected_decorator_js_1.PROTECTED, handler);
    const isPublicClass = Reflect.hasMetadata(public_decorator_js_1.PUBLIC, controller);
    const isPublicMethod = Reflect.hasMetadata(public_decorator_js_1.PUBLIC, handler);
    if ((isPublicMethod && (onMethod || onClass)) || (isPublicClass && onClass)) {
        const problem = `${label} is @Public and @Protected at once. Take one of them away, or move the method to a class of its own.`;
        return { access: undefined, problem };
    }
    const conditions = [onClass, onMethod].filter((one) => one !== undefined);
    const [first, second] = conditions;
    if (first)
        return { access: second ? (0, index_js_1.allOf)(first, second) : first, problem: undefined };
    if (isPublicClass || isPublicMethod)
        return { access: 'public', problem: undefined };
    return { access: undefined, problem: `${label} has neither @Protected nor @Public. Say who may call it.` };
}
function asList(path) {
    return Array.isArray(path) ? path : [path ?? ''];
}
