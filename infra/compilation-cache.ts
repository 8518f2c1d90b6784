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
import { dirname, join, resolve, sep } from 'node:path';
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
type Entry = z.infer<typeof entrySchema>;

/**
 * What `compile` gave for the very same sources, or what it gives now. It is kept in node_modules/.cache/lithify under the hash of `how` it is
 * compiled, of every file of the checkout's own that could go in, and of the list of installed packages; and it is used only where each file
 * of a package that went in is unchanged and what came out is whole. Where it can be neither read nor written, everything is compiled anew.
 * @param checkout its real path
 */
export const keptCompilation = (checkout: string, how: string, compile: () => Compilation): Compilation['texts'] => {
  const place = placeOf(checkout, how);
  if (place === undefined) return compile().texts;
  const kept = readEntry(place);
  if (kept !== undefined) return kept;
  const own = markBeginning(place);
  try {
    const { texts, inputs } = compile();
    if (own !== undefined) keep(place, own, inputs, texts, () => placeOf(checkout, how)?.path === place.path);
    return texts;
  } finally {
    discard(own);
  }
};

/** Of a compilation that failed, or of which nothing is kept. */
const discard = (own: string | undefined): void => {
  try {
    if (own !== undefined) rmSync(own, { force: true });
  } catch {
    // It goes with the oldest entries.
  }
};

interface Place {
  readonly checkout: string;
  /** The real path of the folder of the packages. */
  readonly packages: string;
  /** The entry's file, named by the hash. */
  readonly path: string;
}

const placeOf = (checkout: string, how: string): Place | undefined => {
  const installed = contentOf(join(checkout, INSTALLED));
  // Without the list, a package that is installed anew might go unnoticed.
  if (installed === undefined) return undefined;
  const packages = realpathSync(join(checkout, PACKAGES));
  const key = createHash('sha256').update(how).update('\0').update(installed);
  key.update(`\0${sumOf(contentOf(join(checkout, 'package.json')) ?? '')}\0`);
  for (const own of OWN) addFolder(key, checkout, own);
  return { checkout, packages, path: join(packages, '.cache', 'lithify', `${key.digest('hex')}.json`) };
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
 * The file that the entry is written to first; its time tells what has changed while the compiler was reading. Undefined where nothing can be
 * written.
 */
const markBeginning = ({ path }: Place): string | undefined => {
  const own = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(own, '');
    return own;
  } catch {
    return undefined;
  }
};

/**
 * Under its name at once or not at all: two processes may do so at the same time. Nothing is kept of sources that changed since they were
 * hashed, nor where anything else is in the way.
 */
const keep = (
  place: Place,
  own: string,
  inputs: readonly string[],
  texts: Compilation['texts'],
  isUnchanged: () => boolean,
): void => {
  try {
    const files = packageFiles(place, inputs);
    const beganMillis = statSync(own).ctimeMs;
    // In the very tick of the beginning, the compiler had read nothing yet.
    const isOlder = (file: string): boolean =>
      (statSync(join(place.packages, file), { throwIfNoEntry: false })?.ctimeMs ?? -Infinity) <= beganMillis;
    if (files?.every(isOlder) !== true || !isUnchanged()) return;
    const packages = Object.fromEntries(files.map((file) => [file, sumOf(contentOf(join(place.packages, file)) ?? '')]));
    writeFileSync(own, JSON.stringify({ packages, texts, sum: sumOf(JSON.stringify(texts)) } satisfies Entry));
    renameSync(own, place.path);
    forget(dirname(place.path));
  } catch {
    // It is compiled anew next time.
  }
};

/**
 * The inputs that are files of packages, and the package.json files that told where to look for them. Undefined where some input is neither
 * that nor the checkout's own, as with a package that is linked to from elsewhere: nothing here knows when it changes.
 */
const packageFiles = ({ checkout, packages }: Place, inputs: readonly string[]): readonly string[] | undefined => {
  const own = OWN.map((folder) => join(checkout, folder))
    .filter(existsSync)
    .map((folder) => realpathSync(folder));
  const real = inputs.map((input) => realpathSync(resolve(checkout, input)));
  const within = (folder: string, path: string): boolean => path.startsWith(`${folder}${sep}`);
  if (!real.every((path) => within(packages, path) || own.some((folder) => within(folder, path)))) return undefined;
  const files = real.filter((path) => within(packages, path)).map((path) => path.slice(packages.length + 1));
  const manifests = files.flatMap((file) => {
    const folders = file.split(sep).slice(0, -1);
    return folders.map((_, depth) => join(...folders.slice(0, depth + 1), 'package.json'));
  });
  return [...files, ...new Set(manifests)];
};

const readEntry = ({ path, packages }: Place): Compilation['texts'] | undefined => {
  const text = contentOf(path);
  if (text === undefined) return undefined;
  let parsed: Entry;
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
