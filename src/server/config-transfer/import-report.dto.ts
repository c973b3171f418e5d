import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { NAME } from '../rbac/rbac.schemas.js';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';

/** As many names as are listed of each kind. */
const MOST_NAMES = 1_000;

/** What becomes of one section. */
export class SectionReportDto {
  /** Those that weren’t there. */
  created: number;
  /** Those that became others. */
  updated: number;
  /** Those that were as the document says. */
  unchanged: number;
  /**
   * Of a dry run: the names of the first thousand that would be made.
   * @example ["maria"]
   */
  @ApiProperty({ maxItems: MOST_NAMES, items: { type: 'string', ...NAME } })
  namesCreated?: string[];
  /**
   * Of a dry run: the names of the first thousand that would be changed.
   * @example []
   */
  @ApiProperty({ maxItems: MOST_NAMES, items: { type: 'string', ...NAME } })
  namesUpdated?: string[];
}

/** What an import has done, or would do. */
export class ImportReportDto {
  /** Nothing was changed. */
  dryRun: boolean;
  /** Of the document. */
  @ApiProperty({ minLength: 64, maxLength: 64, pattern: '^[0-9a-f]{64}$' })
  sha256: string;
  permissions: SectionReportDto;
  roles: SectionReportDto;
  groups: SectionReportDto;
  clients: SectionReportDto;
  serviceAccounts: SectionReportDto;
  people: SectionReportDto;
}

const YES_OR_NO = ['true', 'false'] as const;

/** How to import. */
export class ImportQueryDto {
  /** True: everything is checked, and nothing changed. */
  @MayBeLeftOut()
  @IsIn(YES_OR_NO)
  @ApiProperty({ type: String, enum: YES_OR_NO, required: false })
  dryRun?: 'true' | 'false';

  /**
   * True: an account of the same user name and source is taken for the one that the document means, though it has another
   * id; it keeps its own. Otherwise that is refused.
   */
  @MayBeLeftOut()
  @IsIn(YES_OR_NO)
  @ApiProperty({ type: String, enum: YES_OR_NO, required: false })
  matchUsernames?: 'true' | 'false';
}

/** What to export. */
export class ExportQueryDto {
  /** True: with the hashes of passwords, which takes the permission `config:export-hashes`. */
  @MayBeLeftOut()
  @IsIn(YES_OR_NO)
  @ApiProperty({ type: String, enum: YES_OR_NO, required: false })
  passwordHashes?: 'true' | 'false';
}
