import { AccountLinks, type LinkPurpose } from '../../src/server/account-links/account-links.js';
import type { MailKind } from '../../src/server/mail/mail.js';
import type { TestEnvironment } from './environment.js';

/** A mail that was put into the queue, whatever has become of it since. */
export interface QueuedMail {
  readonly kind: MailKind;
  readonly to: string;
  readonly accountId: string | null;
  readonly data: Readonly<Record<string, string>>;
}

/** All mails that are queued from now on, in a service’s database. */
export class QueuedMails {
  private constructor(private readonly service: TestEnvironment) {}

  /** Copies them by a trigger: one that was sent is deleted. */
  static async watch(service: TestEnvironment): Promise<QueuedMails> {
    await service.database.query(`
      CREATE TABLE public.queued_mails (id bigserial, kind text, recipient text, account_id uuid, data jsonb);
      CREATE FUNCTION public.copy_mail() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO public.queued_mails (kind, recipient, account_id, data) VALUES (NEW.kind, NEW.recipient, NEW.account_id, NEW.data);
        RETURN NULL;
      END $$;
      CREATE TRIGGER copy_mail AFTER INSERT ON gatehouse.mails FOR EACH ROW EXECUTE FUNCTION public.copy_mail();
    `);
    return new QueuedMails(service);
  }

  /** Those to an address, oldest first. */
  to(address: string): Promise<QueuedMail[]> {
    return this.service.database.query<QueuedMail[]>(
      'SELECT kind, recipient AS "to", account_id AS "accountId", data FROM public.queued_mails WHERE recipient = $1 ORDER BY id',
      [address],
    );
  }

  /** The kinds of those to an address, oldest first. */
  async kindsTo(address: string): Promise<MailKind[]> {
    return (await this.to(address)).map(({ kind }) => kind);
  }

  /** How many there are. */
  async count(): Promise<number> {
    const [{ count }] = await this.service.database.query<[{ count: number }]>(
      'SELECT count(*)::int AS count FROM public.queued_mails',
    );
    return count;
  }

  /** What the link of the last such mail to an address holds if it is sent now: the mail is made when it is sent. */
  async tokenFor(address: string, kind: MailKind): Promise<string> {
    const mail = (await this.to(address)).findLast((one) => one.kind === kind);
    if (!mail?.accountId) throw new Error(`No mail ${kind} to ${address}`);
    return tokenIn(
      await linkFor(this.service, kind === 'verify-email' ? kind : 'reset-password', mail.accountId, address),
    );
  }
}

/** A link as a mail to the address would have it now. */
export async function linkFor(
  service: TestEnvironment,
  purpose: LinkPurpose,
  accountId: string,
  address: string,
): Promise<string> {
  const links = service.app.get(AccountLinks, { strict: false });
  const link = await links.make(purpose, accountId, address, service.database.manager);
  if (!link) throw new Error(`There is no link ${purpose} for ${address}`);
  return link;
}

export function tokenIn(link: string): string {
  return new URL(link).searchParams.get('token')!;
}
