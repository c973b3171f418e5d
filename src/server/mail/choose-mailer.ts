import { join } from 'node:path';
import type { Settings } from '../../config/settings.js';
import type { Mailer } from './mailer.js';

/**
 * What the settings name: a mail server; without one, outside production, a folder; null where mails wait. Loaded only where
 * it is used.
 */
export async function chooseMailer({
  smtpUrl,
  production,
  dataDir,
}: Pick<Settings, 'smtpUrl' | 'production' | 'dataDir'>): Promise<Mailer | null> {
  if (smtpUrl !== undefined) return new (await import('./smtp.mailer.js')).SmtpMailer(smtpUrl);
  return production ? null : new (await import('./folder.mailer.js')).FolderMailer(join(dataDir, 'outbox'));
}
