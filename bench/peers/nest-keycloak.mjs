// A Nest 10 application on Express, with and without nest-keycloak-connect's guards, which verify offline. It takes
// Keycloak's tokens alone, so it makes some, with a key of its own, and hands them to who started it.
import 'reflect-metadata';
import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { ANSWER, listening } from '../apps/answer.mjs';
import { decorate } from '../apps/decorate.mjs';

const require = createRequire(import.meta.url);
const { Controller, Get, Module } = require('@nestjs/common');
const { APP_GUARD, NestFactory } = require('@nestjs/core');
const {
  AuthGuard,
  KeycloakConnectModule,
  Public,
  RoleGuard,
  Roles,
  TokenValidation,
} = require('nest-keycloak-connect');

const { port, tokens: count, tokensFile } = JSON.parse(process.argv[2]);
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const authServerUrl = 'http://127.0.0.1:9';
const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function makeToken() {
  const now = Math.floor(Date.now() / 1_000);
  const payload = {
    iss: `${authServerUrl}/realms/bench`,
    sub: randomUUID(),
    aud: 'orders',
    azp: 'orders',
    typ: 'Bearer',
    iat: now,
    exp: now + 86_400,
    jti: randomUUID(),
    sid: randomUUID(),
    preferred_username: 'somebody',
    realm_access: { roles: ['finance'] },
    resource_access: { orders: { roles: ['finance'] } },
    scope: 'openid profile',
  };
  const signed = `${base64({ alg: 'RS256', typ: 'JWT', kid: 'bench' })}.${base64(payload)}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
}

class OrdersController {
  open() {
    return ANSWER;
  }
  guarded() {
    return ANSWER;
  }
}
decorate(OrdersController, 'open', Get('open'), Public());
decorate(OrdersController, 'guarded', Get('guarded'), Roles({ roles: ['realm:finance'] }));
Controller()(OrdersController);

// oxlint-disable-next-line typescript/no-extraneous-class -- a module is what its decorator says
class AppModule {}
Module({
  imports: [
    KeycloakConnectModule.register({
      authServerUrl,
      realm: 'bench',
      clientId: 'orders',
      secret: 'not-needed-offline',
      realmPublicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      tokenValidation: TokenValidation.OFFLINE,
      logLevels: [],
    }),
  ],
  controllers: [OrdersController],
  providers: [
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_GUARD, useClass: RoleGuard },
  ],
})(AppModule);

const { writeFileSync } = require('node:fs');
writeFileSync(tokensFile, Array.from({ length: count }, makeToken).join('\n'));
const app = await NestFactory.create(AppModule, { logger: false });
await app.listen(port, '127.0.0.1');
listening();
