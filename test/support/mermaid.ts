/** A thing in a flowchart, with its label where it is first named. */
const NODE = String.raw`\w+(?:\[\("[^"]+"\)\]|\["[^"]+"\]|\(\["[^"]+"\]\)|\("[^"]+"\)|\{"[^"]+"\})?`;
const NODES = `${NODE}(?: & ${NODE})*`;
const ARROW = String.raw`(?:--?>|---|-\.->|==>)(?:\|"[^"|]+"\|)?`;

/** A text that ends with its line; these two characters would end it before. */
const TEXT = '[^;#]+';

/** What the lines of each kind of picture may look like: as much of Mermaid's language as the pages need. */
const LINES: Readonly<Record<string, readonly RegExp[]>> = {
  flowchart: [new RegExp(`^${NODES}(?: ${ARROW} ${NODES})*$`), /^subgraph \w+\["[^"]+"\]$/, /^end$/],
  sequenceDiagram: [
    new RegExp(`^participant \\w+(?: as ${TEXT})?$`),
    new RegExp(`^\\w+--?>>\\w+: ${TEXT}$`),
    new RegExp(`^Note (?:over|left of|right of) \\w+(?:,\\w+)?: ${TEXT}$`),
    new RegExp(`^(?:loop|opt|alt|else) ${TEXT}$`),
    /^end$/,
  ],
  'stateDiagram-v2': [
    new RegExp(`^(?:\\[\\*\\]|\\w+) --> (?:\\[\\*\\]|\\w+)(?:: ${TEXT})?$`),
    new RegExp(`^\\w+: ${TEXT}$`),
    /^direction (?:LR|TB)$/,
  ],
};

/**
 * What is wrong with a Mermaid picture, as far as can be told without Mermaid, which is a browser's worth of packages:
 * lines that are none of its kind's, blocks that don't end, and names that nothing explains.
 */
export function faultsOfMermaid(code: string): string[] {
  const [head = '', ...rest] = code.split('\n').map((line) => line.trim());
  const kind = head.split(' ')[0]!;
  const allowed = LINES[kind];
  if (!allowed) return [`not a kind that is known here: ${head}`];
  const lines = rest.filter((line) => line !== '');
  const faults = lines.filter((line) => !allowed.some((pattern) => pattern.test(line)));
  const opened = lines.filter((line) => /^(?:subgraph|loop|opt|alt) /.test(line)).length;
  if (opened !== lines.filter((line) => line === 'end').length) faults.push('a block is opened and not ended');
  const { used, explained } = namesIn(kind, lines);
  return [...faults, ...[...used].filter((name) => !explained.has(name)).map((name) => `nothing explains ${name}`)];
}

/** Which things lines join, and which they give a label. */
function namesIn(kind: string, lines: readonly string[]): { used: Set<string>; explained: Set<string> } {
  const used = new Set<string>();
  const explained = new Set<string>();
  for (const line of lines) {
    if (kind === 'flowchart') {
      for (const [, name] of line.matchAll(/(\w+)(?=\[|\(|\{)/g)) explained.add(name!);
      const bare = line.replaceAll(/"[^"]*"/g, '');
      if (bare.includes('>')) for (const [name] of bare.matchAll(/\w+/g)) used.add(name);
    } else {
      for (const [, name] of line.matchAll(/^(?:participant )?(\w+)(?: as |: )/g)) explained.add(name!);
      const [, from, to] = /^(\w+|\[\*\]) ?--?>>? ?(\w+|\[\*\])/.exec(line) ?? [];
      for (const name of [from, to]) if (name !== undefined && name !== '[*]') used.add(name);
    }
  }
  return { used, explained };
}
