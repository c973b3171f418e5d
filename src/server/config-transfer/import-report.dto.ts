import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';

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
  namesCreated?: string[];
  /**
   * Of a dry run: the names of the first thousand that would be changed.
   * @example []
   */
  namesUpdated?: string[];
}

/** What an import has done, or would do. */
export class ImportReportDto {
  /** Nothing was changed. */
  dryRun: boolean;
  /** Of the document. */
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
  @ApiProperty({ type: 'boolean', required: false })
  dryRun?: 'true' | 'false';

  /**
   * True: an account of the same user name and source is taken for the one that the document means, though it has another
   * id; it keeps its own. Otherwise that is refused.
   */
  @MayBeLeftOut()
  @IsIn(YES_OR_NO)
  @ApiProperty({ type: 'boolean', required: false })
  matchUsernames?: 'true' | 'false';
}

/** What to export. */
export class ExportQueryDto {
  /** True: with the hashes of passwords, which takes the permission `config:export-hashes`. */
  @MayBeLeftOut()
  @IsIn(YES_OR_NO)
  @ApiProperty({ type: 'boolean', required: false })
  passwordHashes?: 'true' | 'false';
}
