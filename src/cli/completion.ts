import { Argument, type Command } from 'commander';

/** A command, and what can follow it. */
interface Node {
  /** Its words, without the program's name. */
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly description: string }[];
}

/** `gatehouse completion …` */
export function addCompletion(program: Command, print: (text: string) => void): void {
  program
    .command('completion')
    .description('print a script that completes commands and options')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      `
bash:  source <(gatehouse completion bash)
zsh:   source <(gatehouse completion zsh)
fish:  gatehouse completion fish | source`,
    )
    .action((shell: keyof typeof SCRIPTS) => print(SCRIPTS[shell](nodesOf(program, ''))));
}

function nodesOf(command: Command, path: string): Node[] {
  const commands = command.commands.map((one) => ({ word: one.name(), description: one.description() }));
  const options = command.options.map(({ long, short, description }) => ({ word: long ?? short!, description }));
  const choices = command.registeredArguments.flatMap(({ argChoices, description }) =>
    (argChoices ?? []).map((word) => ({ word, description })),
  );
  const help = { word: '--help', description: 'show help' };
  const own = { path, words: [...commands, ...choices, ...options, help] };
  return [own, ...command.commands.flatMap((one) => nodesOf(one, `${path} ${one.name()}`.trim()))];
}

const SCRIPTS = {
  bash: (nodes: readonly Node[]): string => `_gatehouse() {
  local path="" word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$word" in -*) ;; *)
      case "\${path:+$path }$word" in ${paths(nodes)}) path="\${path:+$path }$word" ;; esac ;;
    esac
  done
  case "$path" in
${nodes.map(({ path, words }) => `    ${quoted(path)}) COMPREPLY=($(compgen -W ${quoted(words.map(({ word }) => word).join(' '))} -- "\${COMP_WORDS[COMP_CWORD]}")) ;;`).join('\n')}
  esac
}
complete -F _gatehouse gatehouse`,

  zsh: (nodes: readonly Node[]): string => `#compdef gatehouse
_gatehouse() {
  local at="" word
  local -a offered
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$word" in -*) ;; *)
      case "\${at:+$at }$word" in ${paths(nodes)}) at="\${at:+$at }$word" ;; esac ;;
    esac
  done
  case "$at" in
${nodes.map(({ path, words }) => `    ${quoted(path)}) offered=(${words.map(({ word, description }) => quoted(`${word}:${description}`)).join(' ')}) ;;`).join('\n')}
  esac
  _describe gatehouse offered
}
compdef _gatehouse gatehouse`,

  fish: (nodes: readonly Node[]): string => `function __gatehouse_at
  set -l at
  for word in (commandline -opc)[2..-1]
    string match -q -- '-*' $word; and continue
    contains -- (string join ' ' $at $word) ${nodes.map(({ path }) => quoted(path)).join(' ')}; and set at $at $word
  end
  test (string join ' ' $at) = "$argv[1]"
end
complete -c gatehouse -f
${nodes.flatMap(({ path, words }) => words.map(({ word, description }) => `complete -c gatehouse -n ${quoted(`__gatehouse_at ${quoted(path)}`)} ${word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${quoted(word)}`} -d ${quoted(description)}`)).join('\n')}`,
};

/** All paths as the pattern of a `case`. */
function paths(nodes: readonly Node[]): string {
  return nodes
    .filter(({ path }) => path !== '')
    .map(({ path }) => quoted(path))
    .join('|');
}

/** As one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
