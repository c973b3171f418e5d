// What the usual template of a Nest application does: passport-jwt verifies the signature at each request, and a login is
// passport-local and a bare `bcrypt.compare`. With an issuer it takes the issuer's tokens, else its own.
import 'reflect-metadata';
import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { Controller, Get, HttpCode, Module, Post, Req, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import bcrypt from 'bcrypt';
import { ExtractJwt, Strategy as BearerStrategy } from 'passport-jwt';
import { Strategy as LocalStrategy } from 'passport-local';
import { ANSWER, listening } from './answer.mjs';
import { decorate } from './decorate.mjs';

// What the template signs with, and passport-jwt verifies with.
const jsonwebtoken = createRequire(import.meta.resolve('passport-jwt'))('jsonwebtoken');

const { port, issuer, kid, user } = JSON.parse(process.argv[2]);
const own = issuer ? undefined : generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The issuer publishes the key that it will sign with next too. */
async function issuersKey() {
  const response = await fetch(`${issuer}/.well-known/jwks.json`);
  const { keys } = await response.json();
  return createPublicKey({ key: keys.find((key) => key.kid === kid), format: 'jwk' });
}

class Bearer extends PassportStrategy(BearerStrategy, 'jwt') {
  constructor(key) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKey: key,
      algorithms: ['RS256'],
      ...(issuer && { issuer, audience: issuer }),
    });
  }

  validate({ sub, username }) {
    return { id: sub, username };
  }
}

class Local extends PassportStrategy(LocalStrategy, 'local') {
  async validate(username, password) {
    const fits = username === user.username && (await bcrypt.compare(password, user.hash));
    return fits ? { id: user.id, username } : null;
  }
}

class OrdersController {
  open() {
    return ANSWER;
  }
  guarded() {
    return ANSWER;
  }
  token({ user: { id, username } }) {
    const options = { algorithm: 'RS256', subject: id, jwtid: randomUUID(), expiresIn: '1h' };
    return { access_token: jsonwebtoken.sign({ username }, own.privateKey, options) };
  }
}
decorate(OrdersController, 'open', Get('open'));
decorate(OrdersController, 'guarded', Get('guarded'), UseGuards(AuthGuard('jwt')));
decorate(OrdersController, 'token', Post('token'), HttpCode(200), UseGuards(AuthGuard('local')));
Req()(OrdersController.prototype, 'token', 0);
Controller()(OrdersController);

// oxlint-disable-next-line typescript/no-extraneous-class -- a module is what its decorator says
class AppModule {}
Module({
  controllers: [OrdersController],
  providers: [
    { provide: Bearer, useValue: new Bearer(own?.publicKey ?? (await issuersKey())) },
    { provide: Local, useValue: new Local() },
  ],
})(AppModule);

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
await app.listen(port, '127.0.0.1');
listening();
