import 'reflect-metadata';
import { Controller, Get, Injectable, Module, Param, Post, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, describe, expect, it } from 'vitest';
import {
  allOf,
  anyOf,
  authenticated,
  check,
  definePermissions,
  defineRole,
  Grants,
  role,
  uuid,
  type AccessCheck,
  type Principal,
} from '../policy/index.js';
import { InvalidTokenError, ValidityUnknownError, type TokenVerifier } from '../validity/index.js';
import { AccessModule, BeforePasswordChange, CurrentUser, Protected, Public, RouteInventory } from './index.js';

const Contracts = definePermissions('contracts', { read: 'View', sign: 'Sign' });
const Notary = defineRole('notary', [Contracts.read, Contracts.sign]);
const OWN = '7a0f4f0c-6f43-4bd6-9a5f-0f4b4bd3a001';
const OTHER = '7a0f4f0c-6f43-4bd6-9a5f-0f4b4bd3a002';

/** A token is what it grants: "contracts:read,contracts:sign". Words stand for what can go wrong. */
@Injectable()
class WordVerifier implements TokenVerifier {
  verify(token: string): Principal | Promise<Principal> {
    if (token === 'bad') throw new InvalidTokenError('signature');
    if (token === 'late-bad') return Promise.reject(new InvalidTokenError('revoked'));
    if (token === 'unknown') return Promise.reject(new ValidityUnknownError());
    const words = token.replace('async:', '').split(',');
    const principal: Principal = {
      id: OWN,
      kind: 'user',
      username: 'maria',
      name: '',
      groups: new Set(),
      roles: new Set(words.filter((word) => word === 'notary')),
      permissions: new Grants(words),
      isNarrowed: words.includes('narrowed'),
      mustChangePassword: words.includes('first-password'),
      token: null,
    };
    return token.startsWith('async:') ? Promise.resolve(principal) : principal;
  }
}

@Module({ providers: [WordVerifier], exports: [WordVerifier] })
class VerifierModule {}

@Injectable()
class NotOwn implements AccessCheck<{ id: string }> {
  async check(user: Principal, { id }: { id: string }): Promise<boolean> {
    return user.id !== id;
  }
}

@Controller('contracts')
@Protected(Contracts.read)
class ContractsController {
  @Get() list(@CurrentUser() user: Principal): string {
    return user.username;
  }
  @Post(':id/signature')
  @Protected(allOf(Contracts.sign, check(NotOwn, { id: uuid })))
  sign(@Param('id') id: string): string {
    return id;
  }
  @Get('vault') @Protected(role('notary')) vault(): string {
    return 'gold';
  }
}

@Controller()
class OpenController {
  @Get() @Public() home(@CurrentUser() user: Principal): string {
    return user.kind;
  }
  @Get('either')
  @Protected(
    anyOf(
      Notary,
      check(() => Promise.reject(new Error('must not run'))),
    ),
  )
  either(): string {
    return 'yes';
  }
  @Get('own') @BeforePasswordChange() @Protected(authenticated) own(@CurrentUser() user: Principal): string {
    return user.username;
  }
  @Get('row') @Protected(check(() => ({ id: 1 }) as never)) row(): string {
    return 'row';
  }
}

let app: NestFastifyApplication;
afterEach(() => app?.close());

async function start(controllers: Type[], providers: Type[] = [NotOwn], raw: [string, string][] = []): Promise<void> {
  @Module({
    imports: [
      AccessModule.forRoot({ imports: [VerifierModule], verifier: WordVerifier }),
      AccessModule.forFeature([...Object.values(Contracts), Notary]),
    ],
    controllers,
    providers,
  })
  class Root {}
  const adapter = new FastifyAdapter();
  const served: { method: string; path: string }[] = [];
  adapter.getInstance().addHook('onRoute', ({ method, url }) => {
    served.push({ method: String(method), path: url });
  });
  for (const [path] of raw) adapter.getInstance().get(path, () => 'raw');
  app = await NestFactory.create<NestFastifyApplication>(Root, adapter, { logger: false, abortOnError: false });
  await app.init();
  const inventory = app.get(RouteInventory);
  for (const [path, why] of raw) if (why) inventory.declarePublic('GET', path, why);
  inventory.verify(served);
}

