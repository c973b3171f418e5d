import { allOf, isCondition, type Condition } from '../policy/index.js';

/** A string, never a class or symbol: two copies of this package may be loaded, and must understand each other. */
export const PROTECTED = 'gatehouse:protected';

/**
 * Lets those pass for whom the condition holds: `@Protected(Finance.read)`. On class and method both are required, and
 * so are two on one target, and those that a class inherits. A missing permission answers 403, missing credentials 401
 * (RFC 6750 §3).
 *
 * @throws TypeError for what isn't a condition, which only a cast can bring here
 */
export function Protected(condition: Condition): ClassDecorator & MethodDecorator {
  if (!isCondition(condition)) {
    throw new TypeError(
      `@Protected takes a condition, such as a declared permission, not ${JSON.stringify(condition)}.`,
    );
  }
  return (target: object, _name?: string | symbol, descriptor?: PropertyDescriptor) => {
    const decorated: object = descriptor ? (descriptor.value as object) : target;
    const before = Reflect.getMetadata(PROTECTED, decorated) as Condition | undefined;
    Reflect.defineMetadata(PROTECTED, before ? allOf(before, condition) : condition, decorated);
  };
}
