// oidc-provider with its in-memory adapter, for comparison: one confidential client, opaque access tokens.
import { Provider } from 'oidc-provider';

const [port, clientSecret] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: 'bench',
      client_secret: clientSecret,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    devInteractions: { enabled: false },
  },
  scopes: ['finance:read'],
});
provider.listen(Number(port), '127.0.0.1', () => process.send({ ready: true }));

process.once('disconnect', () => process.exit());
