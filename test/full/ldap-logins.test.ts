import { afterAll, beforeAll, expect, it } from 'vitest';
import { SourceChecks } from '../../src/server/user-sources/source-checks.js';
import { command } from '../support/command-line.js';
import { missingSlapd } from '../support/debian.js';
import { createTestEnvironment, type TestEnvironment } from '../support/environment.js';
import { describeWith } from '../support/interoperability.js';
import { claimsOf } from '../support/oauth.js';
import { ADMIN, GROUPS, PEOPLE, Slapd } from '../support/slapd.js';

const PASSWORD = 'of the directory, and nobody else’s';
const OPERATOR = { principal: null, address: null, agent: 'test', requestId: null };

describeWith(missingSlapd(), 'logging in by a directory', () => {
  let slapd: Slapd;
  let service: TestEnvironment;
  let checks: SourceChecks;
  beforeAll(async () => {
    slapd = await Slapd.start();
    service = await createTestEnvironment({
      env: {
        LDAP_URL: `ldap://127.0.0.1:${slapd.port}`,
        LDAP_BIND_DN: ADMIN.dn,
        LDAP_BIND_PASSWORD: ADMIN.password,
        LDAP_USER_BASE: PEOPLE,
        LDAP_GROUP_BASE: GROUPS,
        LDAP_NESTED_GROUPS: 'on',
        LDAP_GROUP_MAP: `accountants => finance; CN=Sales\\, Milan, ${GROUPS} => marketing`,
        USER_SOURCE_CHECK_INTERVAL: 'off',
      },
    });
    checks = service.app.get(SourceChecks, { strict: false });
  });
  afterAll(async () => {
    await service?.close();
    await slapd?.stop();
  });

  const enter = (username: string, password = PASSWORD) => service.ask('/token', { form: { username, password } });
  const check = () => checks.check(checks.checkable[0]!, { actor: OPERATOR });
  const me = async (token: string) => (await service.ask('/users/me', { token })).json;

  it('the first login makes the account, with the groups of the rules, also of nested groups', async () => {
    const ada = await slapd.addPerson('ada', PASSWORD, { mail: 'ada@example.com', cn: 'Ada Lovelace' });
    const team = await slapd.addGroup('team', [ada]);
    const sales = await slapd.addGroup('Sales, Milan', [ada], `cn=Sales\\, Milan,${GROUPS}`);
    const accountants = await slapd.addGroup('accountants', [team]);
    const { status, json, text } = await enter('ada');
    expect(status, text).toBe(200);
    const token = json.access_token;
    expect(await me(token)).toMatchObject({
      username: 'ada',
      email: 'ada@example.com',
      name: 'Ada Lovelace',
      source: 'ldap',
      groups: ['finance', 'marketing'],
    });
    expect((await service.ask('/finance/data', { token })).status).toBe(200);

    // A group that is gone there takes the right with it, within the interval.
    await slapd.remove(accountants);
    await check();
    expect((await me(token)).groups).toEqual(['marketing']);
    expect((await service.ask('/finance/data', { token })).status).toBe(403);

    await slapd.remove(ada);
    for (const dn of [team, sales]) await slapd.remove(dn);
    await check();
    expect((await service.ask('/users/me', { token })).status).toBe(401);
    expect((await enter('ada')).status).toBe(400);
  });

  it('wrong, empty and clever answers are all the one answer', async () => {
    const bob = await slapd.addPerson('bob', PASSWORD);
    const answers = await Promise.all([
      enter('bob', 'wrong'),
      enter('nobody'),
      enter('*'),
      enter('bob)(uid=*'),
      enter('b*'),
    ]);
    for (const { status, json } of answers) {
      expect(status).toBe(400);
      expect(json).toEqual({
        error: 'invalid_grant',
        error_description: 'The user name or the password is wrong.',
      });
    }
    // An empty parameter is one that was left out (RFC 6749 §3.2).
    expect((await enter('bob', '')).status).toBe(400);
    await slapd.remove(bob);
  });

  it('a name and a mail address of an account here stay that account’s', async () => {
    const [[maria]] = await service.database.query(
      `UPDATE gatehouse.accounts SET email = 'maria@example.com', email_key = 'maria@example.com'
        WHERE username = 'maria' RETURNING *`,
    );
    const twin = await slapd.addPerson('maria', PASSWORD, { mail: maria.email.toUpperCase() });
    const { json } = await enter('maria');
    expect(await me(json.access_token)).toMatchObject({ username: 'maria.ldap', email: null, groups: [] });
    expect(claimsOf(await service.login('maria')).sub).toBe(maria.id);
    await slapd.remove(twin);
  });

  it('a person who is disabled there loses the tokens here', async () => {
    const eve = await slapd.addPerson('eve', PASSWORD);
    const { json } = await enter('eve');
    await slapd.replace(eve, { nsAccountLock: 'true' });
    expect((await enter('eve')).status).toBe(400);
    expect((await service.ask('/users/me', { token: json.access_token })).status).toBe(401);
    await slapd.remove(eve);
  });

  it('the command line lists the sources, and checks them', async () => {
    const gone = await slapd.addPerson('gone', PASSWORD);
    const token = (await enter('gone')).json.access_token;
    await slapd.remove(gone);
    const gatehouse = (...args: string[]) => command(service.settings, ['user-sources', ...args]);
    const list = await gatehouse('list', '--json');
    expect(list.json).toEqual([
      expect.objectContaining({ name: 'local', known: true }),
      expect.objectContaining({ name: 'ldap', known: true, heldBack: null }),
    ]);
    expect((await gatehouse('list')).output).toMatch(/^NAME +KNOWN +ACCOUNTS/);
    const dry = await gatehouse('check', 'ldap', '--dry-run');
    expect([dry.code, dry.output]).toEqual([0, expect.stringMatching(/Would be switched off: .*gone/)]);
    expect((await service.ask('/users/me', { token })).status).toBe(200);
    expect(await gatehouse('check')).toMatchObject({ code: 0 });
    await expect.poll(async () => (await service.ask('/users/me', { token })).status).toBe(401);
    expect(await gatehouse('check', 'paper')).toMatchObject({ code: 3 });
  });

  it('while the directory is down, people of here log in, and the tokens of its people stay good', async () => {
    const dan = await slapd.addPerson('dan', PASSWORD);
    const token = (await enter('dan')).json.access_token;
    await slapd.kill();
    expect((await enter('dan')).status).toBe(400);
    await expect(check()).rejects.toThrow(/gives no answer/);
    const asked = await command(service.settings, ['user-sources', 'check']);
    expect([asked.code, asked.complaints]).toEqual([5, expect.stringContaining('ECONNREFUSED')]);
    await service.login('frank');
    expect((await me(token)).username).toBe('dan');
    const down = await service.ask('/health/ready');
    expect([down.status, down.json.status, down.json.details.userSources.ldap]).toEqual([200, 'degraded', 'down']);
    await slapd.restart();
    expect((await enter('dan')).status).toBe(200);
    expect((await service.ask('/health/ready')).json.status).toBe('ok');
    expect(service.log.join('')).not.toContain(ADMIN.password);
    expect(service.log.join('')).not.toContain(PASSWORD);
    await slapd.remove(dan);
  });
});
