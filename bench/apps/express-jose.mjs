// An Express application that knows only the public keys: jose's `jwtVerify` at each request.
import express from 'express';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { ANSWER, listening } from './answer.mjs';

const { port, issuer, audience } = JSON.parse(process.argv[2]);
const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
const app = express();
const guard = async (request, response, next) => {
  try {
    const token = request.headers.authorization.slice(7);
    const { payload } = await jwtVerify(token, keys, { issuer, audience, algorithms: ['RS256'], typ: 'at+jwt' });
    if (!payload.scope.split(' ').includes('finance:read')) response.status(403).end();
    else next();
  } catch {
    response.status(401).end();
  }
};
app.get('/guarded', guard, (_request, response) => void response.json(ANSWER));
app.listen(port, '127.0.0.1', listening);
