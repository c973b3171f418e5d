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

/** A handler that makes something: answers 201 with it, and with its address in `Location` (RFC 9110 §15.3.2). */
export function Creates<Made>(type: Type<Made>, addressOf: (made: Made) => string): MethodDecorator {
  return applyDecorators(
    UseInterceptors(new LocationInterceptor(addressOf)),
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

class LocationInterceptor<Made> implements NestInterceptor<Made, Made> {
  constructor(private readonly addressOf: (made: Made) => string) {}

  intercept(context: ExecutionContext, next: CallHandler<Made>): Observable<Made> {
    const response = context.switchToHttp().getResponse<{ header(name: string, value: string): unknown }>();
    return next.handle().pipe(tap((made) => response.header('Location', this.addressOf(made))));
  }
}
