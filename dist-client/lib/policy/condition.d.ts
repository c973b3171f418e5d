import type { ParamParser } from './param.js';
import type { Permission } from './permission.js';
import type { Principal } from './principal.js';
import type { RoleCondition } from './role.js';
/** Any authenticated caller. */
export interface Authenticated {
    readonly type: 'authenticated';
}
/** A member of the group of this name. */
export interface GroupCondition<Name extends string = string> {
    readonly type: 'group';
    readonly name: Name;
}
/** The account of this user name. */
export interface UserCondition<Name extends string = string> {
    readonly type: 'user';
    readonly name: Name;
}
/** A question that needs more than the principal: a row, the time, the request. */
export interface CheckCondition {
    readonly type: 'check';
    readonly name: string;
    readonly check: CheckFunction<never> | CheckClass<never>;
    readonly params: Readonly<Record<string, ParamParser<unknown>>>;
}
/** At least one holds. */
export interface AnyOf<Of extends NonEmpty<Condition> = NonEmpty<Condition>> {
    readonly type: 'anyOf';
    readonly of: Of;
}
/** All hold. */
export interface AllOf<Of extends NonEmpty<Condition> = NonEmpty<Condition>> {
    readonly type: 'allOf';
    readonly of: Of;
}
/** A policy is a value: what must hold for a request to pass. */
export type Condition = Permission | RoleCondition | Authenticated | GroupCondition | UserCondition | CheckCondition | AnyOf | AllOf;
/** A list that the compiler knows to have a first element: an empty `anyOf` or `allOf` doesn't compile. */
export type NonEmpty<T> = readonly [T, ...T[]];
/** A check as a function of the caller, the parsed path parameters, and the framework's request. */
export type CheckFunction<Params> = (user: Principal, params: Params, request: unknown) => boolean | Promise<boolean>;
/** A check as an injectable class; whatever it needs is injected. */
export interface AccessCheck<Params = Record<never, never>> {
    /** True lets the request pass. Rules about rows that change must be enforced again inside the transaction. */
    check(user: Principal, params: Params, request: unknown): boolean | Promise<boolean>;
}
/** The class of an {@link AccessCheck}. */
export type CheckClass<Params> = abstract new (...dependencies: never[]) => AccessCheck<Params>;
type ParsersFor<Params> = {
    readonly [Name in keyof Params]: ParamParser<Params[Name]>;
};
/** True for every authenticated caller, whatever they may do. */
export declare const authenticated: Authenticated;
/** True for those who hold the role of this name, which an administrator may have made. False for a narrowed token. */
export declare function role<const Name extends string>(name: Name): RoleCondition<Name>;
/** True for members of the group. Always false for a narrowed token. */
export declare function group<const Name extends string>(name: Name): GroupCondition<Name>;
/** True for the account of this user name (compared as stored). Always false for a narrowed token. */
export declare function user<const Name extends string>(name: Name): UserCondition<Name>;
/** True when at least one of the conditions is. */
export declare function anyOf<const Of extends NonEmpty<Condition>>(...of: Of): AnyOf<Of>;
/** True when all of the conditions are. */
export declare function allOf<const Of extends NonEmpty<Condition>>(...of: Of): AllOf<Of>;
/**
 * A check on the path parameters: `check(NotOwnInvoice, { id: uuid })`. The parameters are parsed first (400 when one
 * isn't what the parser expects) and reach the check under the same names.
 */
export declare function check<Params extends object>(what: CheckClass<Params> | CheckFunction<Params>, ...[params]: Record<never, never> extends Params ? [params?: ParsersFor<Params>] : [params: ParsersFor<Params>]): CheckCondition;
/** Whether a check is a class to be injected, rather than a function to be called. */
export declare function isCheckClass(what: CheckClass<never> | CheckFunction<never>): what is CheckClass<never>;
/** Whether a value is a condition, for those whom the compiler doesn't hold. */
export declare function isCondition(value: unknown): value is Condition;
export {};
