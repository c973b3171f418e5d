import { describe, expect, it } from 'vitest';
import { definePermissions } from '../policy/index.js';
import { loginAddress, returnAddress } from './login-address.js';
import { GatehouseOptionsError, readOptions, type GatehouseOptions } from './options.js';
import { metadataAddresses } from './service.js';
import { parseWhenUnreachable } from './when-unreachable.js';

const GOOD: GatehouseOptions = {
  issuer: 'https://gatehouse.example',
  audience: 'https://shop.example',
  clientId: 'shop',
  clientSecret: 's',
};

describe('the options', () => {
  it('need no more than who asks whom', () => {
    const { whenUnreachable, cacheBytes, permissions } = readOptions(GOOD);
    expect(whenUnreachable).toEqual({ name: 'introspect', acceptFor: 0 });
    expect([cacheBytes, permissions]).toEqual([64 * 1024 * 1024, []]);
  });

  it.each<[string, object]>([
    ['issuer', { issuer: 'gatehouse.example' }],
    ['issuer', { issuer: 'https://gatehouse.example/' }],
    ['issuer', { issuer: undefined }],
    ['audience', { audience: '' }],
    ['clientId', { clientId: ' ' }],
    ['clientSecret', { clientSecret: undefined }],
    ['whenUnreachable', { whenUnreachable: 'accept' }],
    ['whenUnreachable', { whenUnreachable: 'accept-for:48h' }],
    ['loginUrl', { loginUrl: 'login' }],
    ['loginUrl', { loginUrl: '//evil.example' }],
    ['loginUrl', { loginUrl: 'javascript:alert(1)' }],
    ['cacheBytes', { cacheBytes: 10 }],
    ['permissions', { permissions: ['orders:read'] }],
    ['permissions', { permissions: 'orders:read' }],
  ])('name %s where it is wrong', (name, wrong) => {
    try {
      readOptions({ ...GOOD, ...wrong });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(GatehouseOptionsError);
      expect((error as GatehouseOptionsError).problems).toEqual([expect.stringMatching(`^${name} must `)]);
    }
  });

  it('take areas and single permissions', () => {
    const Orders = definePermissions('orders', { read: 'r', write: 'w' });
    expect(readOptions({ ...GOOD, permissions: [Orders, Orders.read] }).permissions).toHaveLength(2);
  });

  it('know how long known tokens are accepted', () => {
    expect(parseWhenUnreachable('accept-for:30s')?.acceptFor).toBe(30_000);
    expect(parseWhenUnreachable('accept-for:5m')?.acceptFor).toBe(300_000);
    expect(parseWhenUnreachable('accept-for:24h')?.acceptFor).toBe(86_400_000);
    expect(parseWhenUnreachable('accept-for:0s')).toBeUndefined();
    expect(parseWhenUnreachable('accept-for:-5m')).toBeUndefined();
  });
});

describe('the metadata of an issuer', () => {
  it('is where RFC 8414 §3.1 puts it, or behind the path of a service that is mounted under one', () => {
    expect(metadataAddresses('https://a.example')).toEqual([
      'https://a.example/.well-known/oauth-authorization-server',
    ]);
    expect(metadataAddresses('https://a.example/auth')).toEqual([
      'https://a.example/.well-known/oauth-authorization-server/auth',
      'https://a.example/auth/.well-known/oauth-authorization-server',
    ]);
  });
});

describe('a browser without a token', () => {
  const html = { accept: 'text/html,*/*' };
  const page = { method: 'GET', url: '/orders?page=2', headers: html };

  it('is sent to the login with a way back', () => {
    expect(loginAddress('/login', page)).toBe('/login?return_to=%2Forders%3Fpage%3D2');
    expect(loginAddress('https://id.example/login?app=1', page)).toMatch(/login\?app=1&return_to=%2Forders/);
    expect(loginAddress('/login', { ...page, originalUrl: '/shop/orders' })).toBe('/login?return_to=%2Fshop%2Forders');
  });

  it.each<[string, object]>([
    ['another method', { method: 'POST' }],
    ['a program', { headers: { accept: 'application/json' } }],
    ['no wish', { headers: {} }],
    ['a fetch of a page', { headers: { ...html, 'sec-fetch-mode': 'cors' } }],
    ['an old kind of fetch', { headers: { ...html, 'x-requested-with': 'XMLHttpRequest' } }],
  ])('is no: %s', (_, other) => {
    expect(loginAddress('/login', { ...page, ...other })).toBeUndefined();
  });

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/\t/evil.example', '/a\r\nb', 'x', ''])(
    'is never sent to %j',
    (url) => {
      expect(returnAddress(url)).toBe('/');
    },
  );
});
