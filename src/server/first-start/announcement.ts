import type { FirstAccount } from './first-start.options.js';

/** The passwords of the first accounts as a table for the terminal, with where to go. Shown once. */
export function announcement(accounts: readonly FirstAccount[], publicUrl: string, swaggerUi: boolean): string {
  const rows = accounts.map(({ username, password, given, groups }) => [
    username,
    given ? '(INITIAL_ADMIN_PASSWORD)' : password,
    groups.join(', ') || '(no group)',
  ]);
  const header = ['user name', 'password', 'group'];
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join('   ')}`.trimEnd();
  return [
    '',
    'First start: these accounts were made. The passwords are shown now and never again.',
    '',
    line(header),
    line(widths.map((width) => '─'.repeat(width))),
    ...rows.map(line),
    '',
    swaggerUi ? `Log in with the Authorize button of Swagger UI: ${publicUrl}/docs` : `The service: ${publicUrl}`,
    '',
    '',
  ].join('\n');
}
