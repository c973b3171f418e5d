/** Who and what there is when a sequence begins. Names and patterns only: the database gives them ids. */
export const START = {
  roles: { trader: ['finance:*'], teller: ['finance:read'], herald: ['marketing:read'], nobody: [] },
  groups: { desk: ['trader'], press: ['herald', 'teller'] },
  accounts: {
    ann: { groups: ['desk'], roles: [] },
    bob: { groups: ['press'], roles: ['nobody'] },
    robot: { groups: ['desk'], roles: ['herald'] },
  },
  clients: { gatehouse: null, kiosk: ['finance:*', 'account:self'], robot: null },
} as const satisfies {
  roles: Record<string, readonly string[]>;
  groups: Record<string, readonly string[]>;
  accounts: Record<string, { groups: readonly string[]; roles: readonly string[] }>;
  clients: Record<string, readonly string[] | null>;
};

export type Role = keyof typeof START.roles;
export type Group = keyof typeof START.groups;
export type AccountName = keyof typeof START.accounts;
export type ClientName = keyof typeof START.clients;

/** The people, and the clients by which they log in. */
export const PEOPLE = ['ann', 'bob'] as const;
export const LOGIN_CLIENTS = ['gatehouse', 'kiosk'] as const;
/** The service account, and its client. */
export const ROBOT = 'robot';

/** One login: what its tokens have in common. */
interface Family {
  generation: number;
}

/** A token that was handed out. */
export interface ModelToken {
  readonly kind: 'access' | 'refresh';
  readonly account: AccountName;
  readonly client: ClientName;
  /** Service accounts have no logins. */
  readonly family: Family | undefined;
  readonly generation: number;
  /** What it was narrowed to. */
  readonly scope: readonly string[] | null;
  alive: boolean;
  /** Whether it, or a sibling of it, was used; `lately` is within the leeway. */
  used: 'no' | 'lately' | 'long ago';
  /** As the service has made it. */
  value: string;
}

/** What a request comes to: the code of an error, a status, or new tokens. */
export type Outcome = string | readonly ModelToken[];

/**
 * What the service promises of tokens, without any of what makes it hard: no clocks, caches, epochs or transactions. A
 * death is written into each token that dies of it, where the service computes it from what a token hangs on.
 */
export class Model {
  readonly tokens: ModelToken[] = [];
  private readonly roles = setsOf(START.roles);
  private readonly groups = setsOf(START.groups);
  private readonly accounts = mapOf(START.accounts, ({ groups, roles }) => ({
    active: true,
    groups: new Set<string>(groups),
    roles: new Set<string>(roles),
  }));
  private readonly clients = mapOf(START.clients, (scopes) => ({ active: true, scopes: scopes as string[] | null }));

  /**
   * @param known  the names of all permissions
   * @param leeway whether a used refresh token may come again for a while
   */
  constructor(
    readonly known: readonly string[],
    readonly leeway: boolean,
  ) {}

  /** The tokens that a step of a sequence can be about. */
  of(kind: ModelToken['kind']): ModelToken[] {
    return this.tokens.filter((token) => token.kind === kind);
  }

  /** Whether the token is good for something that takes these permissions: the status that a guarded route answers. */
  status(token: ModelToken, permissions: readonly string[]): 200 | 401 | 403 {
    if (!token.alive) return 401;
    return permissions.every((name) => this.allows(token, name)) ? 200 : 403;
  }

  /** The permissions that are in force for it. */
  permissionsOf(token: ModelToken): string[] {
    return this.known.filter((name) => this.allows(token, name)).toSorted();
  }

  logIn(account: AccountName, client: ClientName, scope: readonly string[] | undefined): Outcome {
    if (!this.clients.get(client)!.active) return 'invalid_client';
    if (!this.accounts.get(account)!.active) return 'invalid_grant';
    if (!this.holds(account, client, scope)) return 'invalid_scope';
    const family = { generation: 0 };
    return [
      this.hand({ kind: 'access', account, client, family, scope: scope ?? null }),
      this.hand({ kind: 'refresh', account, client, family, scope: scope ?? null }),
    ];
  }

  /** The client credentials of the service account. */
  getServiceToken(scope: readonly string[] | undefined): Outcome {
    if (!this.isRobotOn) return 'invalid_client';
    if (!this.holds(ROBOT, ROBOT, scope)) return 'invalid_scope';
    return [this.hand({ kind: 'access', account: ROBOT, client: ROBOT, family: undefined, scope: scope ?? null })];
  }

  /** A long-lived token, made by an administrator. */
  makeServiceToken(scope: readonly string[] | undefined): Outcome {
    if (!this.isRobotOn) return '409';
    const outcome = this.getServiceToken(scope);
    return outcome === 'invalid_scope' ? '422' : outcome;
  }

