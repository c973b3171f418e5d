import type { PermissionsInForce } from './principal.js';

/** A set of permission names and patterns, asked many times and changed never. */
export class Grants implements PermissionsInForce {
  private readonly names = new Set<string>();
  /** `finance:` for `finance:*`. */
  private readonly prefixes: string[] = [];
  private readonly everything: boolean = false;

  /** @param patterns permission names, `area:*`, or `*`; anything else grants nothing */
  constructor(patterns: Iterable<string>) {
    for (const pattern of patterns) {
      if (pattern === '*') this.everything = true;
      else if (pattern.endsWith(':*')) this.prefixes.push(pattern.slice(0, -1));
      else this.names.add(pattern);
    }
  }

  allows(permission: string): boolean {
    if (this.everything || this.names.has(permission)) return true;
    for (const prefix of this.prefixes) {
      if (permission.startsWith(prefix)) return true;
    }
    return false;
  }
}

/** What every one of the parts allows. */
export class Intersection implements PermissionsInForce {
  constructor(private readonly parts: readonly PermissionsInForce[]) {}

  allows(permission: string): boolean {
    for (const part of this.parts) {
      if (!part.allows(permission)) return false;
    }
    return true;
  }
}

/** The names among `known` that are allowed, in order: patterns expanded, as tokens and views show them. */
export function allowedNames(permissions: PermissionsInForce, known: Iterable<string>): string[] {
  return [...known].filter((name) => permissions.allows(name)).toSorted();
}
