"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.joinPath = joinPath;
/** Joins path parts into the form that {@link Route.path} has. */
function joinPath(...parts) {
    const path = parts
        .flatMap((part) => part.split('/'))
        .filter((part) => part !== '')
        .join('/');
    return `/${path}`;
}
