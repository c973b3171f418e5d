/** A group elsewhere, and the one here whose members it gives. */
export interface MappedGroup {
  readonly from: string;
  readonly to: string;
}

/** Reads `staff => employees; cn=finance,ou=groups,dc=example => finance`; undefined if it is written otherwise. */
export function parseGroupMap(text: string): readonly MappedGroup[] | undefined {
  const rules = text.split(';').map((rule) => rule.split('=>').map((name) => name.trim()));
  return rules.every((names) => names.length === 2 && names.every((name) => name !== ''))
    ? rules.map(([from, to]) => ({ from: from!, to: to! }))
    : undefined;
}
