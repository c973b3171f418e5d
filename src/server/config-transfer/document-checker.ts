import { validateSync, type ValidationError } from 'class-validator';
import { DomainError, type FieldError } from '../domain-error.js';
import { DocumentError } from './document-error.js';
import { DocumentReader } from './document-reader.js';
import { ELEMENTS, FORMAT, isSection, VERSION, type Section } from './document.js';

/** More than these nobody reads at once. */
const MOST_ERRORS = 20;
const LONGEST_TEXT = 200;

/** An element that is as its section wants it. */
export interface CheckedElement {
  readonly section: Section;
  readonly index: number;
  readonly value: object;
}

/** Refuses a document with what is wrong in it, of which there may be more than is told. */
export function refuseDocument(
  errors: readonly FieldError[],
  code: 'unprocessable' | 'conflict' = 'unprocessable',
): never {
  const told = errors.slice(0, MOST_ERRORS);
  const more = errors.length > told.length ? ' There is more than that.' : '';
  const detail = told.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new DomainError(code, `Nothing was imported. ${detail}${/[.!]$/.test(detail) ? '' : '.'}${more}`, {
    errors: told,
  });
}

/**
 * Reads the document by pieces, and checks each element by the rules of the route that makes such a thing. What refers to
 * something else isn't followed here.
 */
export class DocumentChecker {
  private readonly reader = new DocumentReader();
  private readonly head: Record<string, unknown> = {};
  private readonly errors: FieldError[] = [];
  private unnamed = false;

  /** @param checks false for what was checked before */
  constructor(private readonly checks = true) {}

  /** @throws DomainError `unprocessable` at the latest when there are as many errors as are told */
  read(bytes: Uint8Array): CheckedElement[] {
    const parts = readable(() => this.reader.read(bytes));
    const elements: CheckedElement[] = [];
    for (const part of parts) {
      if ('key' in part) this.takeHead(part.key, part.value);
      else if (isSection(part.section)) this.takeElement(part.section, part.index, part.value, elements);
      else this.add(part.section.slice(0, LONGEST_TEXT), 'is no section of this format.');
    }
    return elements;
  }

  /** @throws DomainError `unprocessable` */
  end(): void {
    readable(() => this.reader.end());
    this.checkHead();
    if (this.errors.length > 0) refuseDocument(this.errors);
  }

  private takeHead(key: string, value: unknown): void {
    if (key === 'format' || key === 'version') this.head[key] = value;
    else if (isSection(key)) this.add(key, 'must be an array.');
    else this.add(key.slice(0, LONGEST_TEXT), 'is no member of this format.');
  }

  private takeElement(section: Section, index: number, value: unknown, elements: CheckedElement[]): void {
    // First of all the version: what is in a later one may mean something else.
    if (!this.unnamed && this.checks) this.checkHead();
    if (!isObject(value)) {
      this.add(`${section}.${index}`, 'must be an object.');
      return;
    }
    const strange = Object.keys(value).find((key) => key in Object.prototype);
    if (strange !== undefined) {
      // Taken over, it would make the element another kind of thing, which other rules hold for.
      this.add(`${section}.${index}.${strange}`, `property ${strange} should not exist`);
      return;
    }
    const element = Object.assign(new ELEMENTS[section](), value);
    if (this.checks) this.check(element, section, index);
    elements.push({ section, index, value: element });
  }

  private check(element: object, section: Section, index: number): void {
    const found = validateSync(element, {
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      validationError: { target: false, value: false },
    });
    for (const { path, message } of found.flatMap((error) => said(error))) {
      const isPassword = section === 'people' && path === 'password';
      this.add(
        `${section}.${index}.${path}`,
        isPassword ? 'A password doesn’t belong into a file. Give passwordHash.' : message,
      );
    }
  }

  private checkHead(): void {
    this.unnamed = true;
    const { format, version } = this.head;
    if (format !== FORMAT) this.refuse('format', `must be "${FORMAT}", and stand before all else.`);
    if (version !== VERSION) this.refuse('version', `must be ${VERSION}, and stand before all else.`);
  }

  private refuse(path: string, message: string): never {
    return refuseDocument([{ path, message }]);
  }

  private add(path: string, message: string): void {
    this.errors.push({ path, message });
    if (this.errors.length > MOST_ERRORS) refuseDocument(this.errors);
  }
}

/** The reader's own errors are the sender's. */
function readable<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    throw new DomainError('unprocessable', `Nothing was imported. ${error.message}`);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function said({ property, constraints }: ValidationError): FieldError[] {
  const path = property.slice(0, LONGEST_TEXT);
  return Object.values(constraints ?? {}).map((message) => ({ path, message: message.slice(0, LONGEST_TEXT) }));
}
