import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { createTransport } from 'nodemailer';
import type { Mailer, MailMessage } from './mailer.js';
import { nodemailerMessage } from './nodemailer-message.js';

/** For development: writes mails into a folder, one file each, which mail programs can open. */
export class FolderMailer implements Mailer {
  private readonly logger = new Logger('Mail');
  private readonly transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });

  constructor(private readonly folder: string) {}

  /** Answers the path. The log has it too, but nothing of what is in it: links are secrets. */
  async send(message: MailMessage): Promise<string> {
    const { message: bytes } = await this.transport.sendMail({
      ...nodemailerMessage(message),
      text: verbatim('text/plain', message.text),
      html: verbatim('text/html', message.html),
    });
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const name = `${new Date().toISOString().replaceAll(/[-:.]/g, '')}-${message.messageId.replaceAll(/^<|@.*$/g, '')}.eml`;
    const path = join(this.folder, name);
    // Whoever looks into the folder sees whole mails only.
    const unfinished = join(this.folder, `.${name}`);
    await writeFile(unfinished, bytes as Buffer, { mode: 0o600, flag: 'wx' });
    await rename(unfinished, path);
    this.logger.log(`A mail was written to ${path}`);
    return path;
  }
}

/** As it is: links are taken out of these files by hand and by scripts, and quoted-printable would break them up. */
function verbatim(type: string, content: string): { raw: string } {
  return { raw: `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${content}` };
}
