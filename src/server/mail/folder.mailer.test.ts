import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderMailer } from './folder.mailer.js';

describe('a mail that is written into a folder', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'outbox-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('has text and HTML as they are, so that a link can be copied from it', async () => {
    const link = `http://127.0.0.1:8000/reset-password?token=${'abc_'.repeat(20)}`;
    const text = `Grüße an “Maria”:\n${link}\n\nBis bald.`;
    const html = `<p>Grüße</p>\n<a href="${link}">${link}</a>`;
    const path = await new FolderMailer(folder).send({
      messageId: '<1@localhost>',
      from: 'Gatehouse <gatehouse@localhost>',
      to: 'maria@example.com',
      subject: 'A new password',
      text,
      html,
    });
    const written = await readFile(path, 'utf8');
    const asIs = 'Content-Transfer-Encoding: 8bit';
    expect(written).toContain(`Content-Type: text/plain; charset=utf-8\n${asIs}\n\n${text}\n`);
    expect(written).toContain(`Content-Type: text/html; charset=utf-8\n${asIs}\n\n${html}\n`);
  });
});
