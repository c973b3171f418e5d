import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean } from 'class-validator';
import type { TokenAlgorithm } from '../../validity/index.js';
import { PageDto } from '../http/page.dto.js';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';
import type { KeyState } from './key-ring.js';

/** A signing key; never its private half. */
export class SigningKeyDto {
  /**
   * Names the key in tokens and in JWKS: its thumbprint (RFC 7638).
   * @example "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
   */
  @ApiProperty({ minLength: 43, maxLength: 43, pattern: String.raw`^[\w-]+$` })
  kid: string;

  /** @example RS256 */
  algorithm: TokenAlgorithm;

  /**
   * `next` is published and doesn’t sign yet, `active` signs, `retired` verifies what it has signed until that has
   * expired, `revoked` is good for nothing.
   * @example active
   */
  state: KeyState;

  createdAt: Date;

  /** When it began to sign. */
  activatedAt: Date | null;

  /** When it ceased to sign, or was revoked. */
  retiredAt: Date | null;
}

/** A part of the list of signing keys, newest first. */
export class SigningKeyPageDto extends PageDto {
  @ApiProperty({ maxItems: 200 })
  items: SigningKeyDto[];
}

/** How the keys are to be replaced. */
export class RotateKeysDto {
  /**
   * In an emergency: revokes all keys, the published next one too, and ends every session and token at once. Everybody
   * has to log in again, and service accounts need new tokens.
   * @example false
   */
  @MayBeLeftOut()
  @IsBoolean()
  revokeOutstanding?: boolean = false;
}
