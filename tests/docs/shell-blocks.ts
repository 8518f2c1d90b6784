import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const CHECKOUT = join(__dirname, '../..');

export const textOf = (file: string): string => readFileSync(join(CHECKOUT, file), 'utf8');

/** A command of a document, as the words that a shell makes of it. */
export interface DocumentedCommand {
  readonly file: string;
  readonly line: string;
  readonly words: readonly string[];
}

/** Splits at white space outside quotes and takes the quotes off; enough for what documents show. */
export const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2'));

/** Every command of a document's `sh` blocks; lines that end in a backslash go on in the next. */
export const commandsIn = (file: string): readonly DocumentedCommand[] =>
  [...textOf(file).matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .flatMap(([, block]) => block!.replaceAll(/\\\n\s*/g, '').split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ file, line, words: wordsOf(line) }));
