import type { Ask, Subject } from './storm.js';
import { isOpen } from './http.js';

/** A row that is made, changed and deleted. */
export class CampaignInStorm implements Subject {
  private id: string | undefined;
  /** What it may hold now, null where it may not be there; one of them unless an answer is missing. */
  private possible: (number | null)[] = [null];
  private lost = false;

  constructor(
    private readonly token: string,
    private readonly name: string,
  ) {}

  get uncertain(): boolean {
    return this.possible.length > 1;
  }

  get over(): boolean {
    return this.lost || (this.id !== undefined && this.possible.includes(null));
  }

  async act(ask: Ask, random: () => number): Promise<void> {
    const { token, name } = this;
    const budgetCents = Math.floor(random() * 1_000_000);
    if (this.id === undefined) {
      const json = { name, channel: 'social', budgetCents };
      const made = await ask('POST', '/marketing/campaigns', { token, json });
      // One row is there or isn't, and nobody knows the id of one whose answer is missing.
      if (made.status !== 201) this.lost = true;
      else [this.id, this.possible] = [made.json.id, [budgetCents]];
      return;
    }
    const next = random() < 0.2 ? null : budgetCents;
    const answer =
      next === null
        ? await ask('DELETE', this.path, { token })
        : await ask('PATCH', this.path, { token, json: { budgetCents } });
    this.possible = isOpen(answer) ? [...this.possible, next] : [next];
  }

  async check(ask: Ask): Promise<string[]> {
    if (this.id === undefined) return [];
    const { status, json } = await ask('GET', this.path, { token: this.token });
    const found = status === 404 ? null : (json?.budgetCents as number);
    const broken = this.possible.includes(found)
      ? []
      : [`${this.path}: ${found}, and not ${this.possible.join(' or ')}`];
    this.possible = [found];
    return broken;
  }

  private get path(): string {
    return `/marketing/campaigns/${this.id}`;
  }
}

/** A confidential client, whose secret is replaced. */
export class ClientInStorm implements Subject {
  private state: 'new' | 'lost' | 'there' | 'gone' = 'new';
  private secret = '';
  private former: string[] = [];
  private underWay: 'delete' | 'secret' | undefined;

  constructor(
    private readonly token: string,
    private readonly clientId: string,
  ) {}

  get uncertain(): boolean {
    return this.underWay !== undefined;
  }

  get over(): boolean {
    return this.state === 'lost' || this.state === 'gone';
  }

  async act(ask: Ask, random: () => number): Promise<void> {
    const { token, clientId } = this;
    if (this.state === 'new') {
      const json = { clientId, name: clientId, confidential: true, grants: ['refresh_token'], scopes: null };
      const made = await ask('POST', '/clients', { token, json });
      this.state = made.status === 201 ? 'there' : 'lost';
      this.secret = made.json?.clientSecret;
      return;
    }
    this.underWay = random() < 0.2 ? 'delete' : 'secret';
    const path = `/clients/${clientId}`;
    const answer =
      this.underWay === 'delete'
        ? await ask('DELETE', path, { token })
        : await ask('POST', `${path}/secret`, { token });
    if (isOpen(answer)) return;
    this.former.push(this.secret);
    if (this.underWay === 'delete') this.state = 'gone';
    else this.secret = answer.json.clientSecret;
    this.underWay = undefined;
  }

  async check(ask: Ask): Promise<string[]> {
    if (this.state === 'new' || this.state === 'lost') return [];
    const accepted = async (secret: string): Promise<boolean> =>
      (await ask('POST', '/introspect', { client: [this.clientId, secret], form: { token: 'none' } })).status === 200;
    const broken: string[] = [];
    for (const secret of this.former.slice(-3)) {
      if (await accepted(secret))
        broken.push(`client ${this.clientId}: a secret that was replaced, or deleted, is good`);
    }
    if (this.state === 'there' && !(await accepted(this.secret))) {
      if (this.underWay) [this.state, this.former] = ['gone', [...this.former, this.secret]];
      else broken.push(`client ${this.clientId}: its secret is refused`);
    }
    this.underWay = undefined;
    return broken;
  }
}

/** A service account with a secret and tokens, which are revoked. */
export class ServiceAccountInStorm implements Subject {
  private id: string | undefined;
  private lost = false;
  private credentials: readonly [string, string] | undefined;
  private readonly tokens: { jti: string; token: string; alive: boolean | undefined }[] = [];
  private secretUnderWay = false;

  constructor(
    private readonly token: string,
    private readonly username: string,
  ) {}

  get uncertain(): boolean {
    return this.secretUnderWay || this.tokens.some(({ alive }) => alive === undefined);
  }

  get over(): boolean {
    return this.lost;
  }

