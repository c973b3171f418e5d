// An Express application that knows only the public keys: express-oauth2-jwt-bearer.
import express from 'express';
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer';
import { ANSWER, listening } from '../apps/answer.mjs';

const { port, issuer, audience } = JSON.parse(process.argv[2]);
const app = express();
app.get(
  '/guarded',
  auth({ issuer, audience, jwksUri: `${issuer}/.well-known/jwks.json`, tokenSigningAlg: 'RS256' }),
  requiredScopes('finance:read'),
  (_request, response) => void response.json(ANSWER),
);
app.listen(port, '127.0.0.1', listening);
