/** The length of a new password, in characters (ASVS 6.2.1, 6.2.9). */
export const PASSWORD_LENGTH = { least: 8, advised: 15, most: 128 } as const;

/** Any characters, but no halves of one (lone surrogates): they would be hashed as something else. */
export const PASSWORD = new RegExp(`^[^\\p{Cs}]{${PASSWORD_LENGTH.least},${PASSWORD_LENGTH.most}}$`, 'u');