  async act(ask: Ask, random: () => number): Promise<void> {
    const { token, username } = this;
    const path = `/service-accounts/${this.id}`;
    if (this.id === undefined) {
      const made = await ask('POST', '/service-accounts', { token, json: { username, groups: ['finance'] } });
      this.id = made.json?.id;
      this.lost = made.status !== 201;
    } else if (!this.credentials) {
      const made = await ask('POST', `${path}/secret`, { token });
      if (isOpen(made)) this.secretUnderWay = true;
      else this.credentials = [made.json.clientId, made.json.clientSecret];
    } else if (random() < 0.5) {
      const made = await ask('POST', `${path}/tokens`, { token, json: { name: 'storm' } });
      if (!isOpen(made)) this.tokens.push({ jti: made.json.jti, token: made.json.token, alive: true });
    } else {
      const victim = this.tokens.find(({ alive }) => alive);
      if (!victim) return;
      const answer = await ask('DELETE', `/tokens/${victim.jti}`, { token });
      victim.alive = isOpen(answer) ? undefined : false;
    }
  }

  async check(ask: Ask): Promise<string[]> {
    if (this.id === undefined || this.lost) return [];
    const broken: string[] = [];
    const { status } = await ask('GET', `/service-accounts/${this.id}`, { token: this.token });
    if (status !== 200) broken.push(`service account ${this.username}: ${status}`);
    this.secretUnderWay = false;
    if (this.credentials) {
      const form = { grant_type: 'client_credentials' };
      const issued = await ask('POST', '/token', { client: this.credentials, form });
      if (issued.status !== 200) broken.push(`service account ${this.username}: its secret gets ${issued.status}`);
    }
    for (const one of this.tokens) {
      const alive = (await ask('GET', '/finance/data', { token: one.token })).status === 200;
      one.alive ??= alive;
      if (one.alive !== alive) broken.push(`service token ${one.jti}: ${alive ? 'lives again' : 'is dead'}`);
    }
    return broken;
  }
}

/** A login whose refresh token is rotated, until it is logged out. The leeway must be 0. */
export class LoginInStorm implements Subject {
  private readonly used: string[] = [];
  private readonly accessTokens: string[] = [];
  private refreshToken: string | undefined;
  private state: 'new' | 'lost' | 'alive' | 'dead' = 'new';
  private underWay: 'rotation' | 'revocation' | undefined;

  constructor(
    private readonly username: string,
    private readonly password: string,
  ) {}

  get uncertain(): boolean {
    return this.underWay !== undefined;
  }

  get over(): boolean {
    return this.state === 'lost' || this.state === 'dead';
  }

  async act(ask: Ask, random: () => number): Promise<void> {
    if (this.state === 'new') {
      const { username, password } = this;
      const answer = await ask('POST', '/token', { form: { username, password } });
      this.state = answer.status === 200 ? 'alive' : 'lost';
      if (this.state === 'alive') this.keep(answer.json);
    } else if (random() < 0.8) {
      this.underWay = 'rotation';
      const answer = await this.rotate(ask);
      if (isOpen(answer)) return;
      this.keep(answer.json);
    } else {
      this.underWay = 'revocation';
      const answer = await ask('POST', '/revoke', { form: { token: this.refreshToken! } });
      if (isOpen(answer)) return;
      this.state = 'dead';
    }
    this.underWay = undefined;
  }

  async check(ask: Ask, thoroughly: boolean): Promise<string[]> {
    if (this.state !== 'alive' && this.state !== 'dead') return [];
    const broken: string[] = [];
    const access = async (): Promise<boolean[]> => {
      const answers = this.accessTokens.map((token) => ask('GET', '/search?query=apple', { token }));
      return (await Promise.all(answers)).map(({ status }) => status === 200);
    };
    const say = (what: string): void => void broken.push(`login of ${this.username}: ${what}`);

    // Before anything is asked of its refresh tokens: a revocation without an answer took all of it, or nothing.
    const alive = await access();
    if (this.underWay === 'revocation' && !alive.some(Boolean)) this.state = 'dead';
    if (!alive.every((one) => one === (this.state === 'alive'))) {
      say(`is ${this.state}, ${alive.filter(Boolean).length} of ${alive.length} access tokens live`);
    }
    const answer = await this.rotate(ask);
    if (this.state === 'dead') {
      if (answer.status !== 400) say(`is dead, and its refresh token gets ${answer.status}`);
    } else if (answer.status === 200) {
      this.keep(answer.json);
    } else if (this.underWay === 'rotation' && answer.status === 400) {
      // It was rotated, and the successor lost with the answer: it came back, so the family has ended.
      this.state = 'dead';
    } else say(`is alive, and its refresh token gets ${answer.status}`);
    this.underWay = undefined;

    const used = this.used.at(-1);
    if (thoroughly && this.state === 'alive' && used !== undefined) {
      const again = await ask('POST', '/token', { form: { grant_type: 'refresh_token', refresh_token: used } });
      if (again.status !== 400) say(`a rotated refresh token gets ${again.status}`);
      if ((await access()).includes(true)) say('a rotated refresh token came back, and access tokens live');
      this.state = 'dead';
    }
    return broken;
  }

  private rotate(ask: Ask): ReturnType<Ask> {
    return ask('POST', '/token', { form: { grant_type: 'refresh_token', refresh_token: this.refreshToken! } });
  }

  private keep(pair: { access_token: string; refresh_token: string }): void {
    if (this.refreshToken !== undefined) this.used.push(this.refreshToken);
    this.refreshToken = pair.refresh_token;
    this.accessTokens.push(pair.access_token);
  }
}
