import { createHash, type Hash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { z } from 'zod';

export interface Compilation {
  /** What came out, by the names of the entry points. */
  readonly texts: Readonly<Record<string, string>>;
  /** Files that were read, relative to the checkout. */
  readonly inputs: readonly string[];
}

/** What the checkout's own code that is compiled may import, by the import rules. */
const OWN = ['console', 'contracts', 'handlers', 'workflows'];
const PACKAGES = 'node_modules';
/** Which packages lie there, written by npm with every install. */
const INSTALLED = join(PACKAGES, '.package-lock.json');
/** A checkout has some five compilations; those of a few earlier states stay, for who goes back and forth between branches. */
const KEPT = 16;

const entrySchema = z.object({
  /** SHA-256 by file, relative to the folder of the packages. */
  packages: z.record(z.string(), z.string()),
  texts: z.record(z.string(), z.string()),
  /** SHA-256 of the texts. */
  sum: z.string(),
});

/**
 * What `compile` gave for the very same sources, or what it gives now. It is kept in node_modules/.cache/lithify under the hash of `how` it is
 * compiled, of every file of the checkout's own that could go in, and of the list of installed packages; and it is used only where each file
 * of a package that went in is unchanged and what came out is whole. Where it can be neither read nor written, everything is compiled anew.
 */
export const keptCompilation = (checkout: string, how: string, compile: () => Compilation): Compilation['texts'] => {
  const installed = contentOf(join(checkout, INSTALLED));
  // Without the list, a package that is installed anew might go unnoticed.
  if (installed === undefined) return compile().texts;
  const packages = realpathSync(join(checkout, PACKAGES));
  const folder = join(packages, '.cache', 'lithify');
  const key = createHash('sha256').update(how).update(installed);
  for (const own of OWN) addFolder(key, checkout, own);
  const path = join(folder, `${key.digest('hex')}.json`);
  const kept = readEntry(path, packages);
  if (kept !== undefined) return kept;
  const { texts, inputs } = compile();
  const files = packageFiles(checkout, packages, inputs);
  if (files !== undefined)
    writeEntry(path, {
      packages: Object.fromEntries(files.map((file) => [file, sumOf(contentOf(join(packages, file)) ?? '')])),
      texts,
      sum: sumOf(JSON.stringify(texts)),
    });
  return texts;
};

/** Names and contents, so that a file that is new, gone or renamed counts as one that changed. */
const addFolder = (key: Hash, checkout: string, folder: string): void => {
  for (const name of namesIn(join(checkout, folder)).sort()) {
    const path = `${folder}/${name}`;
    const content = contentOf(join(checkout, path));
    key.update(`${path}\0${content === undefined ? '' : sumOf(content)}\0`);
    if (content === undefined) addFolder(key, checkout, path);
  }
};

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    // A checkout without the page has no console/.
    return [];
  }
};

/**
 * The inputs that are files of packages, and the package.json files that told where to look for them. Undefined where some input is neither
 * that nor the checkout's own, as with a package that is linked to from elsewhere: nothing here knows when it changes.
 */
const packageFiles = (checkout: string, packages: string, inputs: readonly string[]): readonly string[] | undefined => {
  const own = OWN.map((folder) => join(checkout, folder))
    .filter(existsSync)
    .map((folder) => realpathSync(folder));
  const real = inputs.map((input) => realpathSync(join(checkout, input)));
  const within = (folder: string, path: string): boolean => path.startsWith(`${folder}${sep}`);
  if (!real.every((path) => within(packages, path) || own.some((folder) => within(folder, path)))) return undefined;
  const files = real.filter((path) => within(packages, path)).map((path) => path.slice(packages.length + 1));
  const manifests = files.flatMap((file) => {
    const folders = file.split(sep).slice(0, -1);
    return folders.map((_, depth) => join(...folders.slice(0, depth + 1), 'package.json'));
  });
  return [...files, ...new Set(manifests)];
};

const readEntry = (path: string, packages: string): Compilation['texts'] | undefined => {
  const text = contentOf(path);
  if (text === undefined) return undefined;
  let parsed: z.infer<typeof entrySchema>;
  try {
    parsed = entrySchema.parse(JSON.parse(text.toString('utf8')));
  } catch {
    // Whatever it is, it is written anew.
    return undefined;
  }
  if (parsed.sum !== sumOf(JSON.stringify(parsed.texts))) return undefined;
  const changed = Object.entries(parsed.packages).some(([file, sum]) => sumOf(contentOf(join(packages, file)) ?? '') !== sum);
  return changed ? undefined : parsed.texts;
};

/** Under its name at once or not at all: two processes may do so at the same time. */
const writeEntry = (path: string, entry: z.infer<typeof entrySchema>): void => {
  const own = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(own, JSON.stringify(entry));
    renameSync(own, path);
    forget(dirname(path));
  } catch {
    // A checkout that cannot be written to compiles every time.
    if (existsSync(own)) rmSync(own);
  }
};

/** All but the last ones that were written. */
const forget = (folder: string): void => {
  const written = readdirSync(folder).map((name) => ({ name, at: statSync(join(folder, name)).mtimeMs }));
  for (const { name } of written.sort((left, right) => right.at - left.at).slice(KEPT))
    rmSync(join(folder, name), { force: true });
};

const sumOf = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

const contentOf = (path: string): Buffer | undefined => {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
};
