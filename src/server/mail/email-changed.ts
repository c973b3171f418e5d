import type { Mail } from './mail.js';

/** Whose address was changed, as it was before. */
interface Former {
  readonly id: string;
  readonly isVerified: boolean;
}

/**
 * Tells the former address of an account that another has taken its place. Where nobody had shown that it was theirs, it may
 * be anybody's: they hear that it happened, and none of the words that the owner of the account has chosen.
 */
export function emailChanged({ id, isVerified }: Former, formerEmail: string, newEmail: string): Mail {
  const mail = { kind: 'email-changed', to: formerEmail } as const;
  return isVerified ? { ...mail, accountId: id, data: { newEmail } } : { ...mail, accountId: null };
}
