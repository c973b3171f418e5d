// Introspection of live tokens (RFC 7662), beside oidc-provider's.
import { compare } from '../measure.mjs';
import { FORM, peerClient, post } from '../oauth-client.mjs';
import { row } from '../report.mjs';
import { seedTokens } from '../seed.mjs';
import { shuffled } from '../shuffled.mjs';

/** oidc-provider's in-memory adapter holds 1,000 things, and forgets the others. */
const TOKENS = 400;

/** @param {import('../bench-run.mjs').BenchRun} run */
export async function measureIntrospection(run) {
  const main = await run.main();
  const { service, client } = main;
  const seeded = await seedTokens(main.db, { ...main, count: TOKENS });
  const tokens = seeded.map(({ token }) => token);
  const { clientSecret, authorization } = peerClient();
  const other = await run.launch('apps/oidc-provider.mjs', { clientSecret });
  const theirs = [];
  for (let count = 0; count < TOKENS; count++) {
    const form = { grant_type: 'client_credentials', scope: 'finance:read' };
    theirs.push((await post(`${other.url}/token`, authorization, form)).access_token);
  }
  await checkActive(`${service.url}/introspect`, client, tokens[0]);
  await checkActive(`${other.url}/token/introspection`, authorization, theirs[0]);

  const asking = (path, Authorization, values) => ({
    method: 'POST',
    path,
    headers: { ...FORM, Authorization },
    body: 'token={}',
    values,
  });
  const contenders = [
    await run.contender('ours', service, asking('/introspect', client, shuffled(tokens))),
    await run.contender('theirs', other, asking('/token/introspection', authorization, theirs)),
  ];
  await run.load.each('ours', run.times.connections, 200);
  const { a, b } = await compare(contenders, run.times);
  return [row('introspection of live tokens', a, b, 'oidc-provider 9, in memory', { rate: 12_000, ratio: 2 })];
}

/** A wrong answer is quickly given. */
async function checkActive(url, authorization, token) {
  const answer = await post(url, authorization, { token });
  if (answer.active !== true) throw new Error(`${url} answered ${JSON.stringify(answer)}`);
}
