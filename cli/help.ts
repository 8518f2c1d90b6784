import { GLOBAL_OPTIONS } from './arguments';
import type { Command, Options } from './command';
import type { TableEntry } from './table';

const WIDTH = 100;

/** Breaks a text into lines of at most `width` characters; a longer word keeps a line of its own. */
export const wrapped = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
};

/** Two columns: terms, and what they mean. */
const definitions = (entries: readonly (readonly [term: string, meaning: string])[]): string => {
  const column = Math.min(36, Math.max(0, ...entries.map(([term]) => term.length))) + 4;
  return entries
    .map(([term, meaning]) => {
      const lines = wrapped(meaning, WIDTH - column).map((line) => ' '.repeat(column) + line);
      const head = `  ${term}`;
      // A long term stands on a line of its own.
      const beside =
        head.length + 2 <= column ? [head.padEnd(column) + (lines[0] ?? '').trimStart(), ...lines.slice(1)] : [head, ...lines];
      return beside.map((line) => line.trimEnd()).join('\n');
    })
    .join('\n');
};

const optionLines = (options: Options): string =>
  definitions(
    Object.entries(options).map(([name, { placeholder, summary, fallback }]) => [
      `--${name}${placeholder === undefined ? '' : ` ${placeholder}`}`,
      `${summary}${fallback === undefined ? '' : fallback === 'required' ? ' (required)' : ` (default ${fallback})`}`,
    ]),
  );

export const generalHelp = (commands: Readonly<Record<string, TableEntry>>): string =>
  `lithify: thousands of small files a day, turned into one de-duplicated Parquet lake.

Usage: lithify COMMAND [FLAGS]

Commands
${definitions(Object.entries(commands).map(([name, { summary }]) => [name, summary]))}

Flags of every command
${optionLines(GLOBAL_OPTIONS)}

To begin with
  lithify demo                                    see it all happen in a minute
  lithify local --clock manual                    run the pipeline on this machine, and then, in a second terminal:
  lithify produce events --count 1000             put records on its stream
  lithify advance 36h                             let a night pass
  lithify query "SELECT count(*) FROM events"     ask the result

\`lithify COMMAND --help\` explains one command. Exit codes: 0 done, 1 the operation failed, 2 wrong use.`;

export const commandHelp = ({ name, summary, help, positionals, options }: Command): string => {
  const words = positionals.map((word) => (word.required ? word.name : `[${word.name}]`));
  const sections = [
    `lithify ${name}: ${summary}`,
    `Usage: ${['lithify', name, ...words, '[FLAGS]'].join(' ')}`,
    help,
    ...(positionals.length === 0 ? [] : [`Words\n${definitions(positionals.map((word) => [word.name, word.summary]))}`]),
    ...(Object.keys(options).length === 0 ? [] : [`Flags\n${optionLines(options)}`]),
    `Flags of every command\n${optionLines(GLOBAL_OPTIONS)}`,
  ];
  return sections.join('\n\n');
};
