import { IsIn } from 'class-validator';
import { PageDto, PageQueryDto } from '../http/page.dto.js';

/** A login. */
export class SessionDto {
  /** @example 2f1c9f0e-3a52-4d0b-9c58-0d9f6b7a1e11 */
  id: string;
  /** @example gatehouse */
  clientId: string;
  /** Where it came from. @example 192.0.2.7 */
  address: string;
  /** The User-Agent. */
  agent: string;
  createdAt: Date;
  /** When it was last refreshed. */
  lastUsedAt: Date;
  /** Whether this request came by it. */
  current: boolean;
}

/** A part of the list of logins. */
export class SessionPageDto extends PageDto {
  items: SessionDto[];
}

/** Which part of the list of logins is wanted. */
export class SessionsQueryDto extends PageQueryDto {
  /** @example -createdAt */
  @IsIn(['createdAt', '-createdAt'])
  sort: 'createdAt' | '-createdAt' = '-createdAt';
}
