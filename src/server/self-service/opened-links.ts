import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Settings } from '../../config/settings.js';
import { AccountLinks, type LinkPurpose } from '../account-links/account-links.js';
import type { OpenedLink } from '../browser/link-pages.js';
import { publicPath } from '../http/public-path.js';
import { SETTINGS } from '../settings.token.js';
import { readAccount } from '../users/account-view.js';

/** Looks what a link is for. That spends nothing. */
@Injectable()
export class OpenedLinks {
  constructor(
    private readonly database: DataSource,
    private readonly links: AccountLinks,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** What the page of a link shows; undefined for one that isn't good. */
  async open(purpose: LinkPurpose, token: unknown): Promise<OpenedLink | undefined> {
    if (typeof token !== 'string') return undefined;
    const owner = await this.links.whose(purpose, token, this.database.manager);
    const account = owner && (await readAccount(owner.id, 'user', this.database.manager));
    if (!account) return undefined;
    return { action: `${publicPath(this.settings)}/${purpose}`, token, username: account.username, email: owner.email };
  }
}
