import { describe, expect, it } from 'vitest';
import { embedSettings } from './embed-settings.js';
import type { ServiceOptions } from './gatehouse.options.js';

const given = { publicUrl: 'https://shop.test/auth', appSecret: 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa' };
const read = (options: Partial<ServiceOptions>) => embedSettings({ ...given, ...options });

describe('the options of a mounted service', () => {
  it('mount it at /auth unless told, without the demo', () => {
    expect(read({})).toMatchObject({ path: '/auth', settings: { publicUrl: 'https://shop.test/auth', demo: false } });
  });

  it('may have it deeper, and behind a proxy that takes a path away', () => {
    expect(read({ path: '/a/login', publicUrl: 'https://shop.test/shop/a/login/' })).toMatchObject({
      path: '/a/login',
      settings: { publicUrl: 'https://shop.test/shop/a/login' },
    });
  });

  it('refuse a public address that leads elsewhere, and show the right one', () => {
    for (const publicUrl of ['https://shop.test', 'https://shop.test/authority', 'https://shop.test/other']) {
      expect(() => read({ publicUrl })).toThrow(
        `publicUrl is "${publicUrl}"; it must end in /auth, where the service is mounted: ${publicUrl}/auth.`,
      );
    }
  });

  it.each(['', 'auth', '/', '/auth/', '/a//b', '/a/../b', '/a b', '/:id', '/*', '/%61'])(
    'refuse the path "%s"',
    (path) => {
      expect(() => read({ path })).toThrow(`path is "${path}"; it must be a path such as "/auth"`);
    },
  );

  it('ask for what has no default', () => {
    expect(() => embedSettings({ publicUrl: given.publicUrl } as never)).toThrow('appSecret is not given');
    expect(() => embedSettings({ appSecret: given.appSecret } as never)).toThrow('publicUrl is not given');
    expect(() => read({ appSecret: 'short' })).toThrow('appSecret has a value that is not allowed');
  });
});
