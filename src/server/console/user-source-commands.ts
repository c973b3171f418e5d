import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AskedSource } from '../user-sources/asked-source.js';
import { SourceChecks, type CheckReport } from '../user-sources/source-checks.js';
import { UserSources } from '../user-sources/user-sources.js';
import { LOCAL } from '../users/local.js';
import { text } from './checked.js';
import type { ConsoleArguments, ConsoleCall, ConsoleHandlers } from './console-command.js';
import { ConsoleError } from './console-error.js';

interface ListedSource {
  readonly name: string;
  readonly accounts: number;
  readonly active: number;
  readonly checkedAt: Date | null;
  readonly heldBack: number | null;
}

/** What the console does with the sources of people. */
@Injectable()
export class UserSourceCommands {
  readonly handlers: ConsoleHandlers = {
    'user-sources.list': () => this.list(),
    'user-sources.check': (args, call) => this.check(args, call),
  };

  constructor(
    private readonly database: DataSource,
    private readonly sources: UserSources,
    private readonly checks: SourceChecks,
  ) {}

  /** Those that this process knows, and those that accounts come from. */
  private async list(): Promise<object> {
    const known = this.sources.foreign.map(({ name }) => name);
    const items = await this.database.query<ListedSource[]>(
      `SELECT source AS name, count(id)::int AS accounts, (count(id) FILTER (WHERE is_active))::int AS active,
              checked_at AS "checkedAt", held_back AS "heldBack"
         FROM (SELECT unnest($1::text[]) AS source UNION SELECT 'local'
               UNION SELECT source FROM gatehouse.accounts WHERE kind = 'user') AS sources
         LEFT JOIN (SELECT id, source, is_active FROM gatehouse.accounts WHERE kind = 'user') AS people USING (source)
         LEFT JOIN gatehouse.user_sources ON user_sources.name = source
        GROUP BY source, checked_at, held_back ORDER BY source <> 'local', array_position($1::text[], source), source`,
      [known],
    );
    return { items: items.map((item) => ({ ...item, known: item.name === LOCAL || known.includes(item.name) })) };
  }

  private async check(args: ConsoleArguments, { actor, progress }: ConsoleCall): Promise<object> {
    const items: CheckReport[] = [];
    for (const source of this.wanted(args)) {
      progress(`Looking up the people of ${source.name} …`);
      const how = { actor, dryRun: args['dryRun'] === true, confirmed: args['confirm'] === true };
      items.push(await this.checks.check(source, how));
    }
    return { items };
  }

  private wanted(args: ConsoleArguments): readonly AskedSource[] {
    const { checkable } = this.checks;
    if (args['source'] === undefined) return checkable;
    const name = text(args, 'source');
    const found = checkable.filter((source) => source.name === name);
    if (found.length > 0) return found;
    const isKnown = this.sources.foreign.some((source) => source.name === name);
    throw new ConsoleError(
      'not-found',
      isKnown
        ? `The user source ${name} can't be asked for people, so it can't be checked.`
        : `There is no user source ${name} here. One that is given in code is known to the service alone.`,
    );
  }
}
