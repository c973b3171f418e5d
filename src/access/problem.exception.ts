import { HttpException } from '@nestjs/common';

/** The members of a problem details object (RFC 9457 §3.1), with extensions. */
export interface Problem {
  readonly type?: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

/** An HTTP error that knows its problem details and the headers that belong to it. */
export class ProblemException extends HttpException {
  constructor(
    readonly problem: Problem,
    readonly headers: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super({ type: 'about:blank', ...problem }, problem.status, options);
  }
}
