import { Client } from 'ldapts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LdapConnection } from '../../src/server/user-sources/ldap/ldap-connection.js';
import type { LdapOptions } from '../../src/server/user-sources/ldap/ldap-options.js';
import { LdapUserSource } from '../../src/server/user-sources/ldap/ldap.user-source.js';
import { missingSlapd } from '../support/debian.js';
import { describeWith } from '../support/interoperability.js';
import { Proxy } from '../support/proxy.js';
import { ADMIN, GROUPS, PEOPLE, Slapd } from '../support/slapd.js';

const PASSWORD = 'a password of ada';
const LIMIT = 2_000;

describeWith(missingSlapd(), 'LDAP, with OpenLDAP', () => {
  let slapd: Slapd;
  let ada: string;
  const open: LdapUserSource[] = [];
  beforeAll(async () => {
    slapd = await Slapd.start();
    ada = await slapd.addPerson('ada', PASSWORD, { mail: 'ada@example.com', cn: 'Ada Lovelace' });
  });
  afterEach(() => {
    for (const source of open.splice(0)) source.close();
  });
  afterAll(() => slapd?.stop());

  const server = (port = slapd.port): LdapOptions['server'] => ({ host: '127.0.0.1', port, encryption: 'none' });
  function sourceWith(more: Partial<LdapOptions> = {}): LdapUserSource {
    const source = new LdapUserSource({
      name: 'ldap',
      server: server(),
      searcher: ADMIN,
      people: { base: PEOPLE, filter: '(uid={username})' },
      attributes: { id: 'entryUUID', username: 'uid', email: 'mail', name: 'cn' },
      timeLimit: LIMIT,
      pageSize: 100,
      ...more,
    });
    open.push(source);
    return source;
  }
  const login = (source: LdapUserSource, username: string, password: string, limit = LIMIT) =>
    source.authenticate(username, password, AbortSignal.timeout(limit));

  describe.each([
    ['search and bind', {}],
    ['direct bind', { people: { dn: `uid={username},${PEOPLE}` } }],
    ['direct bind without a searcher', { people: { dn: `uid={username},${PEOPLE}` }, searcher: undefined }],
  ])('%s', (_, how: Partial<LdapOptions>) => {
    it('says who somebody is whose password is right', async () => {
      expect(await login(sourceWith(how), 'ada', PASSWORD)).toEqual({
        id: expect.stringMatching(/^[\da-f-]{36}$/),
        username: 'ada',
        email: 'ada@example.com',
        name: 'Ada Lovelace',
        isActive: true,
        groups: [],
      });
      expect((await login(sourceWith(how), 'ADA', PASSWORD))?.username).toBe('ada');
    });

    it('nobody gets in with a wrong password, or by a name that isn’t there', async () => {
      const source = sourceWith(how);
      for (const password of ['wrong', `${PASSWORD} `, PASSWORD.toUpperCase(), '\0', ' ']) {
        expect(await login(source, 'ada', password)).toBeUndefined();
      }
      for (const username of ['nobody', '', ' ', 'x'.repeat(100_000)]) {
        expect(await login(source, username, PASSWORD)).toBeUndefined();
      }
    });

    it('RFC 4513 §5.1.2: an empty password is refused, also where the server would take it', async () => {
      const client = new Client({ url: `ldap://127.0.0.1:${slapd.port}` });
      await client.bind(ada, '');
      await client.unbind();
      expect(await login(sourceWith(how), 'ada', '')).toBeUndefined();
    });

    it('RFC 4515, RFC 4514: what means something in filters and names means nothing in a user name', async () => {
      const source = sourceWith(how);
      const names = [
        '*',
        'a*',
        'ad?',
        'ada)(uid=*',
        '*)(uid=ada',
        'ada)(|(uid=*)',
        '\\61da',
        'ada\\',
        'ada\0',
        '(ada)',
      ];
      for (const name of [...names, 'ada,ou=people', `ada,${PEOPLE}`, 'ada+cn=Ada Lovelace', '#616461', '$&', "$'"]) {
        expect(await login(source, name, PASSWORD), name).toBeUndefined();
      }
    });

    it('people whose names are made of such letters get in, each as themselves', async () => {
      const source = sourceWith(how);
      const names = [
        'a*b',
        'a(b)',
        'a\\b',
        'a,b',
        'a+b=c',
        '#hash',
        'quo"te',
        'semi;colon',
        '<angle>',
        'Ünï cödé 😀',
        '$&',
      ];
      for (const [index, name] of names.entries()) {
        const hex = [...Buffer.from(name)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
        const dn = `uid=${hex},${PEOPLE}`;
        await slapd.addPerson(name, `secret ${index}`, {}, dn);
        expect((await login(source, name, `secret ${index}`))?.username, name).toBe(name);
        expect(await login(source, name, 'secret'), name).toBeUndefined();
        await slapd.remove(dn);
      }
    });

    it('passwords are verbatim, and never cut', async () => {
      const source = sourceWith(how);
      const passwords = ['x'.repeat(72) + 'y', '😀'.repeat(128), '  both ends  ', 'a*(b)\\c', 'ümläut'];
      for (const [index, password] of passwords.entries()) {
        const dn = await slapd.addPerson(`verbatim${index}`, password);
        expect(await login(source, `verbatim${index}`, password)).toBeDefined();
        for (const other of [password.slice(0, -1), password.trim(), `${password}x`]) {
          if (other !== password) expect(await login(source, `verbatim${index}`, other)).toBeUndefined();
        }
        await slapd.remove(dn);
      }
    });
  });

  it('a name that two entries have is nobody’s', async () => {
    const eve = await slapd.addPerson('eve', 'of eve', { mail: 'ada' });
    const source = sourceWith({ people: { base: PEOPLE, filter: '(|(uid={username})(mail={username}))' } });
    expect(await login(source, 'ada', PASSWORD)).toBeUndefined();
    expect(await login(source, 'ada', 'of eve')).toBeUndefined();
    expect(await login(source, 'eve', 'of eve')).toBeDefined();
    await slapd.remove(eve);
  });

  it('whoever is disabled there isn’t active, though the password is right', async () => {
    const dn = await slapd.addPerson('off', 'of off');
    const source = sourceWith();
    expect((await login(source, 'off', 'of off'))?.isActive).toBe(true);
    await slapd.replace(dn, { userAccountControl: '514' });
    expect((await login(source, 'off', 'of off'))?.isActive).toBe(false);
    await slapd.replace(dn, { userAccountControl: '512', nsAccountLock: 'TRUE' });
    expect((await login(source, 'off', 'of off'))?.isActive).toBe(false);
    await slapd.remove(dn);
  });

  it('a searcher with a wrong password is a fault, and nobody’s wrong password', async () => {
    const source = sourceWith({ searcher: { ...ADMIN, password: 'wrong' } });
    await expect(login(source, 'ada', PASSWORD)).rejects.toThrow(
      /refuses cn=admin.*LDAP_BIND_PASSWORD.*InvalidCredentialsError/,
    );
  });

  describe('groups', () => {
    const filter = '(|(member={dn})(uniqueMember={dn})(memberUid={username}))';
    const rules = [{ from: 'x', to: 'x' }];
    const groupsOf = async (more: Partial<LdapOptions> = {}) => {
      const groups = { base: GROUPS, filter, nested: false };
      const source = sourceWith({ groups, groupRules: rules, ...more });
      return (await login(source, 'ada', PASSWORD))!.groups.toSorted();
    };

    it('are named by their distinguished names and their own; nested ones if asked, though they go round', async () => {
      const staff = await slapd.addGroup('Staff', [ada]);
      const comma = await slapd.addGroup('R&D, all', [ada], `cn=R&D\\, all,${GROUPS}`);
      const all = await slapd.addGroup('everybody', [staff]);
      const top = await slapd.addGroup('top', [all]);
      // Round and round.
      await slapd.replace(staff, { member: [ada, top] });
      await slapd.add(`cn=posix,${GROUPS}`, {
        objectClass: 'posixGroup',
        cn: 'posix',
        gidNumber: '1',
        memberUid: 'ada',
      });
      // Not a name that could be taken for a distinguished one.
      const sly = await slapd.addGroup('cn=top', [ada], `cn=cn\\3dtop,${GROUPS}`);

      const direct = ['R&D, all', 'Staff', 'posix'];
      const dns = [`cn=cn\\3dtop,${GROUPS}`, `cn=posix,${GROUPS}`, `cn=r&d\\2c all,${GROUPS}`, `cn=staff,${GROUPS}`];
      expect(await groupsOf()).toEqual([...direct, ...dns].toSorted());
      const nested = await groupsOf({ groups: { base: GROUPS, filter, nested: true } });
      const more = ['everybody', 'top', `cn=everybody,${GROUPS}`, `cn=top,${GROUPS}`];
      expect(nested).toEqual([...direct, ...dns, ...more].toSorted());
      // Without rules nobody asks for them.
      expect(await groupsOf({ groupRules: [] })).toEqual([]);
      for (const dn of [staff, comma, all, top, sly, `cn=posix,${GROUPS}`]) await slapd.remove(dn);
    });

    it('RFC 2696: more than a page of them are all found', async () => {
      const dns = await Promise.all(Array.from({ length: 25 }, (_, n) => slapd.addGroup(`page${n}`, [ada])));
      expect(await groupsOf({ pageSize: 10 })).toHaveLength(50);
      for (const dn of dns) await slapd.remove(dn);
    });
  });

  describe('looking up', () => {
    it('finds many, in their state of now, and not those who are gone or that the filter leaves out', async () => {
      const dns = await Promise.all(
        Array.from({ length: 120 }, (_, n) => slapd.addPerson(`p${n}`, `of ${n}`, { title: 'here' })),
      );
      const source = sourceWith({ people: { base: PEOPLE, filter: '(&(uid={username})(title=here))' } });
      const users = await Promise.all(dns.map((_, n) => login(source, `p${n}`, `of ${n}`, 20_000)));
      const ids = users.map((user) => user!.id);
      const lookUp = () => source.lookUp!(ids, AbortSignal.timeout(20_000));
      expect([...(await lookUp()).keys()].toSorted()).toEqual(ids.toSorted());

      await slapd.remove(dns[0]!);
      await slapd.replace(dns[1]!, { title: 'elsewhere' });
      await slapd.replace(dns[2]!, { userAccountControl: '514' });
      const found = await lookUp();
      expect([found.has(ids[0]!), found.has(ids[1]!), found.size]).toEqual([false, false, 118]);
      expect([found.get(ids[2]!)!.isActive, found.get(ids[3]!)!.isActive]).toEqual([false, true]);
      // Whoever is made anew by the same name is another.
      await slapd.addPerson('p0', 'of 0', { title: 'here' });
      expect((await lookUp()).has(ids[0]!)).toBe(false);
      for (const dn of dns) await slapd.remove(dn);
    });

    it('by objectGUID, which is bytes', async () => {
      const guid = Buffer.from('33221100554477668899aabbccddee00', 'hex');
      const dn = await slapd.addPerson('guid', 'of guid', { objectGUID: guid });
      const attributes = { id: 'objectGUID', username: 'uid', email: 'mail', name: 'cn' };
      const source = sourceWith({ attributes });
      const id = '00112233-4455-6677-8899-aabbccddee00';
      expect((await login(source, 'guid', 'of guid'))!.id).toBe(id);
      expect([...(await source.lookUp!([id], AbortSignal.timeout(LIMIT))).keys()]).toEqual([id]);
      await slapd.remove(dn);
    });

    it('needs a base that is there: a directory that was moved says nothing about its people', async () => {
      const source = sourceWith({ people: { base: `ou=moved,${PEOPLE}`, filter: '(uid={username})' } });
      await expect(source.lookUp!(['1'], AbortSignal.timeout(LIMIT))).rejects.toThrow(
        /refuses a search below ou=moved.*NoSuchObjectError/,
      );
    });
  });

  describe('TLS', () => {
    const secure = (more: Partial<LdapOptions['server']>) =>
      sourceWith({
        server: { host: 'localhost', port: slapd.port, encryption: 'starttls', ca: slapd.authority, ...more },
      });

    it('by StartTLS, and from the start', async () => {
      expect(await login(secure({}), 'ada', PASSWORD)).toBeDefined();
      expect(await login(secure({ encryption: 'tls', port: slapd.tlsPort }), 'ada', PASSWORD)).toBeDefined();
    });

    it.each(['starttls', 'tls'] as const)(
      '%s: a server that doesn’t prove to be the one is refused',
      async (encryption) => {
        const port = encryption === 'tls' ? slapd.tlsPort : slapd.port;
        const other = await Slapd.start();
        try {
          const unknown = secure({ encryption, port, ca: other.authority });
          await expect(login(unknown, 'ada', PASSWORD)).rejects.toThrow(/certificate|verify/);
        } finally {
          await other.stop();
        }
        await expect(login(secure({ encryption, port, ca: undefined }), 'ada', PASSWORD)).rejects.toThrow(
          /certificate|verify/,
        );
        // It is for localhost.
        await expect(login(secure({ encryption, port, host: '127.0.0.1' }), 'ada', PASSWORD)).rejects.toThrow(
          /does not match certificate/,
        );
      },
    );

    it('a server that speaks no TLS gets no password', async () => {
      const plain = secure({ encryption: 'tls', port: slapd.port });
      await expect(login(plain, 'ada', PASSWORD)).rejects.toThrow(/closed|ECONNRESET|disconnected|SSL/);
    });
  });

  describe('a server', () => {
    it('that is slow keeps nobody for longer than the limit, and is asked again afterwards', async () => {
      const proxy = await Proxy.start({ host: '127.0.0.1', port: slapd.port });
      const source = sourceWith({ server: server(proxy.port) });
      expect(await login(source, 'ada', PASSWORD)).toBeDefined();
      proxy.delayBy(10_000);
      const begin = performance.now();
      await expect(login(source, 'ada', PASSWORD, 500)).rejects.toThrow(/timeout/);
      expect(performance.now() - begin).toBeLessThan(5_000);
      proxy.delayBy(0);
      expect(await login(source, 'ada', PASSWORD, 10_000)).toBeDefined();
      await proxy.stop();
    });

    it('that is killed in the midst of a request is no success, and is found again when it is back', async () => {
      const proxy = await Proxy.start({ host: '127.0.0.1', port: slapd.port });
      const source = sourceWith({ server: server(proxy.port) });
      expect(await login(source, 'ada', PASSWORD)).toBeDefined();
      proxy.holdBack();
      const under = login(source, 'ada', PASSWORD, 20_000).catch((error: unknown) => error);
      await slapd.kill();
      expect(await under).toBeInstanceOf(Error);
      await expect(login(source, 'ada', PASSWORD, 20_000)).rejects.toThrow(/closed|ECONNRESET/);
      proxy.heal();
      await slapd.restart();
      expect(await login(source, 'ada', PASSWORD, 20_000)).toBeDefined();
      await proxy.stop();
    });

    it('is never connected to anew behind the back of who asks: it would be as nobody, and in the clear', async () => {
      const connection = await LdapConnection.open(server(), AbortSignal.timeout(LIMIT));
      await connection.bind(ADMIN.dn, ADMIN.password, AbortSignal.timeout(LIMIT));
      connection.close();
      const search = () => connection.search(PEOPLE, {}, AbortSignal.timeout(LIMIT));
      await expect(search()).rejects.toThrow(/closed/);
      // By now the client knows, and would connect.
      await expect(search()).rejects.toThrow(/connection to the directory is closed/);
    });

    it('whose connection breaks just as it is used again is asked once more on a new one', async () => {
      const proxy = await Proxy.start({ host: '127.0.0.1', port: slapd.port });
      const source = sourceWith({ server: server(proxy.port) });
      expect(await login(source, 'ada', PASSWORD)).toBeDefined();
      const under = login(source, 'ada', PASSWORD);
      // The request is on its way, and nobody here knows yet.
      proxy.cut();
      expect(await under).toBeDefined();
      await proxy.stop();
    });

    it('that ended the connections that were kept is asked on a new one', async () => {
      const source = sourceWith();
      expect(await login(source, 'ada', PASSWORD)).toBeDefined();
      await slapd.kill();
      await slapd.restart();
      expect(await login(source, 'ada', PASSWORD)).toBeDefined();
    });
  });
});
