import { DocumentError } from './document-error.js';

/** An element of one of the document's sections. */
export interface SectionElement {
  readonly section: string;
  /** Its place in the section, from 0. */
  readonly index: number;
  readonly value: unknown;
}

/** A member of the document that isn't a section, such as `version`. */
export interface HeadMember {
  readonly key: string;
  readonly value: unknown;
}

export type DocumentPart = SectionElement | HeadMember;

/** Larger than any element that is meant: a role with a thousand permissions has 100 kB. Characters. */
const LONGEST_ELEMENT = 1_000_000;
/** What walks over an element does so by recursion. */
const DEEPEST_ELEMENT = 8;

const SPACE = new Set([' ', '\n', '\r', '\t']);

type Expecting =
  | 'document'
  | 'key or end'
  | 'key'
  | 'colon'
  | 'member'
  | 'element or end'
  | 'element'
  | 'comma'
  | 'section comma'
  | 'end';

/**
 * Reads JSON of exactly one form, an object whose members are values and arrays, in pieces: of the text no more than one
 * element is held at a time. Everything within an element is left to `JSON.parse`.
 */
export class DocumentReader {
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  private expecting: Expecting = 'document';
  private key = '';
  private index = 0;
  private readonly keys = new Set<string>();

  /** The text of the value that is being read. */
  private text = '';
  private reading: 'nothing' | 'key' | 'value' = 'nothing';
  private depth = 0;
  private inString = false;
  private escaped = false;

  /**
   * What the bytes complete.
   *
   * @throws DocumentError where they aren't JSON of this form
   */
  read(bytes: Uint8Array): DocumentPart[] {
    return this.scan(this.decode(bytes));
  }

  /** @throws DocumentError when the document isn't complete */
  end(): void {
    this.decode();
    if (this.expecting !== 'end') throw new DocumentError('The document is cut off.');
  }

  private decode(bytes?: Uint8Array): string {
    try {
      return bytes ? this.decoder.decode(bytes, { stream: true }) : this.decoder.decode();
    } catch {
      throw new DocumentError('The document holds bytes that are not UTF-8.');
    }
  }

  private scan(text: string): DocumentPart[] {
    const parts: DocumentPart[] = [];
    let at = 0;
    while (at < text.length) {
      if (this.reading !== 'nothing') {
        const end = this.endOfValue(text, at);
        this.text += text.slice(at, end.at);
        if (this.text.length > LONGEST_ELEMENT) throw this.error('is too long');
        if (end.complete) this.complete(parts);
        at = end.at;
      } else if (SPACE.has(text[at]!)) {
        at++;
      } else {
        at += this.begin(text[at]!);
      }
    }
    return parts;
  }

  /** What stands between values; answers whether the character is used up, or begins a value. */
  private begin(char: string): 0 | 1 {
    const next = this.after(char);
    if (next === 'key text' || next === 'value') {
      this.reading = next === 'value' ? 'value' : 'key';
      return 0;
    }
    this.expecting = next;
    return 1;
  }

  private after(char: string): Expecting | 'key text' | 'value' {
    switch (this.expecting) {
      case 'document':
        if (char === '{') return 'key or end';
        throw new DocumentError('The document must be a JSON object.');
      case 'key or end':
      case 'key':
        if (char === '}' && this.expecting === 'key or end') return 'end';
        if (char === '"') return 'key text';
        break;
      case 'colon':
        if (char === ':') return 'member';
        break;
      case 'member':
        if (char !== '[') return 'value';
        this.index = 0;
        return 'element or end';
      case 'element or end':
      case 'element':
        if (char === ']' && this.expecting === 'element or end') return 'comma';
        return 'value';
      case 'section comma':
        if (char === ',') return 'element';
        if (char === ']') return 'comma';
        break;
      case 'comma':
        if (char === ',') return 'key';
        if (char === '}') return 'end';
        break;
      case 'end':
    }
    throw this.error(`is followed by ${JSON.stringify(char)}, which has no place there`);
  }

  /** Where the value that is being read ends, as far as it is there. */
  private endOfValue(text: string, from: number): { at: number; complete: boolean } {
    for (let at = from; at < text.length; at++) {
      const char = text.charCodeAt(at);
      if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (char === 0x5c) this.escaped = true;
        else if (char === 0x22) {
          this.inString = false;
          if (this.depth === 0) return { at: at + 1, complete: true };
        }
      } else if (char === 0x22) {
        this.inString = true;
      } else if (char === 0x7b || char === 0x5b) {
        if (++this.depth > DEEPEST_ELEMENT) throw this.error(`nests deeper than ${DEEPEST_ELEMENT} levels`);
      } else if (char === 0x7d || char === 0x5d) {
        // Of what is around it: a number or a word ends there.
        if (this.depth === 0) return { at, complete: true };
        if (--this.depth === 0) return { at: at + 1, complete: true };
      } else if (this.depth === 0 && (char === 0x2c || char <= 0x20)) {
        return { at, complete: true };
      }
    }
    return { at: text.length, complete: false };
  }

  private complete(parts: DocumentPart[]): void {
    const value = this.parse();
    if (this.reading === 'key') {
      this.key = String(value);
      // Of two members of one name JSON.parse takes the last, others the first.
      if (this.keys.has(this.key)) throw this.error('is there twice');
      this.keys.add(this.key);
      this.expecting = 'colon';
      this.index = -1;
    } else if (this.expecting === 'member') {
      parts.push({ key: this.key, value });
      this.expecting = 'comma';
    } else {
      parts.push({ section: this.key, index: this.index, value });
      this.index++;
      this.expecting = 'section comma';
    }
    this.text = '';
    this.reading = 'nothing';
  }

  private parse(): unknown {
    try {
      return JSON.parse(this.text);
    } catch {
      throw this.error('is not JSON');
    }
  }

  /** Names the place, and repeats nothing of the text: there may be secrets in it. */
  private error(what: string): DocumentError {
    const inSection = this.index >= 0 && this.key !== '';
    const where =
      this.key === '' ? 'The beginning of the document' : inSection ? `${this.key}.${this.index}` : this.key;
    return new DocumentError(`${where.slice(0, 200)} ${what}.`);
  }
}
