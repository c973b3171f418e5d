import {
  applyDecorators,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { ApiCreatedResponse } from '@nestjs/swagger';
import { tap, type Observable } from 'rxjs';

/** What can be found under an address of its own. */
interface Row {
  readonly id: string;
}

/** A handler that makes a row: answers 201 with the row, and with its address in `Location` (RFC 9110 §15.3.2). */
export function Creates(type: Type<Row>, path: string): MethodDecorator {
  return applyDecorators(
    UseInterceptors(new LocationInterceptor(path)),
    ApiCreatedResponse({
      type,
      headers: {
        Location: {
          description: 'The address of what was made.',
          schema: { type: 'string', format: 'uri-reference', maxLength: 2_000 },
        },
      },
    }),
  );
}

class LocationInterceptor implements NestInterceptor<Row, Row> {
  constructor(private readonly path: string) {}

  intercept(context: ExecutionContext, next: CallHandler<Row>): Observable<Row> {
    const response = context.switchToHttp().getResponse<{ header(name: string, value: string): unknown }>();
    return next.handle().pipe(tap(({ id }) => response.header('Location', `${this.path}/${id}`)));
  }
}
