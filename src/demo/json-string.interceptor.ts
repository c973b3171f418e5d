import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';

/** Sends strings as JSON. Left alone, the HTTP server sends them as plain text. */
@Injectable()
export class JsonStringInterceptor implements NestInterceptor<string, string> {
  intercept(context: ExecutionContext, next: CallHandler<string>): Observable<string> {
    const response = context.switchToHttp().getResponse<{ header(name: string, value: string): unknown }>();
    return next.handle().pipe(
      map((text) => {
        response.header('Content-Type', 'application/json; charset=utf-8');
        return JSON.stringify(text);
      }),
    );
  }
}
