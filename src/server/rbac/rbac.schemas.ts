import type { ApiPropertyOptions } from '@nestjs/swagger';
import { PERMISSION_NAME_LENGTH } from '../../policy/index.js';
import { ONE_LINE } from '../http/is-line.decorator.js';

/** The name of a permission. */
export const PERMISSION_NAME = {
  minLength: 3,
  maxLength: PERMISSION_NAME_LENGTH,
  pattern: '^[a-z][a-z0-9-]*(:[a-z][a-z0-9-]*)+$',
};

/** The name of a permission, `area:*`, or `*`. */
export const PERMISSION_PATTERN = {
  maxLength: PERMISSION_NAME_LENGTH,
  pattern: String.raw`^(\*|[a-z][a-z0-9-]*(:[a-z][a-z0-9-]*)*:(\*|[a-z][a-z0-9-]*))$`,
};

/** The name of a group or a role. */
export const NAME = { minLength: 1, maxLength: 200, pattern: ONE_LINE };

/** Names of permissions that somebody holds: there is no limit to how many. */
export const PERMISSION_NAMES: ApiPropertyOptions = { type: 'array', items: { type: 'string', ...PERMISSION_NAME } };

/** Names of groups or roles that somebody is in, likewise. */
export const NAMES: ApiPropertyOptions = { type: 'array', items: { type: 'string', ...NAME } };
