"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Intersection = exports.Grants = void 0;
exports.allowedNames = allowedNames;
/** A set of permission names and patterns, asked many times and changed never. */
class Grants {
    /** @param patterns permission names, `area:*`, or `*`; anything else grants nothing */
    constructor(patterns) {
        this.names = new Set();
        /** `finance:` for `finance:*`. */
        this.prefixes = [];
        this.everything = false;
        for (const pattern of patterns) {
            if (pattern === '*')
                this.everything = true;
            else if (pattern.endsWith(':*'))
                this.prefixes.push(pattern.slice(0, -1));
            else
                this.names.add(pattern);
        }
    }
    allows(permission) {
        if (this.everything || this.names.has(permission))
            return true;
        for (const prefix of this.prefixes) {
            if (permission.startsWith(prefix))
                return true;
        }
        return false;
    }
}
exports.Grants = Grants;
/** What every one of the parts allows. */
class Intersection {
    constructor(parts) {
        this.parts = parts;
    }
    allows(permission) {
        for (const part of this.parts) {
            if (!part.allows(permission))
                return false;
        }
        return true;
    }
}
exports.Intersection = Intersection;
/** The names among `known` that are allowed, in order: patterns expanded, as tokens and views show them. */
function allowedNames(permissions, known) {
    return [...known].filter((name) => permissions.allows(name)).toSorted();
}
