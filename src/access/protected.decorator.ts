import { SetMetadata } from '@nestjs/common';
import type { Condition } from '../policy/index.js';

/** A string, never a class or symbol: two copies of this package may be loaded, and must understand each other. */
export const PROTECTED = 'gatehouse:protected';

/**
 * Lets those pass for whom the condition holds: `@Protected(Finance.read)`. On class and method both are required.
 * A missing permission answers 403, missing credentials 401 (RFC 6750 §3).
 */
export function Protected(condition: Condition): ClassDecorator & MethodDecorator {
  return SetMetadata(PROTECTED, condition);
}