  refresh(token: ModelToken, client: ClientName, scope: readonly string[] | undefined): Outcome {
    const { account, family } = token;
    if (!this.clients.get(client)!.active) return 'invalid_client';
    if (client !== token.client || !token.alive) return 'invalid_grant';
    if (token.used === 'long ago') {
      this.end((one) => one.family === family);
      return 'invalid_grant';
    }
    if (!this.holds(account, client, scope) || !isWithin(scope, token.scope)) return 'invalid_scope';
    if (token.used === 'no') {
      family!.generation++;
      for (const one of this.of('refresh')) {
        if (one.family === family && one.generation === token.generation) {
          one.used = this.leeway ? 'lately' : 'long ago';
        }
      }
    }
    return [
      this.hand({ kind: 'access', account, client, family, scope: scope ?? token.scope }),
      this.hand({ kind: 'refresh', account, client, family, scope: token.scope }),
    ];
  }

  /** Time goes by until nothing is within the leeway any more. */
  outwaitLeeway(): void {
    for (const token of this.tokens) if (token.used === 'lately') token.used = 'long ago';
  }

  revoke(token: ModelToken, client: ClientName): Outcome {
    if (!this.clients.get(client)!.active || (client === ROBOT && !this.isRobotOn)) return 'invalid_client';
    if (client === token.client) this.endWith(token);
    return [];
  }

  /** By an administrator. */
  endWith(token: ModelToken): void {
    this.end((one) => one === token || (token.kind === 'refresh' && one.family === token.family));
  }

  /** By the one whose token it is: all other logins. */
  endOthers(token: ModelToken): 204 | 401 | 403 {
    const status = this.status(token, ['account:self']);
    if (status !== 200) return status;
    if (token.family) this.end((one) => one.account === token.account && one.family !== token.family);
    return 204;
  }

  endAllOf(account: AccountName): void {
    this.end((one) => one.account === account);
  }

  switchAccount(name: AccountName, on: boolean): void {
    this.accounts.get(name)!.active = on;
    if (!on) this.end((one) => one.account === name);
  }

  switchClient(name: ClientName, on: boolean): void {
    this.clients.get(name)!.active = on;
    if (!on) this.end((one) => one.client === name);
  }

  limitClient(name: ClientName, scopes: readonly string[] | null): void {
    this.clients.get(name)!.scopes = scopes as string[] | null;
  }

  setMember(account: AccountName, group: Group, member: boolean): void {
    put(this.accounts.get(account)!.groups, group, member);
  }

  setHolder(account: AccountName, role: Role, holder: boolean): void {
    put(this.accounts.get(account)!.roles, role, holder);
  }

  setGroupRole(group: Group, role: Role, has: boolean): void {
    put(this.groups.get(group)!, role, has);
  }

  setPattern(role: Role, pattern: string, has: boolean): void {
    put(this.roles.get(role)!, pattern, has);
  }

  /** It is deleted, and one of the same name and permissions is made: nobody holds that. */
  remakeRole(role: Role): void {
    for (const { roles } of this.accounts.values()) roles.delete(role);
    for (const roles of this.groups.values()) roles.delete(role);
  }

  /** The emergency; an ordinary rotation changes nothing here, and neither does a restart. */
  revokeKeys(): void {
    this.end(() => true);
  }

  private get isRobotOn(): boolean {
    return this.accounts.get(ROBOT)!.active && this.clients.get(ROBOT)!.active;
  }

  private hand(token: Omit<ModelToken, 'alive' | 'used' | 'value' | 'generation'>): ModelToken {
    const made: ModelToken = {
      ...token,
      generation: token.family?.generation ?? 0,
      alive: true,
      used: 'no',
      value: '',
    };
    this.tokens.push(made);
    return made;
  }

  private end(which: (token: ModelToken) => boolean): void {
    for (const token of this.tokens) if (which(token)) token.alive = false;
  }

  /** Whether somebody can be given these scopes through the client. */
  private holds(account: AccountName, client: ClientName, scope: readonly string[] | undefined): boolean {
    const whole = { account, client, scope: null };
    return (scope ?? []).every((name) => this.known.includes(name) && this.allows(whole, name));
  }

  private allows({ account, client, scope }: Pick<ModelToken, 'account' | 'client' | 'scope'>, name: string): boolean {
    const { groups, roles } = this.accounts.get(account)!;
    const held = new Set([...roles, ...[...groups].flatMap((group) => [...this.groups.get(group)!])]);
    const patterns = [...held].flatMap((role) => [...this.roles.get(role)!]);
    return [[...patterns, 'account:self'], this.clients.get(client)!.scopes, scope].every(
      (limit) => limit === null || limit.some((pattern) => matches(pattern, name)),
    );
  }
}

function matches(pattern: string, name: string): boolean {
  return pattern === '*' || pattern === name || (pattern.endsWith(':*') && name.startsWith(pattern.slice(0, -1)));
}

function isWithin(scope: readonly string[] | undefined, limit: readonly string[] | null): boolean {
  return (scope ?? []).every((name) => limit === null || limit.includes(name));
}

function put(set: Set<string>, name: string, present: boolean): void {
  if (present) set.add(name);
  else set.delete(name);
}

function mapOf<Value, Result>(values: Record<string, Value>, make: (value: Value) => Result): Map<string, Result> {
  return new Map(Object.entries(values).map(([name, value]) => [name, make(value)]));
}

function setsOf(values: Record<string, readonly string[]>): Map<string, Set<string>> {
  return mapOf(values, (names) => new Set(names));
}
