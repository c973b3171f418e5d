import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Settings } from '../../config/settings.js';
import { nameKey } from '../names/name-key.js';
import { SETTINGS } from '../settings.token.js';
import { StartError } from '../start-error.js';

interface FoundGroup {
  readonly id: string;
  readonly key: string;
  readonly grantsEverything: boolean;
}

/** The groups in which accounts start that people make of their own (`REGISTRATION_GROUPS`). */
@Injectable()
export class RegistrationGroups {
  private readonly logger = new Logger(RegistrationGroups.name);

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  /** At the start, when there are the groups that the first start makes. @throws StartError */
  async verify(manager: Pick<EntityManager, 'query'>): Promise<void> {
    for (const { name, group } of await this.find(manager)) {
      if (!group) {
        throw new StartError(
          `REGISTRATION_GROUPS names the group ${name}, and there is none. Make it, or leave it out.`,
        );
      }
      if (group.grantsEverything) {
        throw new StartError(
          `REGISTRATION_GROUPS names the group ${name}, which may do everything: everybody who registers could. Leave it out.`,
        );
      }
    }
  }

  /**
   * The ids of those that there are now. One that was deleted since the start is left out, and so is one that was given
   * everything: nobody who registers is to wait for an administrator, and nobody becomes one by it.
   */
  async ids(manager: Pick<EntityManager, 'query'>): Promise<string[]> {
    return (await this.find(manager)).flatMap(({ name, group }) => {
      if (group && !group.grantsEverything) return [group.id];
      const why = group ? 'may do everything by now' : 'is gone';
      this.logger.warn(`The group ${name} of REGISTRATION_GROUPS ${why}: somebody has registered without it.`);
      return [];
    });
  }

  private async find(
    manager: Pick<EntityManager, 'query'>,
  ): Promise<{ readonly name: string; readonly group: FoundGroup | undefined }[]> {
    const { registrationGroups = [] } = this.settings;
    if (registrationGroups.length === 0) return [];
    const found = await manager.query<FoundGroup[]>(
      `SELECT id, name_key AS key,
              EXISTS (SELECT FROM gatehouse.group_roles JOIN gatehouse.role_permissions USING (role_id)
                       WHERE group_id = groups.id AND pattern = '*') AS "grantsEverything"
         FROM gatehouse.groups WHERE name_key = ANY ($1)`,
      [registrationGroups.map(nameKey)],
    );
    return registrationGroups.map((name) => ({ name, group: found.find(({ key }) => key === nameKey(name)) }));
  }
}
