import { ApiProperty, OmitType } from '@nestjs/swagger';
import { IsBoolean, IsUUID, Matches, ValidateIf } from 'class-validator';
import { CreateClientDto } from '../clients/client.dto.js';
import { IsClientId } from '../clients/client.validators.js';
import { IsLine } from '../http/is-line.decorator.js';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';
import { CreateGroupDto } from '../rbac/group.dto.js';
import { CreatePermissionDto } from '../rbac/permission.dto.js';
import { CreateRoleDto } from '../rbac/role.dto.js';
import { CreateServiceAccountDto } from '../service-accounts/service-account.dto.js';
import { IsMailAddress } from '../users/is-mail-address.decorator.js';
import { CreateUserDto } from '../users/user.dto.js';
import { IsPasswordHash } from './is-password-hash.decorator.js';

const CLIENT_ID = /^[a-z0-9][a-z0-9._-]{2,99}$/i;

/** A permission in the document. */
export class PermissionElementDto extends CreatePermissionDto {
  /** Declared in the code of the service: it is named here, and must be there where the document is imported. */
  @MayBeLeftOut()
  @IsBoolean()
  managed?: boolean;

  /** The client of the application that declares it. */
  @MayBeLeftOut()
  @Matches(CLIENT_ID, { message: 'declaredBy must be the id of a client' })
  @ApiProperty({ minLength: 3, maxLength: 100, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{2,99}$' })
  declaredBy?: string;
}

/** A role in the document. */
export class RoleElementDto extends CreateRoleDto {
  /** Declared in the code of the service: it is named here, and must be there where the document is imported. */
  @MayBeLeftOut()
  @IsBoolean()
  managed?: boolean;
}

/** A group in the document. */
export class GroupElementDto extends CreateGroupDto {}

/** A client in the document. Its secrets aren't: a new one is made after the import. */
export class ClientElementDto extends OmitType(CreateClientDto, ['clientId']) {
  /** @example shop */
  @IsClientId()
  clientId: string;

  @MayBeLeftOut()
  @IsBoolean()
  isActive?: boolean;

  /** The user name of the service account that it acts as; null: none. */
  @ValidateIf((_, value: unknown) => value !== undefined && value !== null)
  @IsLine(2, 100)
  @ApiProperty({ type: String, required: false, nullable: true })
  serviceAccount?: string | null;
}

/** A service account in the document. */
export class ServiceAccountElementDto extends CreateServiceAccountDto {
  /** Kept where no account has it. Left out: the account of this user name, or a new one. */
  @MayBeLeftOut()
  @IsUUID('all')
  id?: string;

  @MayBeLeftOut()
  @IsBoolean()
  isActive?: boolean;
}

/** A person in the document. */
export class PersonElementDto extends OmitType(CreateUserDto, ['password', 'email']) {
  /** Kept where no account has it. Left out: the account of this user name in this source, or a new one. */
  @MayBeLeftOut()
  @IsUUID('all')
  id?: string;

  /** Where the person comes from; left out: the service's own accounts. */
  @MayBeLeftOut()
  @IsLine(1, 100)
  source?: string;

  /** What another source calls the person for good. Without it nobody logs in with the account; not for the service’s own. */
  @MayBeLeftOut()
  @IsLine(1, 255)
  sourceId?: string;

  @ValidateIf((_, value: unknown) => value !== undefined && value !== null)
  @IsMailAddress()
  @ApiProperty({ type: String, format: 'email', required: false, nullable: true })
  email?: string | null;

  /** Whether a new password has to be set after the next login. */
  @MayBeLeftOut()
  @IsBoolean()
  mustChangePassword?: boolean;

  /**
   * Of this service or another: bcrypt (`$2a$`, `$2b$`, `$2y$`), `$argon2id$`, Django’s `pbkdf2_sha256$`, or
   * `pbkdf2-sha256:iterations:salt:hash`. Left out: an account that is there keeps its password.
   */
  @MayBeLeftOut()
  @IsPasswordHash()
  passwordHash?: string;
}

/** Everything that is configured, as one document. */
export class ConfigDocumentDto {
  @ApiProperty({ enum: ['gatehouse'] })
  format: string;
  @ApiProperty({ type: 'integer', format: 'int32', minimum: 1, maximum: 1 })
  version: number;
  permissions?: PermissionElementDto[];
  roles?: RoleElementDto[];
  groups?: GroupElementDto[];
  clients?: ClientElementDto[];
  serviceAccounts?: ServiceAccountElementDto[];
  people?: PersonElementDto[];
}