async function get(url: string, token?: string, method: 'GET' | 'POST' = 'GET') {
  const { statusCode, headers, body } = await app.inject({
    method,
    url,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  return { status: statusCode, challenge: headers['www-authenticate'], retry: headers['retry-after'], body };
}

describe('the guard', () => {
  const all = [ContractsController, OpenController];

  it('requires the conditions of class and method both', async () => {
    await start(all);
    expect((await get('/contracts', 'contracts:read')).body).toBe('maria');
    expect((await get(`/contracts/${OTHER}/signature`, 'contracts:sign', 'POST')).status).toBe(403);
    expect((await get(`/contracts/${OTHER}/signature`, 'contracts:read', 'POST')).status).toBe(403);
    expect((await get(`/contracts/${OTHER}/signature`, 'contracts:read,contracts:sign', 'POST')).status).toBe(201);
    expect((await get('/contracts/vault', 'notary')).status).toBe(403);
    expect((await get('/contracts/vault', 'notary,contracts:read')).status).toBe(200);
  });

  it('requires all conditions on one target, and those that a class inherits', async () => {
    @Controller('twice')
    class Twice {
      @Get() @Protected(Contracts.read) @Protected(Contracts.sign) both(): void {}
    }
    @Protected(Contracts.sign)
    class Parent {
      @Get() list(): void {}
    }
    @Controller('child')
    @Protected(Contracts.read)
    class Child extends Parent {}
    await start([Twice, Child]);
    for (const path of ['/twice', '/child']) {
      expect((await get(path, 'contracts:read')).status).toBe(403);
      expect((await get(path, 'contracts:sign')).status).toBe(403);
      expect((await get(path, 'contracts:read,contracts:sign')).status).toBe(200);
    }
  });

  it('takes nothing for a condition that isn’t one', () => {
    for (const nothing of [undefined, null, 'contracts:read']) {
      expect(() => Protected(nothing as never)).toThrow('@Protected takes a condition');
    }
  });

  it('decides the same whether the verifier answers at once or later', async () => {
    await start(all);
    expect((await get('/contracts', 'async:contracts:read')).status).toBe(200);
    expect((await get('/contracts', 'async:nothing')).status).toBe(403);
    expect((await get('/contracts', 'bad')).challenge).toBe('Bearer error="invalid_token"');
    expect((await get('/contracts', 'late-bad')).challenge).toBe('Bearer error="invalid_token"');
  });

  it('answers 503 and not 401 where nothing can be said of the token', async () => {
    await start(all);
    expect(await get('/contracts', 'unknown')).toMatchObject({ status: 503, retry: '1', challenge: undefined });
  });

  it('parses path parameters before a check sees them, after the permission', async () => {
    await start(all);
    const sign = (id: string, token: string) => get(`/contracts/${id}/signature`, token, 'POST');
    expect((await sign('abc', 'contracts:read')).status).toBe(403);
    const answer = await sign('abc', 'contracts:read,contracts:sign');
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ errors: [{ path: 'id', message: 'must be a UUID' }] });
  });

  it('refuses what a check refuses, without naming a scope that is held', async () => {
    await start(all);
    const answer = await get(`/contracts/${OWN}/signature`, 'contracts:read,contracts:sign', 'POST');
    expect(answer).toMatchObject({ status: 403, challenge: 'Bearer error="insufficient_scope"' });
  });

  it('runs no check that can’t change the outcome, and takes only true for yes', async () => {
    await start(all);
    expect((await get('/either', 'notary')).status).toBe(200);
    expect((await get('/row', 'x')).status).toBe(403);
  });

  it('ASVS 6.4.1: opens to somebody with a password of somebody else’s only what is marked for them', async () => {
    await start(all);
    const token = 'contracts:read,notary,first-password';
    for (const url of ['/contracts', '/contracts/vault', '/either', '/row', '/contracts?x']) {
      const answer = await get(url, token);
      expect(answer, url).toMatchObject({ status: 403, challenge: 'Bearer error="insufficient_scope"' });
      expect(JSON.parse(answer.body)).toMatchObject({ type: expect.stringMatching(/:password-change-required$/) });
    }
    expect((await get('/contracts', `async:${token}`)).status).toBe(403);
    expect(await get('/own', token)).toMatchObject({ status: 200, body: 'maria' });
    expect(await get('/', token)).toMatchObject({ status: 200, body: 'user' });
  });

  it('gives public routes the anonymous principal, and refuses a bad token there', async () => {
    await start(all);
    expect((await get('/')).body).toBe('anonymous');
    expect((await get('/', 'x')).body).toBe('user');
    expect((await get('/', 'bad')).status).toBe(401);
  });

  it('is not got around by another spelling of the route', async () => {
    await start(all);
    for (const url of [
      '/contracts/',
      '//contracts',
      '/Contracts',
      '/contracts;x',
      '/%63ontracts',
      '/x/../contracts',
      '/contracts?x',
    ]) {
      expect([401, 404]).toContain((await get(url)).status);
    }
  });
});

