// What a guard costs an application that is not the service: ours, and what others offer, beside the same route open.
// Those verify a signature at each request; those that ask a database are in sessions.mjs.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compare } from '../measure.mjs';
import { row } from '../report.mjs';
import { seedApplication } from '../seed.mjs';

const TOKENS = 10_000;
/** What nest-keycloak-connect takes are Keycloak's, which it makes itself. */
const KEYCLOAK_TOKENS = 1_000;

/** How long after its revocation each guard goes on accepting a token, at most. */
const STALENESS = { ours: 'a second, if anything fails; else some 50 ms', others: 'until it expires' };

/**
 * The service stands on the other core, as it would on another machine.
 *
 * @param {import('../bench-run.mjs').BenchRun} run
 */
export async function measureGuards(run) {
  const { settings, tokens } = await seedApplication(await run.openService({ core: 'rest' }), TOKENS);
  const tokensFile = join(run.folder, 'keycloak-tokens');
  const express = await run.launch('apps/express-gatehouse.mjs', settings);
  const fastify = await run.launch('apps/fastify-gatehouse.mjs', settings);
  const jose = await run.launch('apps/express-jose.mjs', settings);
  const bearer = await run.launch('peers/express-jwt-bearer.mjs', settings);
  const keycloak = await run.launch('peers/nest-keycloak.mjs', { tokens: KEYCLOAK_TOKENS, tokensFile });
  const keycloakTokens = (await readFile(tokensFile, 'utf8')).split('\n');

  const { all } = await compare(
    [
      await run.guarded('express guarded', express, '/guarded', tokens),
      await run.contender('express open', express, { path: '/open' }),
      await run.guarded('fastify guarded', fastify, '/guarded', tokens),
      await run.contender('fastify open', fastify, { path: '/open' }),
      await run.guarded('jose', jose, '/guarded', tokens),
      await run.guarded('express-oauth2-jwt-bearer', bearer, '/guarded', tokens),
      await run.guarded('keycloak guarded', keycloak, '/guarded', keycloakTokens),
      await run.contender('keycloak open', keycloak, { path: '/open' }),
    ],
    run.times,
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
