import { expect, it } from 'vitest';
import { createTestEnvironment } from './support/environment.js';
import { blocksIn, readPage, runShell } from './support/pages.js';
import { createTestDatabase } from './support/postgres.js';

const { text } = await readPage('docs/operations.md');

/** What a section of the runbook has an operator run. */
function codeOf(heading: string, language: 'sh' | 'sql'): string {
  const section = text.split(`\n### ${heading}\n`)[1]!.split('\n### ')[0]!;
  return blocksIn(section).find((block) => block.language === language)!.code;
}

const sqlOf = (heading: string): string => codeOf(heading, 'sql');

it('after a lost APP_SECRET the service starts with another one, and nobody is logged out', async () => {
  const database = await createTestDatabase();
  const before = await createTestEnvironment({ databaseUrl: database.url });
  const token = await before.login('frank');
  await before.database.query(sqlOf('`APP_SECRET` is lost'));
  await before.close();
  const after = await createTestEnvironment({
    databaseUrl: database.url,
    env: { APP_SECRET: 'Yb4NdHs7JfGp3RuEaKq8vT2mZx5Lr9Wc' },
  });
  try {
    expect((await after.ask('/finance/data', { token })).status).toBe(200);
    const password = before.passwords.get('frank')!;
    const form = { username: 'frank', password };
    expect((await after.ask('/token', { form })).status).toBe(200);
  } finally {
    await after.close();
    await database.drop();
  }
});

it('an administrator whose password is lost gets another', async () => {
  const service = await createTestEnvironment();
  try {
    const heading = "The administrator's password is lost";
    const [hash] = await runShell([codeOf(heading, 'sh')], service);
    await service.change(sqlOf(heading).replace('…', hash!.trim()));
    const logIn = (password: string) => service.ask('/token', { form: { username: 'admin', password } });
    expect((await logIn('a new password, of 72 bytes at most')).status).toBe(200);
    expect((await logIn(service.passwords.get('admin')!)).status).toBe(400);
  } finally {
    await service.close();
  }
});

it('an account that is switched off in the database has no tokens any more', async () => {
  const service = await createTestEnvironment();
  try {
    const token = await service.login('frank');
    expect((await service.ask('/finance/data', { token })).status).toBe(200);
    await service.change(sqlOf('A password has leaked'));
    expect((await service.ask('/finance/data', { token })).status).toBe(401);
  } finally {
    await service.close();
  }
});

it('a client that is switched off and on has none of the tokens that it had', async () => {
  const service = await createTestEnvironment();
  try {
    const admin = await service.login('admin');
    const { json: account } = await service.ask('/service-accounts', {
      token: admin,
      json: { username: 'report', groups: ['finance'] },
    });
    const { json: secret } = await service.ask(`/service-accounts/${account.id}/secret`, {
      token: admin,
      method: 'POST',
    });
    const credentials = {
      grant_type: 'client_credentials',
      client_id: secret.clientId,
      client_secret: secret.clientSecret,
    };
    const { json: issued } = await service.ask('/token', { form: credentials });
    for (const isActive of [false, true]) {
      const changed = await service.ask(`/clients/${secret.clientId}`, {
        token: admin,
        method: 'PATCH',
        json: { isActive },
      });
      expect(changed.status, changed.text).toBe(200);
    }
    expect((await service.ask('/finance/data', { token: issued.access_token })).status).toBe(401);
    expect((await service.ask('/token', { form: credentials })).status).toBe(200);
  } finally {
    await service.close();
  }
});