describe('the start-up check', () => {
  const problems = async (...controllers: Type[]): Promise<string> => {
    const started = start(controllers, []);
    return started.then(
      () => 'started',
      (error: Error) => error.message,
    );
  };

  it('names a route that doesn’t say who may reach it', async () => {
    @Controller('forgotten')
    class Forgotten {
      @Get() list(): void {}
    }
    expect(await problems(Forgotten)).toBe('Forgotten.list has neither @Protected nor @Public. Say who may call it.');
  });

  it('and the guard refuses such a route, should one be there all the same', async () => {
    @Controller('forgotten')
    class Forgotten {
      @Get() list(): void {}
    }
    await problems(Forgotten);
    expect((await get('/forgotten', 'contracts:read')).status).toBe(403);
  });

  it('refuses @Public under @Protected', async () => {
    @Controller('both')
    @Protected(authenticated)
    class Both {
      @Get() @Public() list(): void {}
    }
    expect(await problems(Both)).toContain('Both.list is @Public and @Protected at once');
  });

  it('refuses a permission that no module declares', async () => {
    const Deeds = definePermissions('deeds', { read: 'View' });
    @Controller('deeds')
    class DeedsController {
      @Get() @Protected(Deeds.read) list(): void {}
    }
    expect(await problems(DeedsController)).toContain(
      'DeedsController.list needs deeds:read, which no module declares',
    );
  });

  it('refuses one beyond the alternatives that are named to callers, and a role that is declared nowhere', async () => {
    const many = Array.from({ length: 40 }, (_, n) => definePermissions(`many${n}`, { read: '' }).read);
    const Ghost = defineRole('ghost', []);
    @Controller('deeds')
    class DeedsController {
      @Get() @Protected(anyOf(many[0]!, ...many)) list(): void {}
      @Get('ghost') @Protected(Ghost) ghost(): void {}
      @Get('auditor') @Protected(role('auditor')) auditor(): void {}
    }
    const found = await problems(DeedsController);
    expect(found).toContain('needs many39:read');
    expect(found).toContain('ghost needs role ghost');
    expect(found).not.toContain('auditor');
  });

  it('refuses a check that no module provides, or whose parameter the route hasn’t', async () => {
    @Controller('deeds')
    class DeedsController {
      @Get(':deed') @Protected(check(NotOwn, { id: uuid })) read(): void {}
    }
    const found = await problems(DeedsController);
    expect(found).toContain('needs the check NotOwn, which no module provides');
    expect(found).toContain('reads the path parameter ":id", which the route doesn’t have');
  });

  it('finds routes that aren’t a controller’s', async () => {
    await expect(start([], [], [['/files/*', '']])).rejects.toThrow('GET /files/* is served, but no controller');
    await app.close();
    await start([], [], [['/files/*', 'static files']]);
    expect(app.get(RouteInventory).routes).toContainEqual({
      method: 'GET',
      path: '/files/*',
      access: 'public',
      beforePasswordChange: true,
      handler: 'static files',
    });
  });
});
