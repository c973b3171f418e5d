// What the token endpoint does without a password: client_credentials, beside others', and refresh.
import { compare } from '../measure.mjs';
import { FORM, peerClient, post } from '../oauth-client.mjs';
import { row } from '../report.mjs';
import { seedRefreshTokens } from '../seed.mjs';

const FOR_RESOURCE = { resource: 'https://orders.example', scope: 'finance:read' };
const OIDC_PROVIDER = 'oidc-provider 9, JWTs signed with RS256 too; keeps none of them, so none can be revoked';
const OAUTH2_SERVER = '@node-oauth/oauth2-server 5, opaque tokens on PostgreSQL';

/** @param {import('../bench-run.mjs').BenchRun} run */
export async function measureIssue(run) {
  const rs256 = await run.main();
  const es256 = await run.openService({ algorithm: 'ES256' });
  return [...(await measureClients(run, rs256, es256)), ...(await measureRefresh(run, rs256, es256))];
}

async function measureClients(run, rs256, es256) {
  run.say('client_credentials');
  const client = peerClient();
  const provider = await run.launch('apps/oidc-provider.mjs', client);
  const databaseUrl = await run.createDatabase();
  const server = await run.launch('peers/oauth2-server.mjs', { ...client, databaseUrl });
  await checkSigned(`${provider.url}/token`, client.authorization);
  const asking = (plan, at, authorization, form = {}) =>
    run.contender(plan, at, {
      method: 'POST',
      path: '/token',
      headers: { ...FORM, Authorization: authorization },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...form }).toString(),
    });
  const { all } = await compare(
    [
      await asking('client RS256', rs256.service, rs256.client),
      await asking('client ES256', es256.service, es256.client),
      await asking('client oidc-provider', provider, client.authorization, FOR_RESOURCE),
      await asking('client oauth2-server', server, client.authorization),
    ],
    run.times,
  );
  const [withRs256, withEs256, withProvider, withServer] = all;
  return [
    row('client_credentials, RS256', withRs256, withProvider, OIDC_PROVIDER, { rate: 800 }),
    row('client_credentials, RS256', withRs256, withServer, OAUTH2_SERVER),
    row('client_credentials, ES256', withEs256, undefined, '', { rate: 1_500 }),
  ];
}

async function measureRefresh(run, rs256, es256) {
  run.say('refresh');
  const asking = async (plan, { service, db, people }) =>
    run.contender(plan, service, {
      method: 'POST',
      path: '/token',
      headers: FORM,
      body: 'grant_type=refresh_token&refresh_token={}',
      follow: 'refresh_token',
      values: await seedRefreshTokens(db, { people, count: run.times.connections, audience: service.url }),
    });
  const contenders = [await asking('refresh RS256', rs256), await asking('refresh ES256', es256)];
  const { a, b } = await compare(contenders, run.times);
  return [
    row('refresh, RS256', a, undefined, '', { rate: 600 }),
    row('refresh, ES256', b, undefined, '', { rate: 600 }),
  ];
}

/** Whether oidc-provider does the same work: it makes opaque tokens when it isn't asked well. */
async function checkSigned(url, authorization) {
  const { access_token: token } = await post(url, authorization, { grant_type: 'client_credentials', ...FOR_RESOURCE });
  const { alg } = JSON.parse(Buffer.from(token.split('.')[0], 'base64url'));
  if (alg !== 'RS256') throw new Error(`oidc-provider signed with ${alg}.`);
}
