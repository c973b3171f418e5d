import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, Matches, ValidateBy } from 'class-validator';
import { isPermissionPattern } from '../../policy/index.js';
import { CLIENT_ID } from '../names/client-id.schema.js';
import { arrayOf, GRANT, MOST, PREFIX, REDIRECT_URI, RESOURCE } from './client.schemas.js';
import { PERMISSION_PATTERN } from '../rbac/rbac.schemas.js';
import { AllDifferent } from '../http/all-different.decorator.js';

/** The id of a client to be made. */
export function IsClientId(): PropertyDecorator {
  return applyDecorators(
    Matches(new RegExp(CLIENT_ID.pattern), {
      message:
        '$property must be 3 to 100 letters, digits, ".", "_" or "-", begin with a letter or digit, and be no UUID',
    }),
    ApiProperty(CLIENT_ID),
  );
}

/** A list of different texts, each of which `is` so; the document has them by the schema. */
function IsListOf(name: string, schema: object, is: (text: string) => boolean, expected: string): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && is(value);
  const defaultMessage = (): string => `each value in $property must be ${expected}`;
  return applyDecorators(
    IsArray(),
    ArrayMaxSize(MOST),
    AllDifferent(),
    ValidateBy({ name, validator: { validate, defaultMessage } }, { each: true }) as PropertyDecorator,
    ApiProperty(arrayOf(schema)),
  );
}

/** Grant types, by name; which there are is asked elsewhere. */
export const IsGrants = (): PropertyDecorator =>
  IsListOf('isGrants', GRANT, (text) => /^[\x21\x23-\x5B\x5D-\x7E]{1,200}$/.test(text), 'the name of a grant type');

/** What a role may hold, and a client be limited to. */
export const IsScopes = (): PropertyDecorator =>
  IsListOf('isScopes', PERMISSION_PATTERN, isPermissionPattern, 'the name of a permission, "area:*", or "*"');

/** Areas of permissions. */
export const IsPermissionPrefixes = (): PropertyDecorator =>
  IsListOf(
    'isPermissionPrefixes',
    PREFIX,
    (text) => text.length <= 90 && /^[a-z][a-z0-9-]*(:[a-z][a-z0-9-]*)*$/.test(text),
    'the name of an area: lower-case words, joined by ":"',
  );

/** RFC 6749 §3.1.2, RFC 9700 §2.1: compared as they are, so without wildcards. */
export const IsRedirectUris = (): PropertyDecorator =>
  IsListOf(
    'isRedirectUris',
    REDIRECT_URI,
    isRedirectUri,
    'an https address, or an http address of the loopback interface, without user, fragment and wildcard',
  );

/** Audiences (RFC 8707 §2). */
export const IsResources = (): PropertyDecorator =>
  IsListOf('isResources', RESOURCE, isResource, 'an absolute URI without a fragment');

/** One audience (RFC 8707 §2). */
export function IsAudience(): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && isResource(value);
  const defaultMessage = (): string => '$property must be an absolute URI without a fragment';
  return applyDecorators(
    ValidateBy({ name: 'isAudience', validator: { validate, defaultMessage } }),
    ApiProperty({ type: String, ...RESOURCE }),
  );
}

/** RFC 3986 §4.3, in the characters that it allows. */
function isResource(text: string): boolean {
  return text.length <= 255 && /^[a-z][a-z0-9+.-]*:[\w\-.~:/?[\]@!$&'()*+,;=%]+$/i.test(text) && URL.canParse(text);
}

function isRedirectUri(text: string): boolean {
  if (text.length > 2_000 || !/^https?:\/\/[\x21-\x7E]+$/.test(text) || /[#*\\]/.test(text) || !URL.canParse(text)) {
    return false;
  }
  const { protocol, hostname, username, password } = new URL(text);
  if (username || password) return false;
  return protocol === 'https:' || ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}
