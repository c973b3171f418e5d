// better-auth on Fastify and PostgreSQL: people who log in by email and password, and a route that asks for a session.
// Makes people and sessions, and hands the sessions' cookies to who started it.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { betterAuth } from 'better-auth';
import { makeSignature } from 'better-auth/crypto';
import { getMigrations } from 'better-auth/db/migration';
import { fromNodeHeaders } from 'better-auth/node';
import fastify from 'fastify';
import pg from 'pg';
import { ANSWER, listening } from '../apps/answer.mjs';

const { port, databaseUrl, cookieCacheSeconds, sessions, cookiesFile, people, password } = JSON.parse(process.argv[2]);
const secret = randomBytes(32).toString('base64url');
const options = {
  baseURL: `http://127.0.0.1:${port}`,
  secret,
  database: new pg.Pool({ connectionString: databaseUrl }),
  emailAndPassword: { enabled: true },
  session: { cookieCache: { enabled: cookieCacheSeconds > 0, maxAge: cookieCacheSeconds } },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { level: 'error' },
};
const { runMigrations } = await getMigrations(options);
await runMigrations();
const auth = betterAuth(options);

/** They share one hash, since each takes long to make. */
async function seedPeople() {
  const { internalAdapter, password: passwords } = await auth.$context;
  const hash = await passwords.hash(password);
  const ids = [];
  for (let index = 0; index < people; index++) {
    const name = `person-${index}`;
    const { id } = await internalAdapter.createUser({ email: `${name}@example.org`, name });
    await internalAdapter.linkAccount({ userId: id, accountId: id, providerId: 'credential', password: hash });
    ids.push(id);
  }
  return ids;
}

/** A login's cookies: that of the session, and with the cookie cache the session itself. */
async function makeCookies(userId) {
  const { internalAdapter, authCookies } = await auth.$context;
  const { token } = await internalAdapter.createSession(userId);
  const signed = encodeURIComponent(`${token}.${await makeSignature(token, secret)}`);
  const cookie = `${authCookies.sessionToken.name}=${signed}`;
  if (cookieCacheSeconds === 0) return cookie;
  const { headers } = await auth.api.getSession({ headers: new Headers({ cookie }), returnHeaders: true });
  const cached = headers.getSetCookie().find((one) => one.startsWith(authCookies.sessionData.name));
  return `${cookie}; ${cached.split(';')[0]}`;
}

const ids = await seedPeople();
const cookies = [];
for (let index = 0; index < sessions; index++) cookies.push(await makeCookies(ids[index % ids.length]));
if (cookiesFile) await writeFile(cookiesFile, cookies.join('\n'));

const app = fastify();
// As better-auth's documentation mounts it in Fastify.
app.post('/api/auth/*', async (request, reply) => {
  const response = await auth.handler(
    new Request(new URL(request.url, options.baseURL), {
      method: request.method,
      headers: fromNodeHeaders(request.headers),
      body: JSON.stringify(request.body),
    }),
  );
  reply.status(response.status);
  for (const [name, value] of response.headers) reply.header(name, value);
  return reply.send(await response.text());
});
app.get('/guarded', async (request, reply) => {
  const session = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) });
  return session ? ANSWER : reply.status(401).send();
});
await app.listen({ port, host: '127.0.0.1' });
listening();
