// Signs access tokens as the service does, with its own code: { claims, subjects: [{ sub, username, jti }], key } → tokens.
import { createPrivateKey } from 'node:crypto';
import { signAccessToken } from '../dist/server/tokens/access-token.js';

process.once('message', ({ claims, subjects, key: { kid, algorithm, pem } }) => {
  const key = { kid, algorithm, privateKey: createPrivateKey(pem) };
  const tokens = subjects.map((subject) => signAccessToken({ ...claims, ...subject }, key));
  process.send({ tokens }, () => process.disconnect());
});
