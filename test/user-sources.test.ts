import type { Type } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AskedSource } from '../src/server/user-sources/asked-source.js';
import { AdministrativeChanges } from '../src/server/rbac/administrative-changes.js';
import { StartError } from '../src/server/start-error.js';
import { DomainEvents } from '../src/server/domain-events/domain-events.js';
import { ForeignAccounts } from '../src/server/user-sources/foreign-accounts.js';
import type { LocalUserSource } from '../src/server/user-sources/local/local.user-source.js';
import { SourceChecks } from '../src/server/user-sources/source-checks.js';
import type { SourceUser, UserSource } from '../src/server/user-sources/user-source.js';
import { UserSources } from '../src/server/user-sources/user-sources.js';
import { createTestEnvironment, type TestEnvironment } from './support/environment.js';
import { claimsOf } from './support/oauth.js';
import { queriesOf } from './support/queries.js';

const PASSWORD = 'a password of elsewhere';

/** People on paper; whoever has the password is let in. */
class PaperSource implements UserSource {
  readonly people = new Map<string, SourceUser>();
  readonly groupRules = [
    { from: 'Bookkeeping', to: 'finance' },
    { from: 'cn=no,dc=such', to: 'there is none' },
  ];
  readonly timeLimit = 300;
  asked: string[] = [];
  mode: 'answers' | 'throws' | 'hangs' = 'answers';
  closed = 0;

  constructor(readonly name: string) {}

  add(username: string, more: Partial<SourceUser> = {}): SourceUser {
    const user = { id: `id-${username}`, username, isActive: true, groups: [], ...more };
    this.people.set(user.id, user);
    return user;
  }

  async authenticate(username: string, password: string, signal: AbortSignal): Promise<SourceUser | undefined> {
    this.asked.push(username);
    await this.answer(signal);
    const found = [...this.people.values()].find((user) => user.username.toLowerCase() === username.toLowerCase());
    return password === PASSWORD ? found : undefined;
  }

