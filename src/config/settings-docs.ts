import type { Setting } from './setting.js';
import { settingsTable, textOf } from './settings.js';

const rows: readonly Setting<unknown>[] = Object.values(settingsTable);

/** The text of `.env.example`: every setting, commented out, with its default. */
export function renderEnvExample(): string {
  const head = `${wrap(
    'Copy this file to .env and take away the # where you want something else. docs/settings.md has it as a page, with links. ' +
      'A value that has a # in it, or blanks at its ends, goes into quotes.',
  )}\n`;
  const entries = rows.map((row) => {
    const comment = [row.description, `Must be ${row.parser.allowed}.${productionNote(row)}`];
    return `${comment.map(wrap).join('\n').replaceAll('`', '')}\n# ${row.name}=${textOf(row, {}, 'development') ?? ''}\n`;
  });
  return [head, ...entries].join('\n');
}

/** The text of `docs/settings.md`. */
export function renderSettingsPage(): string {
  return `# Settings

Settings are read once, at start, from the environment and from a file \`.env\` in the working directory; where both
have one, the environment wins. An empty value counts as unset. A wrong one stops the start with a sentence that names it.

The file has a line \`NAME=value\` for each setting that you want otherwise; [\`.env.example\`](../.env.example) is one to copy.
What follows a \`#\` in a line is a remark, so a value with a \`#\` in it goes into quotes: \`LDAP_BIND_PASSWORD='half#other'\`.
In a shell, values with blanks, \`;\`, \`&\`, \`(\` or \`>\` go into quotes too. A change counts from the next start.

${rows.map(section).join('\n')}`;
}

function section(row: Setting<unknown>): string {
  const facts = [`Must be ${row.parser.allowed}.`, `Default: ${defaultText(row)}.`];
  if (row.secret) facts.push('A secret: its value is never shown.');
  if (row.page !== undefined) facts.push(`More in [${row.page}](${row.page}).`);
  return `## ${row.name}\n\n${row.description}\n\n${facts.map((fact) => `- ${fact}\n`).join('')}`;
}

function defaultText(row: Setting<unknown>): string {
  if (typeof row.default === 'object') {
    return `\`${row.default.otherwise}\`, in production \`${row.default.production}\``;
  }
  if (row.default !== undefined) return `\`${row.default}\``;
  return row.requiredInProduction ? 'none; required in production' : 'none';
}

function productionNote(row: Setting<unknown>): string {
  if (typeof row.default === 'object') return ` In production ${row.default.production} by default.`;
  return row.requiredInProduction ? ' Required in production.' : '';
}

function wrap(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < 117) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => `# ${line}`).join('\n');
}
