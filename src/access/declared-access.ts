import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { Permission, Role } from '../policy/index.js';
import { isAccessFeature } from './access-feature.js';
import { AccessStartError } from './access-start-error.js';

/** All permissions and roles that the application's modules declare, by name. */
@Injectable()
export class DeclaredAccess {
  private permissionsByName?: ReadonlyMap<string, Permission>;
  private rolesByName?: ReadonlyMap<string, Role>;

  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws AccessStartError when two modules declare one name differently */
  get permissions(): ReadonlyMap<string, Permission> {
    this.permissionsByName ??= byName(this.declared().filter((one) => one.type === 'permission'));
    return this.permissionsByName;
  }

  /** @throws AccessStartError when two modules declare one name differently */
  get roles(): ReadonlyMap<string, Role> {
    this.rolesByName ??= byName(this.declared().filter((one) => one.type === 'role'));
    return this.rolesByName;
  }

  private declared(): (Permission | Role)[] {
    return this.discovery
      .getProviders()
      .map(({ instance }: { instance: unknown }) => instance)
      .filter(isAccessFeature)
      .flatMap(({ declared }) => declared);
  }
}

function byName<Declared extends Permission | Role>(declared: Declared[]): ReadonlyMap<string, Declared> {
  const found = new Map<string, Declared>();
  for (const one of declared) {
    const other = found.get(one.name);
    if (other && other !== one && JSON.stringify(other) !== JSON.stringify(one)) {
      throw new AccessStartError([
        `The ${one.type} "${one.name}" is declared twice, and differently. Declare it in one place.`,
      ]);
    }
    found.set(one.name, one);
  }
  return new Map([...found].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
