import type { Type } from '@nestjs/common';
import {
  ClientElementDto,
  GroupElementDto,
  PermissionElementDto,
  PersonElementDto,
  RoleElementDto,
  ServiceAccountElementDto,
} from './document.dto.js';

/** What the document calls itself. */
export const FORMAT = 'gatehouse';
/** The version that is written, and the only one that is read. */
export const VERSION = 1;

/** The sections, in the order in which they are written; people last, since they are many. */
export const SECTIONS = ['permissions', 'roles', 'groups', 'clients', 'serviceAccounts', 'people'] as const;

export type Section = (typeof SECTIONS)[number];

/** What the elements of each section must be. */
export const ELEMENTS: Readonly<Record<Section, Type<object>>> = {
  permissions: PermissionElementDto,
  roles: RoleElementDto,
  groups: GroupElementDto,
  clients: ClientElementDto,
  serviceAccounts: ServiceAccountElementDto,
  people: PersonElementDto,
};

export function isSection(name: string): name is Section {
  return (SECTIONS as readonly string[]).includes(name);
}
