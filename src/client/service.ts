import type { ClientSettings } from './options.js';
import { errorFrom, errorOf, ServiceError } from './service-error.js';

/** The addresses that are asked. */
export interface Endpoints {
  readonly token: string;
  readonly introspection: string;
  readonly jwks: string;
}

/** After which a question is given up. Milliseconds. */
const PATIENCE = 5_000;

/** The service over HTTP: finds its endpoints, and asks them with the credentials of the client. */
export class Service {
  private found: Promise<Endpoints> | undefined;
  private readonly basic: string;

  constructor(readonly settings: ClientSettings) {
    this.basic = `Basic ${Buffer.from(`${formEncoded(settings.clientId)}:${formEncoded(settings.clientSecret)}`).toString('base64')}`;
  }

  /**
   * The endpoints that the service's metadata names. Asked for once; a failure isn't kept.
   *
   * @throws ServiceError
   */
  endpoints(): Promise<Endpoints> {
    this.found ??= this.discover().catch((error: unknown) => {
      this.found = undefined;
      throw error;
    });
    return this.found;
  }

  /** An address below the issuer. */
  at(path: string): string {
    return this.settings.issuer + path;
  }

  /**
   * Asks, and reads the answer as JSON.
   *
   * @throws ServiceError for any other answer than a success, and for none
   */
  json(address: string, init: RequestInit = {}, patience = PATIENCE): Promise<Record<string, unknown>> {
    return this.within(address, patience, async (signal) => {
      const response = await this.send(address, { ...init, signal });
      if (!response.ok) throw await errorOf(response);
      return membersOf(await response.text());
    });
  }

  /** Posts a form as the client: `client_secret_basic` (RFC 6749 §2.3.1). Throws as {@link json} does. */
  form(
    address: string,
    fields: Readonly<Record<string, string>>,
    { headers = {}, patience = PATIENCE }: { headers?: Record<string, string>; patience?: number } = {},
  ): Promise<Record<string, unknown>> {
    const form = new URLSearchParams(fields).toString();
    return this.within(address, patience, async (signal) => {
      const all = { ...headers, authorization: this.basic };
      const { status, text } = await this.settings.post(address, form, all, signal);
      if (status < 200 || status > 299) throw errorFrom(status, text);
      return membersOf(text);
    });
  }

  /** A redirect is never followed: the credentials are for the service alone. */
  send(address: string, init: RequestInit): Promise<Response> {
    return this.settings.fetch(address, { ...init, redirect: 'error' });
  }

  private async within<Answer>(
    address: string,
    patience: number,
    ask: (signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer> {
    const giveUp = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    // Beside the signal, which Node may forget once the head of the answer is there.
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`none within ${patience} ms`));
        giveUp.abort();
      }, patience);
    });
    try {
      return await Promise.race([ask(giveUp.signal), late]);
    } catch (error) {
      throw error instanceof ServiceError ? error : new ServiceError(0, `no answer from ${address}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  private async discover(): Promise<Endpoints> {
    const { issuer } = this.settings;
    const [first, ...others] = metadataAddresses(issuer);
    const metadata = await others.reduce(
      (found, address) =>
        found.catch((error: unknown) => {
          // Only a server that has nothing there is asked elsewhere.
          if (error instanceof ServiceError && error.status === 404) return this.json(address);
          throw error;
        }),
      this.json(first!),
    );
    // RFC 8414 §3.3: metadata that names another issuer must not be used.
    if (metadata['issuer'] !== issuer) {
      throw new ServiceError(
        0,
        `the metadata of ${issuer} names another issuer, ${JSON.stringify(metadata['issuer'])}; the option issuer must be the same as PUBLIC_URL of the service`,
      );
    }
    const endpoint = (name: string): string => {
      const address = metadata[name];
      if (typeof address === 'string' && URL.canParse(address)) return address;
      throw new ServiceError(0, `the metadata of ${issuer} lacks ${name}`);
    };
    return {
      token: endpoint('token_endpoint'),
      introspection: endpoint('introspection_endpoint'),
      jwks: endpoint('jwks_uri'),
    };
  }
}

/**
 * Where the metadata of an issuer is: the well-known part stands before its path (RFC 8414 §3.1). A service that is
 * mounted under a path can't answer there, so it is asked for behind the path too.
 */
export function metadataAddresses(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname === '/' ? '' : pathname;
  const wellKnown = '/.well-known/oauth-authorization-server';
  return path === '' ? [origin + wellKnown] : [origin + wellKnown + path, origin + path + wellKnown];
}

/** RFC 6749 §2.3.1 has id and secret form-encoded before they become Basic. */
function formEncoded(text: string): string {
  return new URLSearchParams({ text }).toString().slice('text='.length);
}

function membersOf(text: string): Record<string, unknown> {
  return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
}
