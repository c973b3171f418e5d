import { SetMetadata, type Type } from '@nestjs/common';

/** See PROTECTED for why it is a string. */
const BEFORE_PASSWORD_CHANGE = 'gatehouse:before-password-change';

/**
 * Opens a route also to those who have yet to change a password that somebody else has set, and for whom nothing else is
 * open. For what people do with their own account.
 */
export function BeforePasswordChange(): ClassDecorator & MethodDecorator {
  return SetMetadata(BEFORE_PASSWORD_CHANGE, true);
}

/** Whether class or method says so. */
export function isOpenBeforePasswordChange(controller: Type, handler: Function): boolean {
  return [controller, handler].some((one) => Reflect.hasOwnMetadata(BEFORE_PASSWORD_CHANGE, one));
}
