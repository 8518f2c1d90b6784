import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compareKeys, keyProblem } from './keys';

/** What a listing shows: an object, or the objects below a common prefix rolled into one. */
export type Listed = { readonly key: string } | { readonly commonPrefix: string };

export interface WalkOptions {
  readonly prefix: string;
  /** Rolls keys up to and with its first occurrence after the prefix; empty for none. */
  readonly delimiter: string;
  /** Only what comes after this key, or after this whole common prefix. */
  readonly after: string;
}

interface Entry {
  /** With a slash at the end for a folder: this is what its keys sort by. */
  readonly key: string;
  readonly path: string;
  readonly isFolder: boolean;
}

const beyondPlainOrder = /[\ud800-\uffff]/;

/**
 * Everything below `root` in the order of S3, lazily. Folders that `prefix` or `after` exclude are not opened, nor is a folder
 * that a "/" delimiter rolls up opened further than to its first object. Folders without objects do not show.
 * Synchronous, so that one page is one moment: nothing is put or deleted between two of its entries.
 */
export function* walk(root: string, options: WalkOptions): Generator<Listed> {
  const { prefix, delimiter } = options;
  const top = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (top !== '' && keyProblem(top.slice(0, -1)) !== undefined) return;
  const folder = { key: top, path: join(root, top), isFolder: true };
  if (delimiter === '') for (const key of keysBelow(folder, prefix, options.after)) yield { key };
  else if (delimiter === '/') yield* oneLevel(folder, options);
  else yield* rolledUp(folder, options);
}

function* keysBelow(folder: Entry, prefix: string, after: string): Generator<string> {
  for (const entry of entriesOf(folder, prefix, after)) {
    if (entry.isFolder) yield* keysBelow(entry, prefix, after);
    else yield entry.key;
  }
}

/** The delimiter "/" falls together with folders, so a folder's objects need not be read to be rolled up. */
function* oneLevel(folder: Entry, { prefix, after }: WalkOptions): Generator<Listed> {
  for (const entry of entriesOf(folder, prefix, after)) {
    if (!entry.isFolder) yield { key: entry.key };
    else if (entry.key !== after && keysBelow(entry, prefix, after).next().done === false) yield { commonPrefix: entry.key };
  }
}

function* rolledUp(folder: Entry, { prefix, delimiter, after }: WalkOptions): Generator<Listed> {
  let last: string | undefined;
  for (const key of keysBelow(folder, prefix, after)) {
    const end = key.indexOf(delimiter, prefix.length);
    const commonPrefix = end < 0 ? undefined : key.slice(0, end + delimiter.length);
    if (commonPrefix === undefined) yield { key };
    else if (commonPrefix !== last && commonPrefix !== after) yield { commonPrefix };
    last = commonPrefix ?? last;
  }
}

/** A folder's files and folders that may hold a key with `prefix` and after `after`, in order. */
const entriesOf = (folder: Entry, prefix: string, after: string): readonly Entry[] => {
  const entries: Entry[] = [];
  let plainOrder = true;
  for (const found of readFolder(folder.path)) {
    const isFolder = found.isDirectory();
    if (!isFolder && !found.isFile()) continue;
    const key = isFolder ? `${folder.key}${found.name}/` : folder.key + found.name;
    if (!key.startsWith(prefix) && !(isFolder && prefix.startsWith(key))) continue;
    if (after !== '' && compareKeys(key, after) <= 0 && !(isFolder && after.startsWith(key))) continue;
    if (keyProblem(found.name) !== undefined) continue;
    plainOrder &&= !beyondPlainOrder.test(found.name);
    entries.push({ key, path: join(folder.path, found.name), isFolder });
  }
  return entries.sort(
    plainOrder ? (left, right) => (left.key < right.key ? -1 : 1) : (left, right) => compareKeys(left.key, right.key),
  );
};

const readFolder = (path: string) => {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    // A folder that is not there, or is a file, holds no keys.
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
};
