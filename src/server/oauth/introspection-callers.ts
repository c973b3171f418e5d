import { Injectable } from '@nestjs/common';
import { Tokens, type Principal } from '../../policy/index.js';
import { inForce } from '../../validity/index.js';
import type { ActiveClient } from '../clients/clients.service.js';
import type { Form } from '../http/form.js';
import { RbacSnapshot } from '../rbac/rbac-snapshot.js';
import { ClientAuthentication } from './client-authentication.js';
import { OAuthError } from './oauth-error.js';

/** Who asks about tokens. */
export interface IntrospectionCaller {
  /** Of a client that authenticated itself: its id and its audience. */
  readonly clientId?: string;
  readonly audience?: string | null;
  /** Whether it holds `tokens:introspect` now, and so may ask about any token. */
  readonly mayAskAboutAny: () => boolean;
}

/** Authenticates those who introspect (RFC 7662 §2.1). */
@Injectable()
export class IntrospectionCallers {
  /** A client that changes is another object. */
  private readonly answers = new WeakMap<ActiveClient, { version: number; may: boolean }>();

  constructor(
    private readonly clientAuthentication: ClientAuthentication,
    private readonly snapshot: RbacSnapshot,
  ) {}

  /**
   * @param bearer who came with a bearer token, or the anonymous principal
   * @throws OAuthError `invalid_client`, also for public clients: everybody could say that they are one
   */
  async authenticate(authorization: string | undefined, form: Form, bearer: Principal): Promise<IntrospectionCaller> {
    if (bearer.kind !== 'anonymous') return { mayAskAboutAny: () => bearer.permissions.allows(Tokens.introspect.name) };
    const client = await this.clientAuthentication.authenticate(authorization, form);
    if (!client.confidential) throw new OAuthError('invalid_client', 'Only confidential clients may introspect.', true);
    const { clientId, audience } = client;
    return { clientId, audience, mayAskAboutAny: () => this.mayIntrospect(client) };
  }

  /** A client may do what its service account may, within its own scopes. */
  private mayIntrospect(client: ActiveClient): boolean {
    const { account, scopes } = client;
    if (!account) return false;
    const { version } = this.snapshot;
    const known = this.answers.get(client);
    if (known?.version === version) return known.may;
    const { patterns } = this.snapshot.resolve(account.groupIds, account.roleIds);
    const may = inForce({ account: patterns, client: scopes, scope: null }).allows(Tokens.introspect.name);
    this.answers.set(client, { version, may });
    return may;
  }
}
