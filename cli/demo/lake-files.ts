import { createReadStream, existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

export interface FileTotals {
  readonly objects: number;
  readonly bytes: number;
  /** Lines that are not empty, of the files that could be read to their end. */
  readonly lines: number;
  readonly unreadable: number;
}

const countLines = async (path: string): Promise<number> => {
  let [lines, since] = [0, 0];
  const count = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of source) {
      let start = 0;
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, start)) {
        if (at - start + since > 0) lines++;
        since = 0;
        start = at + 1;
      }
      since += chunk.length - start;
    }
    if (since > 0) lines++;
  };
  if (path.endsWith('.gz')) await pipeline(createReadStream(path), createGunzip(), count);
  else await pipeline(createReadStream(path), count);
  return lines;
};

/** Adds up the files below a folder: read from disk, past the pipeline, so that the account is independent of it. */
export const totalsOf = async (folder: string): Promise<FileTotals> => {
  if (!existsSync(folder)) return { objects: 0, bytes: 0, lines: 0, unreadable: 0 };
  const totals = { objects: 0, bytes: 0, lines: 0, unreadable: 0 };
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const add = async (path: string): Promise<void> => {
    const { size } = await stat(path);
    totals.objects++;
    totals.bytes += size;
    try {
      const lines = await countLines(path);
      totals.lines += lines;
    } catch {
      // Cut or no gzip at all: counted as such, its lines are nobody's yet.
      totals.unreadable++;
    }
  };
  const next = paths.values();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const path of next) await add(path);
    }),
  );
  return totals;
};
