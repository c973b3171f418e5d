import type { Console } from './console.js';
import { moment, type Column } from './table.js';

type Row = Readonly<Record<string, unknown>>;

interface Held {
  readonly permission: string;
  readonly paths: readonly { group: string | null; role: string; pattern: string }[];
}

/** What a sheet says of an account. */
export function factsOf(account: Row): [string, unknown][] {
  const ofPerson = (...facts: [string, unknown][]) => (account['kind'] === 'user' ? facts : []);
  return [
    ['id', account['id']],
    ['user name', account['username']],
    ...ofPerson(['comes from', account['source']], ['mail address', account['email']]),
    ['name', account['name']],
    ['description', account['description']],
    ['active', account['isActive']],
    ...ofPerson(['mail verified', account['isVerified']]),
    ['groups', account['groups']],
    ['roles', account['roles']],
    ['made', moment(account['createdAt'])],
    ['changed', moment(account['updatedAt'])],
    ...ofPerson(['last login', moment(account['lastLoginAt'])]),
  ];
}

const BECAUSE: readonly Column<Row>[] = [
  { title: 'PERMISSION', of: ({ permission }) => permission || ' ' },
  { title: 'BECAUSE OF', of: ({ because }) => because },
];

/** Below a sheet: what the account holds, and by which ways. */
export function showWhy(console: Console, why: unknown): void {
  const rows = (why as Held[]).flatMap(({ permission, paths }) =>
    paths.length === 0
      ? [{ permission, because: 'everybody who has an account' }]
      : paths.map(({ group, role, pattern }, index) => ({
          permission: index === 0 ? permission : '',
          because: `${group === null ? '' : `group ${group} → `}role ${role}${pattern === permission ? '' : ` → ${pattern}`}`,
        })),
  );
  if (rows.length === 0) return;
  console.print('');
  console.rows(rows, BECAUSE);
}
