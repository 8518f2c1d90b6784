import { createHash } from 'node:crypto';
import { compareKeys } from '../contracts/lake';
import type { LedgerEntry, Source } from './documents';

const compareIdentity = (left: { key: string; etag: string }, right: { key: string; etag: string }): number =>
  compareKeys(left.key, right.key) || (left.etag < right.etag ? -1 : left.etag > right.etag ? 1 : 0);

/**
 * What is new: the listed sources that neither the ledger nor a marker knows. All three come sorted by key, so one pass over each
 * suffices and nothing is held in memory. Identity is key and ETag: an object overwritten since is new again.
 */
export async function* newSources<S extends Source>(
  listed: AsyncIterable<S>,
  ...known: readonly AsyncIterable<{ readonly key: string; readonly etag: string }>[]
): AsyncGenerator<S> {
  const cursors = known.map((entries) => new KnownCursor(entries));
  try {
    for await (const source of listed) {
      let seen = false;
      for (const cursor of cursors) if (await cursor.knows(source)) seen = true;
      if (!seen) yield source;
    }
  } finally {
    // What was not read to its end is let go, with the connection that it holds.
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
}

/** Reads a sorted stream up to the key that is asked for; keeps the identities of that one key. */
class KnownCursor {
  readonly #entries: AsyncIterator<{ readonly key: string; readonly etag: string }>;
  #ahead: { readonly key: string; readonly etag: string } | undefined;
  #started = false;
  #key: string | undefined;
  #etags = new Set<string>();

  constructor(entries: AsyncIterable<{ readonly key: string; readonly etag: string }>) {
    this.#entries = entries[Symbol.asyncIterator]();
  }

  async knows({ key, etag }: Source): Promise<boolean> {
    if (!this.#started) {
      this.#started = true;
      await this.#next();
    }
    if (this.#key !== key) {
      this.#key = key;
      this.#etags = new Set();
      while (this.#ahead !== undefined && compareKeys(this.#ahead.key, key) <= 0) {
        if (this.#ahead.key === key) this.#etags.add(this.#ahead.etag);
        await this.#next();
      }
    }
    return this.#etags.has(etag);
  }

  async close(): Promise<void> {
    await this.#entries.return?.();
  }

  async #next(): Promise<void> {
    const next = await this.#entries.next();
    this.#ahead = next.done === true ? undefined : next.value;
  }
}

/**
 * A sorted listing in the order of its objects' markers, each of which lies below its source's key: a key that continues another one with
 * a character before the slash (`x.gz`, `x.gz.bak`) has its marker first. Holds only keys that the next one continues.
 */
export async function* inMarkerOrder<S extends { readonly key: string }>(listed: AsyncIterable<S>): AsyncGenerator<S> {
  const held: S[] = [];
  for await (const source of listed) {
    while (held.length > 0 && compareFolders(held.at(-1)!.key, source.key) < 0) yield held.pop()!;
    held.push(source);
  }
  while (held.length > 0) yield held.pop()!;
}

const compareFolders = (left: string, right: string): number => compareKeys(`${left}/`, `${right}/`);

/** What no marker knows of sources in the order of their markers. The markers come as they are listed. */
export async function* unrouted<S extends { readonly key: string; readonly etag: string }>(
  sources: AsyncIterable<S>,
  markers: AsyncIterable<{ readonly key: string; readonly etag: string }>,
): AsyncGenerator<S> {
  const cursor = new MarkerCursor(markers);
  for await (const source of sources) if (!(await cursor.knows(source))) yield source;
}

/**
 * Reads markers up to the source that is asked for. Only where a key continues another one behind a slash (`x`, `x/y`) their markers stand
 * among each other, and those of the longer key are kept until it is asked for.
 */
class MarkerCursor {
  readonly #entries: AsyncIterator<{ readonly key: string; readonly etag: string }>;
  #ahead: { readonly key: string; readonly etag: string } | undefined;
  #started = false;
  readonly #kept = new Map<string, Set<string>>();

  constructor(entries: AsyncIterable<{ readonly key: string; readonly etag: string }>) {
    this.#entries = entries[Symbol.asyncIterator]();
  }

  async knows({ key, etag }: { readonly key: string; readonly etag: string }): Promise<boolean> {
    if (!this.#started) {
      this.#started = true;
      await this.#next();
    }
    for (const kept of this.#kept.keys()) if (compareFolders(kept, key) < 0) this.#kept.delete(kept);
    for (let ahead = this.#ahead; ahead !== undefined; ahead = this.#ahead) {
      if (`${ahead.key}/`.startsWith(`${key}/`)) this.#keep(ahead);
      else if (compareFolders(ahead.key, key) > 0) break;
      await this.#next();
    }
    return this.#kept.get(key)?.has(etag) === true;
  }

  #keep({ key, etag }: { readonly key: string; readonly etag: string }): void {
    const etags = this.#kept.get(key);
    if (etags === undefined) this.#kept.set(key, new Set([etag]));
    else etags.add(etag);
  }

  async #next(): Promise<void> {
    const next = await this.#entries.next();
    this.#ahead = next.done === true ? undefined : next.value;
  }
}

/** The next ledger: the old one and what was gathered, sorted by identity. Entries never leave; one that stands in both counts once. */
export const mergeLedgers = (old: readonly LedgerEntry[], gathered: readonly LedgerEntry[]): readonly LedgerEntry[] => {
  const merged: LedgerEntry[] = [];
  for (const entry of [...old, ...gathered].sort(compareIdentity)) {
    const last = merged.at(-1);
    if (last === undefined || compareIdentity(last, entry) !== 0) merged.push(entry);
  }
  return merged;
};

/** Tells whether two lists hold the same sources with the same lines, in whatever order. */
export const fingerprint = (entries: readonly LedgerEntry[]): string => {
  const hash = createHash('sha256');
  for (const { key, etag, lines } of [...entries].sort(compareIdentity)) hash.update(`${key}\n${etag}\n${lines}\n`);
  return hash.digest('hex').slice(0, 32);
};

export const linesOf = (entries: readonly LedgerEntry[]): number => entries.reduce((sum, { lines }) => sum + lines, 0);
