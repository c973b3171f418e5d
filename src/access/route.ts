import type { Condition } from '../policy/index.js';

/** One route of the application, and who may reach it. */
export interface Route {
  /** In capitals. */
  readonly method: string;
  /** As declared, with `:name` for parameters; begins with `/`, never ends with one but for the root. */
  readonly path: string;
  readonly access: Condition | 'public';
  /** Whether it answers those, too, who have yet to change a password that somebody else has set. */
  readonly beforePasswordChange: boolean;
  /** `Class.method` of the handler, or what declared the raw route. */
  readonly handler: string;
}

/** Joins path parts into the form that {@link Route.path} has. */
export function joinPath(...parts: string[]): string {
  const path = parts
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
    .join('/');
  return `/${path}`;
}
