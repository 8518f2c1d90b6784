import { renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf, UsageError } from '../contracts/errors';

/** Refuses what cannot become a file, before anything expensive is done for it. */
export const checkTarget = (file: string): string => {
  const path = resolve(file);
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind?.isDirectory() === true) throw new UsageError(`--output is "${file}", which is a directory; name a file in it.`);
  if (statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`--output is "${file}", but there is no directory ${dirname(path)}.`);
  }
  return path;
};

/** Writes a file beside its place and moves it there when it is whole: a failure leaves what was there before. */
export const writeWhole = async (path: string, write: (partial: string) => Promise<void>): Promise<void> => {
  const partial = `${path}.partial`;
  try {
    await write(partial);
    renameSync(partial, path);
  } catch (thrown) {
    rmSync(partial, { force: true });
    const { code } = thrown as { readonly code?: unknown };
    if (typeof code === 'string' && /^E(ACCES|PERM|ROFS|NOSPC|ISDIR)$/.test(code)) {
      throw new UsageError(`${path} cannot be written: ${messageOf(thrown)}`, { cause: thrown });
    }
    throw thrown;
  }
};

export const writeTexts = async (path: string, texts: Iterable<string>): Promise<void> =>
  writeWhole(path, async (partial) => {
    const file = await open(partial, 'w');
    try {
      for (const text of texts) await file.write(text);
    } finally {
      await file.close();
    }
  });
