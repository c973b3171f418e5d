/** Shorter ones would be found by chance. */
const SHORTEST = 8;

/** Secrets, each with what it is, and every form in which it could have been written down. */
export class Secrets {
  private readonly needles = new Map<string, string>();

  /** How many there are. */
  get count(): number {
    return new Set(this.needles.values()).size;
  }

  /** Remembers one. */
  add(what: string, secret: string | Buffer): void {
    const bytes = Buffer.from(secret);
    if (bytes.length < SHORTEST) throw new Error(`${what} is too short to be looked for`);
    const name = `${what} #${this.count + 1}`;
    const forms = [
      bytes.toString('hex'),
      // The last characters depend on what follows.
      bytes.toString('base64').slice(0, -4),
      bytes.toString('base64url').slice(0, -4),
      ...(typeof secret === 'string' ? [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)] : []),
    ];
    for (const form of forms) this.needles.set(form, name);
  }

  /** A token: its signature makes it one, so that is looked for; the claims may be told. */
  addToken(what: string, token: string): void {
    this.add(what, token);
    this.add(`the signature of ${what}`, token.split('.').at(-1)!);
  }

  /** What of them stands in the text. */
  in(text: string): string[] {
    const found = [...this.needles].filter(([needle]) => text.includes(needle)).map(([, name]) => name);
    return [...new Set(found)];
  }
}
