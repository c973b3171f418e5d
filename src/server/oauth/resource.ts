import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../../config/settings.js';
import { FIRST_PARTY_CLIENT } from '../clients/client.entity.js';
import { type ActiveClient, ClientsService } from '../clients/clients.service.js';
import { SETTINGS } from '../settings.token.js';
import { OAuthError } from './oauth-error.js';

/** Decides which audience a request may ask for (RFC 8707 §2). */
@Injectable()
export class Resources {
  /** The service's own audience: that of clients that have none of their own. */
  private readonly own: string;

  constructor(
    private readonly clients: ClientsService,
    @Inject(SETTINGS) { tokenAudience, publicUrl }: Settings,
  ) {
    this.own = tokenAudience ?? publicUrl;
  }

  /**
   * The audience that a request asks for; undefined when none is asked for: then the token gets the client's own. Asks
   * the database only where the first-party client asks for another's.
   *
   * A client may ask for its own audience and for those that it was registered with. The first-party client, by which
   * people log in for whatever application, may ask for that of any active client. A client that acts as itself may ask
   * for this service's: what its service account may do here hangs on nobody else's login.
   *
   * @param grantType the grant that is asked for
   * @throws OAuthError `invalid_target`
   */
  async parse(resource: string | undefined, client: ActiveClient, grantType: string): Promise<string | undefined> {
    if (resource === undefined || (await this.mayAskFor(resource, client, grantType))) return resource;
    throw new OAuthError('invalid_target', 'The client may not ask for tokens for this resource (RFC 8707 2).');
  }

  /** Whether the client may have tokens for this audience now, as {@link parse} says. */
  async mayAskFor(audience: string, client: ActiveClient, grantType: string): Promise<boolean> {
    if (audience === (client.audience ?? this.own) || client.resources.includes(audience)) return true;
    if (grantType === 'client_credentials' && audience === this.own) return true;
    return client.clientId === FIRST_PARTY_CLIENT && this.clients.isAudience(audience);
  }
}
