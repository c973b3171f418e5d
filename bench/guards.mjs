// What a guard costs an application that is not the service: ours, and what others offer, beside the same route open.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare } from './measure.mjs';
import { answerOf, freePort, start, stop } from './processes.mjs';
import { row } from './report.mjs';
import { seedClient, seedTokens } from './seed.mjs';

const AUDIENCE = 'https://orders.example';
const TOKENS = 10_000;
const PASSWORD = 'correct horse battery staple';

/** How long after its revocation each guard goes on accepting a token, at most. */
const UNTIL_EXPIRY = 'until it expires';
const STALENESS = { ours: 'a second, if anything fails; else some 50 ms', others: UNTIL_EXPIRY };

/** The packages that are compared have dependencies that ours must not meet, so they are installed apart. */
function installPeers() {
  const folder = fileURLToPath(new URL('./peers/', import.meta.url));
  if (existsSync(join(folder, 'node_modules/nest-keycloak-connect'))) return;
  const args = ['install', '--no-package-lock', '--legacy-peer-deps', '--no-audit', '--no-fund', '--ignore-scripts'];
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('The packages to compare with could not be installed.');
}

/**
 * Measures the guarded routes of applications against their own open ones; the service stands on the other core, as it
 * would on another machine.
 *
 * @param {{ load: object, service: object, times: object, folder: string, say: Function, ending: Function }} bench
 */
export async function measureGuards({ load, service: { service, db, people }, times, folder, say, ending }) {
  say('applications that are guarded from afar');
  installPeers();
  const { clientId, secret: clientSecret } = await seedClient(db, {
    clientId: 'orders',
    audience: AUDIENCE,
    patterns: ['events:subscribe'],
  });
  const tokens = await seedTokens(db, { service, people, password: PASSWORD, count: TOKENS, audience: AUDIENCE });
  const values = tokens.map(({ token }) => token);

  const launch = async (program, options = {}) => {
    const port = await freePort();
    const given = { port, issuer: service.url, audience: AUDIENCE, clientId, clientSecret, ...options };
    const child = start({ core: 'server', program, args: [JSON.stringify(given)], quiet: true });
    ending(() => stop(child));
    await answerOf(child);
    return { port, pid: child.pid };
  };
  const plan = async (name, { port, pid }, path, theirs = values) => {
    await load.define({
      define: name,
      port,
      method: 'GET',
      path,
      ...(path === '/guarded' && { headers: { Authorization: 'Bearer {}' }, values: theirs }),
    });
    if (path === '/guarded') await load.each(name, times.connections, 200);
    return { load, plan: name, pid };
  };

  const tokensFile = join(folder, 'keycloak-tokens');
  const express = await launch('apps/express-gatehouse.mjs');
  const fastify = await launch('apps/fastify-gatehouse.mjs');
  const jose = await launch('apps/express-jose.mjs');
  const bearer = await launch('peers/express-jwt-bearer.mjs');
  const keycloak = await launch('peers/nest-keycloak.mjs', { tokens: 1_000, tokensFile });
  const keycloakTokens = (await readFile(tokensFile, 'utf8')).split('\n');

  const { all } = await compare(
    [
      await plan('express guarded', express, '/guarded'),
      await plan('express open', express, '/open'),
      await plan('fastify guarded', fastify, '/guarded'),
      await plan('fastify open', fastify, '/open'),
      await plan('jose', jose, '/guarded'),
      await plan('express-oauth2-jwt-bearer', bearer, '/guarded'),
      await plan('keycloak guarded', keycloak, '/guarded', keycloakTokens),
      await plan('keycloak open', keycloak, '/open'),
    ],
    times,
  );
  const [ours, open, oursFastify, openFastify, withJose, withBearer, withKeycloak, openNest] = all;
  const accepted = (text) => `; a revoked token is accepted for: ${text}`;
  const fastest = Math.max(withJose.perSecond, withBearer.perSecond, withKeycloak.perSecond);
  return [
    row(`Express, Gatehouse’s client${accepted(STALENESS.ours)}`, ours, open, 'open', { ratio: 0.85, rate: fastest }),
    row(`Fastify, Gatehouse’s client${accepted(STALENESS.ours)}`, oursFastify, openFastify, 'open', {
      ratio: 0.8,
      rate: fastest,
    }),
    row(`Express, jose alone${accepted(STALENESS.others)}`, withJose, open, 'open'),
    row(`Express, express-oauth2-jwt-bearer${accepted(STALENESS.others)}`, withBearer, open, 'open'),
    row(`Nest 10 on Express, nest-keycloak-connect${accepted(STALENESS.others)}`, withKeycloak, openNest, 'open'),
  ];
}
