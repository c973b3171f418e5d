import { validateSync } from 'class-validator';
import { IsLine } from '../http/is-line.decorator.js';
import { MayBeLeftOut } from '../http/may-be-left-out.decorator.js';
import { nameKey } from '../names/name-key.js';
import { IsMailAddress } from '../users/is-mail-address.decorator.js';
import { IsUsername } from '../users/is-username.decorator.js';
import type { GroupRule, SourceUser } from './user-source.js';

/** What a source says of somebody, by the rules that hold for everybody here. */
class Rules {
  @IsUsername()
  username: string;

  @MayBeLeftOut()
  @IsMailAddress()
  email: string | undefined;

  @MayBeLeftOut()
  @IsLine(0, 200)
  name: string | undefined;
}

/** Somebody of a source, as far as that can be taken over. */
export interface SourcePerson {
  readonly id: string;
  /** Undefined: it can't be a user name here. */
  readonly username: string | undefined;
  readonly email: string | null;
  readonly name: string;
  readonly isActive: boolean;
  /** The keys of the groups here that the rules give them. */
  readonly groupKeys: readonly string[];
}

/** What of it can be taken over: a mail address that is none, or a name of several lines, is left out. */
export function takeOver(user: SourceUser, rules: readonly GroupRule[]): SourcePerson {
  const { username, email, name } = user;
  const wrong = new Set(
    validateSync(Object.assign(new Rules(), { username, email, name })).map(({ property }) => property),
  );
  const held = new Set(user.groups.map(nameKey));
  const given = rules.filter(({ from }) => held.has(nameKey(from))).map(({ to }) => nameKey(to));
  return {
    id: user.id,
    username: wrong.has('username') ? undefined : username,
    email: wrong.has('email') || !email ? null : email,
    name: wrong.has('name') || !name ? '' : name,
    isActive: user.isActive,
    groupKeys: [...new Set(given)],
  };
}

/** @throws Error, when a source answers what is nobody */
export function requireUser(user: SourceUser): void {
  const { id, username, isActive, groups } = user;
  const isOne =
    typeof id === 'string' &&
    /^[^\0]{1,255}$/u.test(id) &&
    typeof username === 'string' &&
    typeof isActive === 'boolean' &&
    Array.isArray(groups) &&
    groups.every((group) => typeof group === 'string');
  if (!isOne)
    throw new Error(
      'The source answers somebody without an id, a user name, groups, or a word on whether they are active.',
    );
}
