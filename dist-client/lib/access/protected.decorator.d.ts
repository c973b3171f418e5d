import { type Condition } from '../policy/index.js';
/** A string, never a class or symbol: two copies of this package may be loaded, and must understand each other. */
export declare const PROTECTED = "gatehouse:protected";
/**
 * Lets those pass for whom the condition holds: `@Protected(Finance.read)`. On class and method both are required, and
 * so are two on one target, and those that a class inherits. A missing permission answers 403, missing credentials 401
 * (RFC 6750 §3).
 *
 * @throws TypeError for what isn't a condition, which only a cast can bring here
 */
export declare function Protected(condition: Condition): ClassDecorator & MethodDecorator;
