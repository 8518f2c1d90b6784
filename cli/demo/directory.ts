import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf, UsageError } from '../../contracts/errors';

/** Says that what lies beside it was made by the demo and may be emptied by it. */
const MARKER = 'made-by-lithify-demo';

/** Empties a directory that an earlier demo made, or makes one. Anything else in the way is refused and stays as it is. */
export const freshDirectory = (directory: string): string => {
  const path = resolve(directory);
  try {
    if (existsSync(path)) {
      if (!statSync(path).isDirectory())
        throw new UsageError(`the data directory ${path} is a file; name a directory, or one that does not exist yet`);
      const entries = readdirSync(path);
      if (entries.length > 0 && !entries.includes(MARKER))
        throw new UsageError(
          `the data directory ${path} holds files that no demo made, and the demo starts from an empty one; name another --data-dir`,
        );
      for (const entry of entries) rmSync(join(path, entry), { recursive: true, force: true });
    }
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, MARKER), 'The next `lithify demo` on this directory empties it.\n');
  } catch (thrown) {
    if (thrown instanceof UsageError) throw thrown;
    throw new UsageError(`the data directory ${path} cannot be used: ${messageOf(thrown)}`, { cause: thrown });
  }
  return path;
};
