import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Attribute, Change, Client } from 'ldapts';
import { vi } from 'vitest';
import { makeCertificates } from './certificates.js';
import { LDAP_SCHEMAS, SLAPD, SLAPD_MODULES } from './debian.js';
import { freePort } from './postgres-server.js';

export const SUFFIX = 'dc=example,dc=com';
export const PEOPLE = `ou=people,${SUFFIX}`;
export const GROUPS = `ou=groups,${SUFFIX}`;
/** Who may do everything there. */
export const ADMIN = { dn: `cn=admin,${SUFFIX}`, password: 'of the directory' };

/** The values of attributes. */
export type Values = Readonly<Record<string, string | Buffer | readonly (string | Buffer)[]>>;

/** What other servers than OpenLDAP know of entries. */
const OTHER_SERVERS = `
attributetype ( 1.3.6.1.4.1.4203.666.1.901 NAME 'objectGUID' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.4203.666.1.902 NAME 'userAccountControl' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.4203.666.1.903 NAME 'nsAccountLock' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.4203.666.3.901 NAME 'otherServers' AUXILIARY MAY ( objectGUID $ userAccountControl $ nsAccountLock ) )`;

/** A real OpenLDAP server on the loopback interface, with a folder of its own, in which all is lost at the end. */
export class Slapd {
  private child: ChildProcess | undefined;
  private said = '';

  private constructor(
    private readonly folder: string,
    readonly port: number,
    readonly tlsPort: number,
    /** The certificate (PEM) of the authority that has signed the server's, which is for `localhost`. */
    readonly authority: string,
  ) {}

  /** Starts one with the entries of people and groups. It lets everybody read, and takes no password for nobody. */
  static async start(): Promise<Slapd> {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-slapd-'));
    const { authority, certificate, key } = await makeCertificates(folder, 'DNS:localhost');
    await mkdir(join(folder, 'data'));
    const lines = [
      ...['core', 'cosine', 'nis', 'inetorgperson'].map((name) => `include ${LDAP_SCHEMAS}/${name}.schema`),
      OTHER_SERVERS,
      `pidfile ${join(folder, 'pid')}`,
      `modulepath ${SLAPD_MODULES}`,
      'moduleload back_mdb',
      // The trap of RFC 4513 §5.1.2: a name without a password is nobody, and welcome.
      'allow bind_anon_cred bind_anon_dn',
      `TLSCertificateFile ${certificate}`,
      `TLSCertificateKeyFile ${key}`,
      'database mdb',
      `suffix "${SUFFIX}"`,
      `rootdn "${ADMIN.dn}"`,
      `rootpw "${ADMIN.password}"`,
      `directory ${join(folder, 'data')}`,
      'dbnosync',
      'index objectClass,uid,mail,entryUUID,objectGUID eq',
    ];
    await writeFile(join(folder, 'slapd.conf'), `${lines.join('\n')}\n`);
    const slapd = new Slapd(folder, await freePort(), await freePort(), authority);
    await slapd.restart();
    await slapd.add(SUFFIX, { objectClass: ['dcObject', 'organization'], dc: 'example', o: 'Example' });
    await slapd.add(PEOPLE, { objectClass: 'organizationalUnit', ou: 'people' });
    await slapd.add(GROUPS, { objectClass: 'organizationalUnit', ou: 'groups' });
    return slapd;
  }

  /** Starts it again, at the same ports, with what it had. */
  async restart(): Promise<void> {
    const addresses = `ldap://127.0.0.1:${this.port}/ ldaps://127.0.0.1:${this.tlsPort}/`;
    const child = spawn(SLAPD, ['-h', addresses, '-f', join(this.folder, 'slapd.conf'), '-d', '0'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.on('data', (chunk) => (this.said += String(chunk)));
    this.child = child;
    const answers = (): Promise<boolean> =>
      this.asAdmin(async () => undefined).then(
        () => true,
        () => false,
      );
    await vi.waitUntil(async () => child.exitCode !== null || (await answers()), { timeout: 30_000, interval: 50 });
    if (child.exitCode !== null) throw new Error(`slapd ended with ${child.exitCode}: ${this.said}`);
  }

  /** Ends it at once, in the midst of whatever it does. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true });
  }

  /** Somebody of the people, called by `uid`, unless `dn` says otherwise. Answers the distinguished name. */
  async addPerson(uid: string, password: string, more: Values = {}, dn = `uid=${uid},${PEOPLE}`): Promise<string> {
    const values = { objectClass: ['inetOrgPerson', 'otherServers'], cn: uid, sn: uid, uid, userPassword: password };
    await this.add(dn, { ...values, ...more });
    return dn;
  }

  /** A group whose members are entries. Answers the distinguished name. */
  async addGroup(cn: string, members: readonly string[], dn = `cn=${cn},${GROUPS}`): Promise<string> {
    await this.add(dn, { objectClass: 'groupOfNames', cn, member: members });
    return dn;
  }

  add(dn: string, values: Values): Promise<void> {
    const attributes = Object.entries(values).map(([type, value]) => attribute(type, value));
    return this.asAdmin((client) => client.add(dn, attributes));
  }

  replace(dn: string, values: Values): Promise<void> {
    const changes = Object.entries(values).map(
      ([type, value]) => new Change({ operation: 'replace', modification: attribute(type, value) }),
    );
    return this.asAdmin((client) => client.modify(dn, changes));
  }

  remove(dn: string): Promise<void> {
    return this.asAdmin((client) => client.del(dn));
  }

  private async asAdmin(work: (client: Client) => Promise<void>): Promise<void> {
    const client = new Client({ url: `ldap://127.0.0.1:${this.port}`, timeout: 5_000, connectTimeout: 5_000 });
    try {
      await client.bind(ADMIN.dn, ADMIN.password);
      await work(client);
    } finally {
      await client.unbind();
    }
  }
}

function attribute(type: string, value: Values[string]): Attribute {
  const values = [value].flat() as string[] | Buffer[];
  return new Attribute({ type, values });
}
