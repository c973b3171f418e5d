import type { EntityManager } from 'typeorm';
import type { Section } from './document.js';
import type { ComparedClient } from './import-clients.js';
import type { SectionReportDto } from './import-report.dto.js';

/** More names than these nobody reads. */
const MOST_NAMES = 1_000;

export type SectionReports = Record<Section, SectionReportDto>;

interface Counted {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly namesCreated: string[];
  readonly namesUpdated: string[];
}

/** Counts what the import has done in each section. @param named whether the names are told, too */
export async function reportOf(
  clients: readonly ComparedClient[],
  named: boolean,
  manager: EntityManager,
): Promise<SectionReports> {
  const count = async (table: string, name: string, where = 'true'): Promise<SectionReportDto> => {
    const [counted] = await manager.query<[Counted]>(
      `WITH of_section AS (SELECT ${name} AS name, is_new, changed FROM pg_temp.import_${table} WHERE ${where})
       SELECT count(*) FILTER (WHERE is_new) AS created, count(*) FILTER (WHERE changed AND NOT is_new) AS updated,
              count(*) FILTER (WHERE NOT changed) AS unchanged,
              ARRAY(SELECT name FROM of_section WHERE is_new ORDER BY name LIMIT ${MOST_NAMES}) AS "namesCreated",
              ARRAY(SELECT name FROM of_section WHERE changed AND NOT is_new ORDER BY name LIMIT ${MOST_NAMES}) AS "namesUpdated"
         FROM of_section`,
    );
    return shown(counted, named);
  };
  return {
    permissions: await count('permissions', 'name'),
    roles: await count('roles', 'name'),
    groups: await count('groups', 'name'),
    clients: shown(countClients(clients), named),
    serviceAccounts: await count('accounts', 'username', `kind = 'service'`),
    people: await count('accounts', 'username', `kind = 'user'`),
  };
}

function countClients(clients: readonly ComparedClient[]): Counted {
  const created = clients.filter(({ former }) => !former);
  const updated = clients.filter(({ former, changes }) => former && Object.keys(changes).length > 0);
  const names = (of: readonly ComparedClient[]): string[] =>
    of
      .map(({ client }) => client.clientId)
      .toSorted()
      .slice(0, MOST_NAMES);
  return {
    created: created.length,
    updated: updated.length,
    unchanged: clients.length - created.length - updated.length,
    namesCreated: names(created),
    namesUpdated: names(updated),
  };
}

function shown({ namesCreated, namesUpdated, ...counts }: Counted, named: boolean): SectionReportDto {
  return named ? { ...counts, namesCreated, namesUpdated } : counts;
}
