import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../config/settings.js';
import type { Purpose } from '../settings.token.js';
import { MailDelivery } from './mail-delivery.js';
import type { Mailer } from './mailer.js';

const APP_SECRET = 'Kq8vT2mZx5Lr9WcYb4NdHs7JfGp3RuEa';

/** The check at the start, which needs nothing else. */
function start(env: Record<string, string>, purpose: Purpose = 'service', mailer: Mailer | null = null): void {
  const settings = loadSettings({ NODE_ENV: 'production', APP_SECRET, ...env });
  const none = undefined as never;
  new MailDelivery(none, none, none, mailer, settings, purpose).onModuleInit();
}

describe('where mails can’t be sent, the service', () => {
  it.each([
    [{ REGISTRATION: 'open' }, 'REGISTRATION isn’t closed'],
    [{ REGISTRATION: 'example.com,example.org' }, 'REGISTRATION isn’t closed'],
    [{ REQUIRE_VERIFIED_EMAIL: 'on' }, 'REQUIRE_VERIFIED_EMAIL is on'],
  ])('doesn’t start with %j', (env, sentence) => {
    expect(() => start(env)).toThrow(`${sentence}, which needs mails, and SMTP_URL is not set.`);
  });

  it('starts where nobody has to wait for one, and so does a command', () => {
    expect(() => start({})).not.toThrow();
    expect(() => start({ REGISTRATION: 'open' }, 'command')).not.toThrow();
    expect(() => start({ REGISTRATION: 'open' }, 'service', { send: async () => undefined })).not.toThrow();
  });
});
