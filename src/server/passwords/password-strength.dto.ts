import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { IsLine, ONE_LINE } from '../http/is-line.decorator.js';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';

/** Longer ones than are taken, so that the answer says so. */
const LONGEST = 1_000;

/** A password that somebody is about to choose, and who that is. */
export class PasswordQuestionDto {
  /** @example "plum kettle under seven bridges" */
  @Matches(new RegExp(`^[^\\p{Cs}]{0,${LONGEST}}$`, 'u'), {
    message: `$property must be ${LONGEST} characters at most`,
  })
  @ApiProperty({ maxLength: LONGEST, format: 'password', writeOnly: true })
  password: string;

  /** @example maria */
  @MayBeLeftOut()
  @IsLine(0, 100)
  username?: string;

  /** @example maria@example.com */
  @MayBeLeftOut()
  @IsLine(0, 254)
  email?: string;

  /** @example "Maria Rossi" */
  @MayBeLeftOut()
  @IsLine(0, 200)
  name?: string;
}

/** How good a password is that was set. */
export class PasswordHintDto {
  /**
   * From 0, guessed at once, to 4, hardly ever.
   * @example 4
   */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 4 })
  score: number;
  /** What would make it better, as sentences. */
  @ApiProperty({ type: 'array', items: { type: 'string', maxLength: 200, pattern: ONE_LINE }, maxItems: 20 })
  advice: string[];
}

/** How good a password is. */
export class PasswordStrengthDto extends PasswordHintDto {
  /** Whether it would be taken. */
  acceptable: boolean;
}
