import { Injectable, ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { ProblemException } from '../../access/index.js';
import { Form } from './form.js';

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
    return super.transform(value, metadata) as Promise<unknown>;
  }
}

function toProblem(found: ValidationError[]): ProblemException {
  const errors = found.flatMap((error) => flatten(error, ''));
  const detail = `${errors.map(({ message }) => message).join('; ')}.`;
  return new ProblemException({ title: 'Bad Request', status: 400, detail, errors });
}

function flatten(
  { property, constraints, children }: ValidationError,
  parent: string,
): { path: string; message: string }[] {
  const path = parent ? `${parent}.${property}` : (property ?? '');
  return [
    ...Object.values(constraints ?? {}).map((message) => ({ path, message })),
    ...(children ?? []).flatMap((child) => flatten(child, path)),
  ];
}
