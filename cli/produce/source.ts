import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { UsageError } from '../../contracts/errors';
import { generatorOf } from '../../corpora/kdg/generator';
import type { Present } from '../../corpora/kdg/generator';
import type { CommandContext } from '../command';

/** Where the texts of the records come from. */
export interface Source {
  /** The text of a record; undefined where there are no more. */
  record(index: number, present: Present): string | undefined | Promise<string | undefined>;
  /** Whether its records say when they were made, so that they can be late. */
  readonly timed: boolean;
  /** Whether there will be no more of them, so that no length and no count has to be given. */
  readonly ends: boolean;
}

/** `-` stands for standard input. */
export const STANDARD_INPUT = '-';

export const readText = async (context: Pick<CommandContext, 'readInput'>, path: string, flag: string): Promise<string> => {
  if (path === STANDARD_INPUT) return context.readInput();
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    throw unreadable(path, flag, thrown);
  }
};

const unreadable = (path: string, flag: string, cause: unknown): UsageError => {
  const { code } = cause as { readonly code?: unknown };
  const why =
    code === 'ENOENT'
      ? 'there is no such file'
      : code === 'EISDIR'
        ? 'that is a directory'
        : `it cannot be read (${String(code)})`;
  return new UsageError(`${flag} is "${path}"; ${why}.`, { cause });
};

/** @throws UsageError for a template that cannot be understood. */
export const templateSource = (template: string, options: { readonly seed: number; readonly zone: string }): Source => ({
  ...generatorOf({ template, ...options }),
  ends: false,
});

/** The lines of a file as they stand, blank ones left out. Records come in order, whatever index is asked for. */
export const linesSource = async (context: Pick<CommandContext, 'inputLines'>, path: string): Promise<Source> => {
  const lines = (path === STANDARD_INPUT ? context.inputLines() : await linesOf(path))[Symbol.asyncIterator]();
  return {
    timed: false,
    ends: true,
    async record() {
      for (;;) {
        const next = await lines.next();
        if (next.done === true) return undefined;
        if (next.value.trim() !== '') return next.value;
      }
    },
  };
};

const linesOf = async (path: string): Promise<AsyncIterable<string>> => {
  const stream = createReadStream(path);
  await new Promise<void>((resolve, reject) => {
    // A directory opens well, and fails when it is read.
    stream.once('readable', resolve);
    stream.once('error', (thrown) => reject(unreadable(path, '--file', thrown)));
  });
  return createInterface({ input: stream, crlfDelay: Infinity });
};
