// @node-oauth/oauth2-server on Fastify and PostgreSQL: client_credentials, and a route that it guards. The least model
// that keeps its tokens, with prepared statements.
import { createHash } from 'node:crypto';
import OAuth2Server from '@node-oauth/oauth2-server';
import fastify from 'fastify';
import pg from 'pg';
import { ANSWER, listening } from '../apps/answer.mjs';

const { port, databaseUrl, clientSecret } = JSON.parse(process.argv[2]);
const pool = new pg.Pool({ connectionString: databaseUrl });
const digest = (text) => createHash('sha256').update(text).digest();

await pool.query(`
  CREATE TABLE clients (id text PRIMARY KEY, secret bytea NOT NULL);
  CREATE TABLE tokens (hash bytea PRIMARY KEY, client_id text NOT NULL REFERENCES clients, scope text[] NOT NULL, expires_at timestamptz NOT NULL)`);
await pool.query('INSERT INTO clients VALUES ($1, $2)', ['bench', digest(clientSecret)]);

const model = {
  async getClient(id, secret) {
    const { rowCount } = await pool.query({
      name: 'client',
      text: 'SELECT FROM clients WHERE id = $1 AND secret = $2',
      values: [id, digest(secret)],
    });
    return rowCount === 1 && { id, grants: ['client_credentials'] };
  },
  getUserFromClient: ({ id }) => Promise.resolve({ id }),
  validateScope: (_user, _client, scope) => Promise.resolve(scope ?? ['finance:read']),
  async saveToken(token, client, user) {
    await pool.query({
      name: 'save',
      text: 'INSERT INTO tokens VALUES ($1, $2, $3, $4)',
      values: [digest(token.accessToken), client.id, token.scope, token.accessTokenExpiresAt],
    });
    return { ...token, client, user };
  },
  async getAccessToken(accessToken) {
    const { rows } = await pool.query({
      name: 'token',
      text: 'SELECT client_id, scope, expires_at FROM tokens WHERE hash = $1',
      values: [digest(accessToken)],
    });
    if (rows.length === 0) return false;
    const [{ client_id: id, scope, expires_at: accessTokenExpiresAt }] = rows;
    return { accessToken, accessTokenExpiresAt, scope, client: { id }, user: { id } };
  },
  verifyScope: ({ scope: held }, wanted) => Promise.resolve(wanted.every((one) => held.includes(one))),
};
const oauth = new OAuth2Server({ model });
const requestOf = ({ method, headers, query, body = {} }) => new OAuth2Server.Request({ method, headers, query, body });

const app = fastify();
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, text, done) => {
  done(null, Object.fromEntries(new URLSearchParams(text)));
});
app.post('/token', async (request, reply) => {
  const response = new OAuth2Server.Response();
  await oauth.token(requestOf(request), response);
  return reply.headers(response.headers).send(response.body);
});
const guard = async (request) => {
  await oauth.authenticate(requestOf(request), new OAuth2Server.Response(), { scope: ['finance:read'] });
};
app.get('/guarded', { preHandler: guard }, (_request, reply) => void reply.send(ANSWER));
await app.listen({ port, host: '127.0.0.1' });
listening();
