import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answered } from './ask';
import type { Entry } from './corpus';

/** What an engine answered, by the statement. */
export type Recording = ReadonlyMap<string, Answered>;

export const RECORDED = join(__dirname, 'recorded.json');

/** One line an entry, in the order of the corpus: `{"text": …, "columns": …, "rows": …}` or `{"text": …, "error": "CODE"}`. */
export const recordOf = (entries: readonly Entry[], answers: Recording): string => {
  const lines = entries.map(({ text, sql }) => {
    const answered = answers.get(sql);
    if (answered === undefined) throw new Error(`no answer to ${sql}`);
    // Sentences name places, types and lists of what was expected; the code is what is compared.
    if ('error' in answered) return { text, error: answered.error.split(':')[0] };
    return { text, ...answered };
  });
  return `[\n${lines.map((line) => JSON.stringify(line)).join(',\n')}\n]\n`;
};

export const recorded = (): ReadonlyMap<string, Answered> =>
  new Map(
    (JSON.parse(readFileSync(RECORDED, 'utf8')) as readonly ({ readonly text: string } & Answered)[]).map(
      ({ text, ...answered }) => [text, answered],
    ),
  );
