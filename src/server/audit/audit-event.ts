/** What an audit event is about. */
export const AUDIT_TARGET_TYPES = [
  'user',
  'service-account',
  'group',
  'role',
  'permission',
  'client',
  'token',
  'session',
  'key',
  'config',
] as const;

/** One of {@link AUDIT_TARGET_TYPES}. */
export type AuditTargetType = (typeof AUDIT_TARGET_TYPES)[number];

/** What something was done to. Its name is the one of that moment; the id goes on saying which it was. */
export interface AuditTarget {
  readonly type: AuditTargetType;
  readonly id: string;
  readonly name: string;
}

/** Something that was done. */
export interface AuditEvent {
  /** `user.created`, `login.failed`, … */
  readonly kind: `${string}.${string}`;
  readonly target: AuditTarget | null;
  /** The fields that changed, as they were. Never a secret, nor a hash of one. */
  readonly before?: object | null;
  /** And as they are. */
  readonly after?: object | null;
}

/** The fields that differ, as they were and as they are; those of which neither is said are the same. */
export function difference<View extends object>(
  before: View,
  after: View,
): { before: Partial<View>; after: Partial<View> } {
  const keys = (Object.keys({ ...before, ...after }) as (keyof View)[]).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
  const pick = (view: View): Partial<View> =>
    Object.fromEntries(keys.map((key) => [key, view[key]])) as unknown as Partial<View>;
  return { before: pick(before), after: pick(after) };
}
