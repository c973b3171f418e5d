/** The kinds of things that a token hangs on. */
export type PartKind = 'token' | 'session' | 'account' | 'client' | 'key';

/** Something that tokens hang on. When it changes, it is no longer valid, and neither is what was derived from it. */
export interface Part {
  readonly key: string;
  valid: boolean;
  /** How many cached tokens hang on it. */
  users: number;
}

/**
 * The parts that cached tokens hang on, each once. A drop marks one part, and so reaches all its tokens at once however
 * many there are; a token finds out when it is asked for.
 */
export class Parts {
  private readonly held = new Map<string, Part>();

  /** The part of this name, held until it is released as often as it was taken. */
  take(kind: PartKind, id: string): Part {
    const key = partKey(kind, id);
    let part = this.held.get(key);
    if (!part) this.held.set(key, (part = { key, valid: true, users: 0 }));
    part.users++;
    return part;
  }

  release(part: Part): void {
    part.users--;
    if (part.users === 0 && this.held.get(part.key) === part) this.held.delete(part.key);
  }

  /** What hangs on it is invalid from now on; what is loaded later hangs on a new one. */
  drop(key: string): void {
    const part = this.held.get(key);
    if (!part) return;
    part.valid = false;
    this.held.delete(key);
  }

  dropAll(): void {
    for (const part of this.held.values()) part.valid = false;
    this.held.clear();
  }

  /** How many are held. */
  get size(): number {
    return this.held.size;
  }
}

/** The name of a part. */
export function partKey(kind: PartKind, id: string): string {
  return `${kind}:${id}`;
}
