import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Permissions } from '../../policy/index.js';
import type { Actor } from '../audit/actor.js';
import { DomainError, type FieldError } from '../domain-error.js';
import { AdministrativeChanges } from './administrative-changes.js';
import type { DeclaredPermissionDto, DeclaredPermissionsDto } from './declared-permissions.dto.js';

/** The permissions that connected applications declare, each of them those of its own client. */
@Injectable()
export class DeclaredPermissions {
  constructor(private readonly changes: AdministrativeChanges) {}

  /**
   * Replaces what the client of the token declared before. What it no longer declares is marked, not deleted. Answers
   * when this instance knows the names; the others hear of them as of any change. Writes only what differs.
   *
   * @throws DomainError `conflict`, naming each field, for names outside of the client's areas, and for those that the
   *   service's own code or another client declares: then nothing has changed; `forbidden`
   */
  async replace(permissions: readonly DeclaredPermissionDto[], actor: Actor): Promise<DeclaredPermissionsDto> {
    const { clientId } = actor.principal!.token!;
    const names = permissions.map(({ name }) => name);
    const withdrawn = await this.changes.run(actor, async (change) => {
      const { manager } = change;
      change.require([Permissions.declare.name]);
      const problems = [
        ...outside(names, await prefixesOf(clientId, manager)),
        ...(await taken(names, clientId, manager)),
      ];
      if (problems.length > 0) {
        const detail = problems.map(({ message }) => message).join(' ');
        throw new DomainError('conflict', detail, { errors: problems });
      }
      await write(permissions, clientId, manager);
      const gone = await withdraw(names, clientId, manager);
      await change.record({
        kind: 'permissions.declared',
        target: { type: 'client', id: clientId, name: clientId },
        after: { declared: names, withdrawn: gone },
      });
      return gone;
    });
    return { permissions: [...permissions], withdrawn };
  }
}

async function prefixesOf(clientId: string, manager: EntityManager): Promise<readonly string[]> {
  const [client] = await manager.query<{ prefixes: string[] }[]>(
    'SELECT permission_prefixes AS prefixes FROM gatehouse.clients WHERE client_id = $1 FOR SHARE',
    [clientId],
  );
  return client?.prefixes ?? [];
}

function outside(names: readonly string[], prefixes: readonly string[]): FieldError[] {
  const areas = prefixes.length > 0 ? prefixes.map((prefix) => `${prefix}:*`).join(', ') : 'none';
  return fields(names, (name) =>
    prefixes.some((prefix) => name.startsWith(`${prefix}:`))
      ? undefined
      : `${name} is outside of what the client may declare (permissionPrefixes: ${areas}).`,
  );
}

async function taken(names: readonly string[], clientId: string, manager: EntityManager): Promise<FieldError[]> {
  const rows = await manager.query<{ name: string; declaredBy: string | null }[]>(
    `SELECT name, declared_by AS "declaredBy" FROM gatehouse.permissions
      WHERE name = ANY ($1) AND managed AND declared_by IS DISTINCT FROM $2`,
    [names, clientId],
  );
  const owners = new Map(rows.map(({ name, declaredBy }) => [name, declaredBy]));
  return fields(names, (name) => {
    if (!owners.has(name)) return undefined;
    // Which other client it is, is none of the caller's business.
    return `${name} is declared by ${owners.get(name) === null ? 'the service itself' : 'another client'}.`;
  });
}

function fields(names: readonly string[], problemOf: (name: string) => string | undefined): FieldError[] {
  return names.flatMap((name, index) => {
    const message = problemOf(name);
    return message === undefined ? [] : [{ path: `permissions.${index}.name`, message }];
  });
}

/** What an administrator has made, or a client has withdrawn, becomes the client's. */
async function write(
  permissions: readonly DeclaredPermissionDto[],
  clientId: string,
  manager: EntityManager,
): Promise<void> {
  await manager.query(
    `INSERT INTO gatehouse.permissions (name, description, managed, declared_by)
     SELECT name, description, true, $3 FROM unnest($1::text[], $2::text[]) AS declared (name, description)
     ON CONFLICT (name) DO UPDATE
       SET description = excluded.description, managed = true, declared_by = excluded.declared_by, withdrawn_at = NULL
     WHERE (permissions.description, permissions.managed, permissions.declared_by, permissions.withdrawn_at)
           IS DISTINCT FROM (excluded.description, true, excluded.declared_by, NULL::timestamptz)`,
    [permissions.map(({ name }) => name), permissions.map(({ description }) => description), clientId],
  );
}

async function withdraw(names: readonly string[], clientId: string, manager: EntityManager): Promise<string[]> {
  await manager.query(
    `UPDATE gatehouse.permissions SET managed = false, withdrawn_at = now()
      WHERE declared_by = $1 AND withdrawn_at IS NULL AND name <> ALL ($2)`,
    [clientId, names],
  );
  const rows = await manager.query<{ name: string }[]>(
    'SELECT name FROM gatehouse.permissions WHERE declared_by = $1 AND withdrawn_at IS NOT NULL ORDER BY name',
    [clientId],
  );
  return rows.map(({ name }) => name);
}
