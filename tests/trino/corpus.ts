import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A statement of the corpus, and what the embedded engine is to do with it. */
export interface Entry {
  /** The line or statement as it stands in the file. */
  readonly text: string;
  readonly sql: string;
  readonly topic: string;
  /** What the embedded engine must say when it refuses the statement; undefined where it must answer as Trino does. */
  readonly refused: string | undefined;
}

const FOLDER = join(__dirname, 'corpus');
const MARK = /^-- (topic|refused): (.+)$/;

const entries = (blocks: readonly string[], sqlOf: (text: string) => string): readonly Entry[] => {
  const found: Entry[] = [];
  let topic = 'none';
  for (const block of blocks) {
    let refused: string | undefined;
    const rest: string[] = [];
    for (const line of block.split('\n')) {
      const [, mark, value] = MARK.exec(line) ?? [];
      if (mark === 'topic') topic = value!;
      else if (mark === 'refused') refused = value;
      else rest.push(line);
    }
    const text = rest.join('\n').trim();
    if (text !== '') found.push({ text, sql: sqlOf(text), topic, refused });
  }
  return found;
};

/** One expression a line; marks stand on lines of their own before it. */
export const expressions = (): readonly Entry[] => {
  const blocks: string[] = [];
  let marks = '';
  for (const line of readFileSync(join(FOLDER, 'expressions.sql'), 'utf8').split('\n')) {
    if (MARK.test(line)) marks += `${line}\n`;
    else {
      blocks.push(marks + line);
      marks = '';
    }
  }
  return entries(blocks, (text) => `SELECT ${text}`);
};

/** Statements end at a semicolon at the end of a line. */
export const statements = (): readonly Entry[] =>
  entries(readFileSync(join(FOLDER, 'statements.sql'), 'utf8').split(/;[ \t]*\n/), (text) => text);
