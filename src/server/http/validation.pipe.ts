import { Injectable, ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { ProblemException } from '../../access/index.js';
import { Form } from './form.js';

/** More than any body has that is meant seriously; validating so many holds everybody up for 50 ms. */
const MOST_FIELDS = 5_000;

/** An answer that names each of 22,000 unknown fields is eight times the request, and holds everybody up while it is made. */
const MOST_ERRORS = 20;
const LONGEST_TEXT = 200;

/** Validates DTOs: unknown fields are refused, nothing is converted unasked, every error names its field. */
@Injectable()
export class StrictValidationPipe extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      transform: true,
      exceptionFactory: toProblem,
    });
  }

  /** A form is for the OAuth endpoints, which take it as it is; anywhere else it is of the wrong media type. */
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (value instanceof Form && metadata.metatype !== Object) {
      const detail = 'Send the body as application/json.';
      throw new ProblemException({ title: 'Unsupported Media Type', status: 415, detail });
    }
    if (metadata.type === 'body' && countFields(value) > MOST_FIELDS) {
      throw new ProblemException({
        title: 'Bad Request',
        status: 400,
        detail: `The body has more than ${MOST_FIELDS} fields.`,
      });
    }
    return super.transform(value, metadata) as Promise<unknown>;
  }
}

/** The members of all objects within; the depth is limited where the body is parsed. */
function countFields(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const members: unknown[] = Array.isArray(value) ? value : Object.values(value);
  return members.reduce<number>((sum, member) => sum + countFields(member), Array.isArray(value) ? 0 : members.length);
}

function toProblem(found: ValidationError[]): ProblemException {
  const all = found.flatMap((error) => flatten(error, ''));
  const errors = all.slice(0, MOST_ERRORS);
  const told = errors.map(({ message }) => message);
  if (all.length > errors.length) told.push(`and ${all.length - errors.length} more`);
  return new ProblemException({ title: 'Bad Request', status: 400, detail: `${told.join('; ')}.`, errors });
}

function flatten(
  { property, constraints, children }: ValidationError,
  parent: string,
): { path: string; message: string }[] {
  const path = shortened(parent ? `${parent}.${property}` : (property ?? ''));
  return [
    ...Object.values(constraints ?? {}).map((message) => ({ path, message: shortened(message) })),
    ...(children ?? []).flatMap((child) => flatten(child, path)),
  ];
}

/** Names of fields that a caller made up stand in both. */
function shortened(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