  async lookUp(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, SourceUser>> {
    await this.answer(signal);
    return new Map(ids.filter((id) => this.people.has(id)).map((id) => [id, this.people.get(id)!]));
  }

  close(): void {
    this.closed++;
  }

  private async answer(signal: AbortSignal): Promise<void> {
    if (this.mode === 'throws') throw new Error('the archive is on fire');
    if (this.mode === 'hangs') await new Promise((_, reject) => signal.addEventListener('abort', reject));
  }
}

describe('user sources', () => {
  const paper = new PaperSource('paper');
  const stone = new PaperSource('stone');
  let service: TestEnvironment;
  let checks: SourceChecks;
  let asked: AskedSource;
  let admin: string;
  beforeAll(async () => {
    // The regular check is asked for by the tests.
    service = await createTestEnvironment({
      userSources: [paper, stone],
      env: { USER_SOURCE_CHECK_INTERVAL: 'off' },
    });
    checks = service.app.get(SourceChecks, { strict: false });
    asked = service.app.get(UserSources, { strict: false }).foreign[0]!;
    admin = await service.login('admin');
  });
  beforeEach(() => {
    for (const source of [paper, stone]) {
      source.asked = [];
      source.mode = 'answers';
    }
  });
  afterEach(async () => {
    paper.people.clear();
    stone.people.clear();
    await service.change(`DELETE FROM gatehouse.accounts WHERE source <> 'local'`);
  });
  afterAll(() => service?.close());

  const OPERATOR = { principal: null, address: null, agent: 'test', requestId: null };
  const enter = (username: string, password = PASSWORD) => service.ask('/token', { form: { username, password } });
  const tokenOf = async (username: string): Promise<string> => {
    const answer = await enter(username);
    expect(answer.status, answer.text).toBe(200);
    return answer.json.access_token;
  };
  const me = (token: string) => service.ask('/users/me', { token });
  const account = async (sourceId: string) =>
    (await service.database.query(`SELECT * FROM gatehouse.accounts WHERE source_id = $1`, [sourceId]))[0];
  const audited = async (id: string): Promise<string[]> =>
    (
      await service.database.query(
        `SELECT kind FROM gatehouse.audit_events WHERE target_id = $1 AND actor_id IS NULL ORDER BY id`,
        [id],
      )
    ).map(({ kind }: { kind: string }) => kind);
  const check = (more: object = {}) => checks.check(asked, { actor: OPERATOR, ...more });
  const administer = (method: string, path: string, json: object) => service.ask(path, { method, token: admin, json });

  it('an account is made at the first login, with what the source says', async () => {
    paper.add('ada', { email: 'ada@paper.example', name: 'Ada L', groups: ['BOOKKEEPING', 'chess'] });
    const token = await tokenOf('ada');
    expect((await me(token)).json).toMatchObject({
      kind: 'user',
      username: 'ada',
      email: 'ada@paper.example',
      name: 'Ada L',
      source: 'paper',
      isActive: true,
      isVerified: true,
      groups: ['finance'],
    });
    expect((await service.ask('/finance/data', { token })).status).toBe(200);
    expect(await audited((await account('id-ada')).id)).toEqual(['user.created']);
    // Known again, and nothing changed.
    expect(claimsOf(await tokenOf('ADA')).sub).toBe(claimsOf(token).sub);
    expect(await audited((await account('id-ada')).id)).toEqual(['user.created']);
  });

  it('the service’s own accounts come first, and whoever they know isn’t asked for elsewhere', async () => {
    await service.login('maria');
    expect(paper.asked).toEqual([]);
    expect((await enter('maria', 'wrong')).status).toBe(400);
    expect([paper.asked, stone.asked]).toEqual([['maria'], ['maria']]);
  });

  it('are asked in their order, and the first who knows the password says who it is', async () => {
    paper.add('bob', { name: 'of paper' });
    stone.add('bob', { name: 'of stone' });
    expect((await me(await tokenOf('bob'))).json.name).toBe('of paper');
    expect(stone.asked).toEqual([]);
  });

  it('an empty password is never asked about', async () => {
    paper.add('ada');
    expect((await enter('ada', '')).status).toBe(400);
    expect(paper.asked).toEqual([]);
  });

  it('a name or mail address of another account is never taken over', async () => {
    const [[maria]] = await service.database.query(
      `UPDATE gatehouse.accounts SET email = 'maria@example.com', email_key = 'maria@example.com'
        WHERE username = 'maria' RETURNING *`,
    );
    paper.add('maria', { email: maria.email, groups: ['bookkeeping'] });
    const token = await tokenOf('maria');
    expect((await me(token)).json).toMatchObject({ username: 'maria.paper', email: null, isVerified: false });
    expect(claimsOf(token).sub).not.toBe(maria.id);
    expect(await service.database.query('SELECT * FROM gatehouse.accounts WHERE id = $1', [maria.id])).toEqual([maria]);
    // And its own password is good for the local one still.
    expect(claimsOf(await service.login('maria')).sub).toBe(maria.id);
  });

  it('where both names are taken, nobody gets in', async () => {
    paper.add('maria');
    await administer('POST', '/users', { username: 'maria.paper', email: 'mp@example.com' });
    expect((await enter('maria')).status).toBe(400);
    expect(await account('id-maria')).toBeUndefined();
    await service.change(`DELETE FROM gatehouse.accounts WHERE username = 'maria.paper'`);
  });

  it('a name that can’t be a user name here is refused; other oddities are left out', async () => {
    paper.add('someone@paper');
    expect((await enter('someone@paper')).status).toBe(400);
    paper.add('odd', { email: 'no address', name: 'two\nlines' });
    expect((await me(await tokenOf('odd'))).json).toMatchObject({ username: 'odd', email: null, name: '' });
  });

  it('two first logins at once make one account', async () => {
    paper.add('ada', { groups: ['bookkeeping'] });
    const answers = await Promise.all(Array.from({ length: 12 }, () => enter('ada')));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const subjects = answers.map(({ json }) => claimsOf(json.access_token).sub);
    expect(new Set(subjects).size).toBe(1);
    expect(await audited(subjects[0])).toEqual(['user.created']);
  });

  it('a right password of a namesake elsewhere gives no more guesses at the account here', async () => {
    paper.add('pat');
    for (let free = 4; free > 0; free--) expect((await enter('pat', 'wrong')).status).toBe(400);
    expect((await enter('pat')).status).toBe(200);
    expect((await enter('pat', 'wrong')).status).toBe(400);
    expect((await enter('pat', 'wrong')).status).toBe(429);
  });

  it('what the source says is taken over at each login; groups that no rule names stay', async () => {
    paper.add('ada', { groups: ['bookkeeping'] });
    const token = await tokenOf('ada');
    const { id } = (await me(token)).json;
    const patched = await administer('PATCH', `/users/${id}`, { groups: ['finance', 'marketing'] });
    expect(patched.status, patched.text).toBe(200);
    paper.add('ada', { username: 'ada2', name: 'Countess', email: 'c@paper.example' });
    await tokenOf('ada2');
    expect((await me(token)).json).toMatchObject({
      id,
      username: 'ada2',
      name: 'Countess',
      email: 'c@paper.example',
      groups: ['marketing'],
    });
    // The token of before follows: it is the account's rights that count.
    expect((await service.ask('/finance/data', { token })).status).toBe(403);
  });

  it('who is disabled there can’t log in, and whoever is disabled here neither', async () => {
    paper.add('ada', { isActive: false });
    expect((await enter('ada')).status).toBe(400);
    expect(await account('id-ada')).toBeUndefined();
    paper.add('ada');
    const { id } = (await me(await tokenOf('ada'))).json;
    await administer('PATCH', `/users/${id}`, { isActive: false });
    expect((await enter('ada')).status).toBe(400);
  });

  it('a password can’t be set here by any path', async () => {
    paper.add('ada');
    const { id } = (await me(await tokenOf('ada'))).json;
    const answer = await administer('PATCH', `/users/${id}`, { password: 'a new password of ours' });
    expect(answer.status).toBe(409);
    expect(answer.json.detail).toMatch(/comes from paper/);
    await expect(
      service.database.query(`UPDATE gatehouse.accounts SET must_change_password = true WHERE id = $1`, [id]),
    ).rejects.toThrow(/accounts_password_is_local/);
  });

  it('without new accounts, only those get in who have one', async () => {
    paper.add('ada');
    paper.add('bob');
    await tokenOf('ada');
    const get = <T>(type: Type<T>): T => service.app.get(type, { strict: false });
    const settings = { ...service.settings, userSourceNewAccounts: false };
    const accounts = new ForeignAccounts(service.database, get(AdministrativeChanges), get(DomainEvents), settings);
    const enterBy = (id: string) => accounts.enter(paper, paper.people.get(id)!, OPERATOR);
    expect(await enterBy('id-ada')).toMatchObject({ username: 'ada' });
    expect(await enterBy('id-bob')).toBeUndefined();
  });

  describe('that give no answer', () => {
    const logged = (pattern: RegExp): number => service.log.filter((line) => pattern.test(line)).length;
    const ready = async () => (await service.ask('/health/ready')).json;

    it.each(['throws', 'hangs'] as const)(
      'stop nobody else, let nobody in, and are told of once: one that %s',
      async (mode) => {
        paper.add('ada');
        stone.add('bob');
        const before = [logged(/paper gives no answer/), logged(/paper answers again/)];
        paper.mode = mode;
        expect((await enter('ada')).json).toEqual({
          error: 'invalid_grant',
          error_description: 'The user name or the password is wrong.',
        });
        expect((await enter('nobody')).status).toBe(400);
        await tokenOf('bob');
        await service.login('frank');
        expect(await ready()).toMatchObject({
          status: 'degraded',
          details: { userSources: { status: 'degraded', paper: 'down', stone: 'up' } },
        });
        expect((await service.ask('/health/ready')).status).toBe(200);
        expect((await ready()).details.database.status).toBe('up');
        paper.mode = 'answers';
        await tokenOf('ada');
        expect(await ready()).toMatchObject({ status: 'ok' });
        expect([logged(/paper gives no answer/), logged(/paper answers again/)]).toEqual(before.map((n) => n + 1));
      },
    );

    it('also when they answer what is nobody', async () => {
      paper.people.set('x', { username: 'ada', isActive: true, groups: [] } as unknown as SourceUser);
      expect((await enter('ada')).status).toBe(400);
      expect((await ready()).status).toBe('degraded');
      paper.people.clear();
      await enter('ada');
    });

    it('are found out by a check, also before anybody has come from them', async () => {
      paper.mode = 'throws';
      await expect(check({ dryRun: true })).rejects.toThrow(/paper gives no answer/);
      await expect(check()).rejects.toThrow(/gives no answer/);
      paper.mode = 'answers';
      expect(await check()).toMatchObject({ accounts: 0, leaving: [], heldBack: false });
    });

    it('change nothing at a check', async () => {
      paper.add('ada');
      const token = await tokenOf('ada');
      const checkedAt = async () => (await checks.states()).map((state) => state.checkedAt);
      await check();
      const before = await checkedAt();
      expect(before[0]).toBeInstanceOf(Date);
      paper.mode = 'throws';
      await expect(check()).rejects.toThrow(/gives no answer/);
      expect((await me(token)).status).toBe(200);
      expect(await checkedAt()).toEqual(before);
      paper.mode = 'answers';
      await check();
    });
  });

  describe('checked regularly', () => {
    it('who is gone or disabled there loses their tokens, and has their account back when they are', async () => {
      paper.add('gone');
      paper.add('off');
      paper.add('there');
      const [gone, off, there] = await Promise.all(['gone', 'off', 'there'].map(tokenOf));
      const went = paper.people.get('id-gone')!;
      paper.people.delete('id-gone');
      paper.add('off', { isActive: false });

      const wouldBe = await check({ dryRun: true });
      expect(wouldBe).toMatchObject({ accounts: 3, changed: 0, heldBack: false });
      expect(wouldBe.leaving.toSorted()).toEqual(['gone', 'off']);
      expect((await me(gone!)).status).toBe(200);

      await check();
      expect((await me(gone!)).status).toBe(401);
      expect((await me(off!)).status).toBe(401);
      expect((await me(there!)).status).toBe(200);
      expect(await audited((await account('id-gone')).id)).toEqual(['user.created', 'user.disabled-by-source']);

      paper.people.set(went.id, went);
      paper.add('off');
      await check();
      expect(await account('id-gone')).toMatchObject({ is_active: true, off_at_source: false });
      // What died stays dead.
      expect((await me(gone!)).status).toBe(401);
      await tokenOf('gone');
      await tokenOf('off');
      expect(await audited((await account('id-off')).id)).toEqual([
        'user.created',
        'user.disabled-by-source',
        'user.enabled-by-source',
      ]);
    });

    it('an administrator has the last word on who is off', async () => {
      paper.add('ada');
      const { id } = (await me(await tokenOf('ada'))).json;
      paper.people.delete('id-ada');
      await check();
      await administer('PATCH', `/users/${id}`, { isActive: false });
      paper.add('ada');
      await check();
      expect((await account('id-ada')).is_active).toBe(false);
      await administer('PATCH', `/users/${id}`, { isActive: true });
      await administer('PATCH', `/users/${id}`, { isActive: false });
      await check();
      expect((await account('id-ada')).is_active).toBe(false);
      expect((await enter('ada')).status).toBe(400);
    });

    it('names and groups follow', async () => {
      paper.add('ada');
      const token = await tokenOf('ada');
      paper.add('ada', { username: 'countess', groups: ['bookkeeping'] });
      expect(await check()).toMatchObject({ changed: 1, leaving: [] });
      expect((await me(token)).json).toMatchObject({ username: 'countess', groups: ['finance'] });
      expect(await check()).toMatchObject({ changed: 0 });
    });

    it('most of them gone at once are not believed, unless somebody says that it is so', async () => {
      for (let n = 0; n < 21; n++) paper.add(`p${n}`);
      const tokens = await Promise.all([...paper.people.values()].map(({ username }) => tokenOf(username)));
      const everybody = new Map(paper.people);
      for (const id of [...everybody.keys()].slice(0, 11)) paper.people.delete(id);
      expect(await check()).toMatchObject({ heldBack: true, accounts: 21 });
      expect((await me(tokens[0]!)).status).toBe(200);
      expect(service.log.some((line) => line.includes('11 of 21 people are gone'))).toBe(true);
      expect((await service.ask('/health/ready')).json.details.userSources).toMatchObject({
        status: 'degraded',
        paper: 'held back',
      });
      // Ten may go, and so may half.
      paper.people.set('id-p0', everybody.get('id-p0')!);
      expect(await check({ dryRun: true })).toMatchObject({ heldBack: false });
      paper.people.delete('id-p0');
      expect(await check({ confirmed: true })).toMatchObject({ heldBack: false });
      expect((await me(tokens[0]!)).status).toBe(401);
      expect((await me(tokens[20]!)).status).toBe(200);
      expect((await service.ask('/health/ready')).json.status).toBe('ok');
    });

    it('people of whom nothing new is said cost no query of their own', async () => {
      const dryRun = () => check({ dryRun: true });
      const add = async (username: string) => {
        paper.add(username, { email: `${username}@example.org`, groups: ['Bookkeeping'] });
        expect((await enter(username)).status).toBe(200);
      };
      await add('nora');
      const ofOne = await queriesOf(service, dryRun);
      for (const username of ['nico', 'nils', 'nina', 'noel']) await add(username);
      expect(await queriesOf(service, dryRun)).toBe(ofOne);
      expect(await dryRun()).toMatchObject({ accounts: 5, changed: 0, leaving: [] });
    });

    it('one instance does it, and no sooner than it is due', async () => {
      paper.add('ada');
      await tokenOf('ada');
      await service.change('DELETE FROM gatehouse.user_sources');
      const reports = await Promise.all([1, 2, 3].map(() => checks.checkIfOlder(asked, 60)));
      expect(reports.filter((report) => report !== undefined)).toHaveLength(1);
      expect(await checks.checkIfOlder(asked, 60)).toBeUndefined();
      await service.change(`UPDATE gatehouse.user_sources SET checked_at = now() - interval '61 seconds'`);
      expect(await checks.checkIfOlder(asked, 60)).toBeDefined();
    });

    it('the last administrator stays, and the log says so', async () => {
      await administer('PATCH', `/groups/finance`, { roles: ['administrator'] });
      paper.add('ada', { groups: ['bookkeeping'] });
      await tokenOf('ada');
      await service.change(`UPDATE gatehouse.accounts SET is_active = false WHERE source = 'local'`);
      paper.people.delete('id-ada');
      await check();
      expect((await account('id-ada')).is_active).toBe(true);
      expect(service.log.some((line) => line.includes('Nobody would be left who may do everything'))).toBe(true);
      await service.change(`UPDATE gatehouse.accounts SET is_active = true WHERE source = 'local'`);
    });
  });
});

it('user sources are closed with the service, once, also by one that can’t be', async () => {
  const sources = [new PaperSource('paper'), new PaperSource('stone')];
  sources[0]!.close = () => {
    throw new Error('stuck');
  };
  await new UserSources(sources, { name: 'local' } as LocalUserSource, {} as ForeignAccounts).onApplicationShutdown();
  expect(sources[1]!.closed).toBe(1);
});

describe('a user source of a wrong name', () => {
  it.each([
    [['local'], /the service’s own/],
    [['paper', 'paper'], /is another user source’s/],
    [['Paper Archive'], /must be called by lower-case letters/],
  ])('stops the start: %j', (names, sentence) => {
    const sources = names.map((name) => new PaperSource(name));
    const local = { name: 'local' } as LocalUserSource;
    const start = (): unknown => new UserSources(sources, local, {} as ForeignAccounts);
    expect(start).toThrow(StartError);
    expect(start).toThrow(sentence);
  });
});
