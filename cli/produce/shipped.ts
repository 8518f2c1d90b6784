import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UsageError } from '../../contracts/errors';

/**
 * The template that a checkout ships for a feed, `examples/<feed>.kdg`: what its day is made of where nothing else is said. Throws a
 * UsageError that names the file where there is none.
 */
export const shippedTemplate = async (projectDirectory: string, feed: string): Promise<string> => {
  const path = join(projectDirectory, 'examples', `${feed}.kdg`);
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    const { code } = thrown as { readonly code?: unknown };
    const why = code === 'ENOENT' ? 'is not there' : `cannot be read (${messageOf(thrown)})`;
    throw new UsageError(
      `the template of the feed ${feed}, ${path}, ${why}; add it, or give --template or --file to \`produce\`.`,
      {
        cause: thrown,
      },
    );
  }
};
