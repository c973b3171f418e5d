// An Express application that knows only the public keys: jose's `jwtVerify` at each request.
import express from 'express';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { ANSWER, listening } from './answer.mjs';

const { port, issuer, audience } = JSON.parse(process.argv[2]);
const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
const app = express();

async function statusOf({ headers: { authorization } }) {
  const wanted = { issuer, audience, algorithms: ['RS256'], typ: 'at+jwt' };
  const verified = await jwtVerify(authorization.slice(7), keys, wanted).catch(() => undefined);
  if (!verified) return 401;
  return verified.payload.scope.split(' ').includes('finance:read') ? 200 : 403;
}

app.get('/guarded', (request, response) => {
  void statusOf(request).then((status) => (status === 200 ? response.json(ANSWER) : response.status(status).end()));
});
app.listen(port, '127.0.0.1', listening);
