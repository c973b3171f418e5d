import { IsLine } from '../http/is-line.decorator.js';

/** The path parameter of a route to one role or group, in any spelling that means the same. */
export class GrantNameDto {
  /** Its name. */
  @IsLine(1, 200)
  name: string;
}
