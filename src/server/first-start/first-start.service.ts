import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Settings } from '../../config/settings.js';
import { Administrator } from '../../policy/index.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { DomainError } from '../domain-error.js';
import { nameKey } from '../names/name-key.js';
import { PasswordRules } from '../passwords/password-rules.js';
import { findGrants, setGrants } from '../rbac/account-grants-change.js';
import { DeclaredAccessSync } from '../rbac/declared-access.sync.js';
import { RegistrationGroups } from '../self-service/registration-groups.js';
import { SETTINGS } from '../settings.token.js';
import { StartError } from '../start-error.js';
import { AccountsService } from '../users/accounts.service.js';
import { PasswordHasher } from '../users/password-hasher.js';
import {
  FIRST_START,
  type FirstAccount,
  type FirstGroup,
  type FirstPerson,
  type FirstStartOptions,
} from './first-start.options.js';

const ADMINISTRATORS: FirstGroup = {
  name: 'administrators',
  description: 'May do everything',
  roles: [Administrator.name],
};
const ADMIN: FirstPerson = { username: 'admin', name: 'Administrator', groups: [ADMINISTRATORS.name] };

interface FirstAccountToMake extends FirstAccount {
  readonly name: string;
  readonly passwordHash: string;
}

/**
 * Brings what the code declares into the database, and on an empty one makes the first accounts. Of two instances that
 * start at once, one does it and the other finds it done.
 */
@Injectable()
export class FirstStart {
  constructor(
    private readonly database: DataSource,
    private readonly declared: DeclaredAccessSync,
    private readonly accounts: AccountsService,
    private readonly passwords: PasswordRules,
    private readonly hasher: PasswordHasher,
    private readonly registrationGroups: RegistrationGroups,
    private readonly feed: ChangeFeed,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(FIRST_START) private readonly options: FirstStartOptions,
  ) {}

  /**
   * Once, before the service listens.
   *
   * @throws StartError for an INITIAL_ADMIN_PASSWORD that is easily guessed, and for REGISTRATION_GROUPS that can't be
   */
  async run(): Promise<void> {
    // Hashing is slow, so it is done before the lock is taken, and only where there seems to be nobody yet.
    const accounts = (await this.isEmpty(this.database.manager)) ? await this.prepare() : [];
    await this.database.transaction(async (manager) => {
      await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('gatehouse.first-start', 0))`);
      await this.declared.run(manager);
      const isFirst = accounts.length > 0 && (await this.isEmpty(manager));
      if (isFirst) await this.makeGroups(manager);
      // Before anything is told, so that a start that fails for this has made nothing.
      await this.registrationGroups.verify(manager);
      if (!isFirst) return;
      for (const account of accounts) await this.make(account, manager);
      // Before the commit: were the process to die in between, nobody would ever know the passwords. So they may be told
      // of accounts that come to nothing; the next start then makes others, and tells theirs.
      this.options.announce(accounts);
    });
    await this.feed.catchUp();
  }

  private async isEmpty(manager: EntityManager): Promise<boolean> {
    const [row] = await manager.query<{ empty: boolean }[]>(
      'SELECT NOT EXISTS (SELECT FROM gatehouse.accounts) AS empty',
    );
    return row!.empty;
  }

  private async prepare(): Promise<FirstAccountToMake[]> {
    await this.requireGoodPassword();
    return Promise.all(
      [ADMIN, ...this.options.people].map(async ({ username, name, groups }) => {
        const given = username === ADMIN.username ? this.settings.initialAdminPassword : undefined;
        const password = given ?? randomPassword();
        const passwordHash = await this.hasher.hash(password);
        return { username, name, groups, password, passwordHash, given: given !== undefined };
      }),
    );
  }

  private async requireGoodPassword(): Promise<void> {
    const { initialAdminPassword } = this.settings;
    if (initialAdminPassword === undefined) return;
    await this.passwords.require(initialAdminPassword, ADMIN, 'INITIAL_ADMIN_PASSWORD').catch((error: unknown) => {
      throw error instanceof DomainError ? new StartError(error.message, { cause: error }) : error;
    });
  }

  private async make(
    { username, name, groups, passwordHash, given }: FirstAccountToMake,
    manager: EntityManager,
  ): Promise<void> {
    const mustChangePassword = this.settings.requirePasswordChange && !given;
    const account = { username, name, passwordHash, mustChangePassword, isVerified: true };
    const id = await this.accounts.create(account, manager);
    await setGrants(id, await findGrants({ groups }, manager), manager);
  }

  private async makeGroups(manager: EntityManager): Promise<void> {
    for (const { name, description, roles } of [ADMINISTRATORS, ...this.options.groups]) {
      await manager.query(
        `WITH made AS (INSERT INTO gatehouse.groups (name, name_key, description) VALUES ($1, $2, $3)
                       ON CONFLICT (name_key) DO UPDATE SET description = excluded.description RETURNING id)
         INSERT INTO gatehouse.group_roles (group_id, role_id)
         SELECT made.id, roles.id FROM made, gatehouse.roles WHERE roles.name = ANY ($4)
         ON CONFLICT DO NOTHING`,
        [name, nameKey(name), description, roles],
      );
    }
  }
}

/** 24 characters that can be read aloud and double-clicked: 144 bits. */
function randomPassword(): string {
  return randomBytes(18).toString('base64url').replaceAll('-', '0').replaceAll('_', '1');
}
