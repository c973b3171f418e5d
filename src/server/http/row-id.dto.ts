import { IsUUID } from 'class-validator';

/** The path parameter of a route to one row. */
export class RowIdDto {
  /** The row's id. */
  @IsUUID()
  id: string;
}
