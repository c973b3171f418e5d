export {
  allOf,
  ANONYMOUS,
  anyOf,
  authenticated,
  check,
  decide,
  definePermissions,
  defineRole,
  describeAccess,
  group,
  integer,
  Refusal,
  role,
  sayCondition,
  text,
  user,
  uuid,
  type AccessCheck,
  type CheckClass,
  type CheckFunction,
  type Condition,
  type ParamParser,
  type Permission,
  type PermissionPattern,
  type PermissionsInForce,
  type PresentedToken,
  type Principal,
  type Problem,
  type Role,
} from '../policy/index.js';
export {
  InvalidTokenError,
  ValidityUnknownError,
  type InvalidTokenReason,
  type TokenCarrier,
  type TokenVerifier,
} from '../validity/index.js';
export type { GuardedRequest, Rule } from './admission.js';
export type { ClientDecisions } from './application-verifier.js';
export { DeclarationError } from './declaration.js';
export type { StreamStatus } from './event-stream.js';
export type { Middleware } from './express.js';
export type {
  FastifyHook,
  FastifyInstanceLike,
  FastifyPlugin,
  FastifyReplyLike,
  FastifyRequestLike,
} from './fastify.js';
export { createGatehouse, Gatehouse, principalOf, type GatehouseStatus } from './gatehouse.js';
export { toRefusal } from './http-answer.js';
export type { GatehouseLogger } from './logger.js';
export { GatehouseOptionsError, type GatehouseOptions, type PermissionList } from './options.js';
export type { TokenWish } from './own-tokens.js';
export { ServiceError } from './service-error.js';
export type { Duration, UnreachableMode, WhenUnreachable } from './when-unreachable.js';
