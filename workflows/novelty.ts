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
  for await (const source of listed) {
    let seen = false;
    for (const cursor of cursors) if (await cursor.knows(source)) seen = true;
    if (!seen) yield source;
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

export const linesOf = (entries: readonly LedgerEntry[]): number => entries.reduce((sum, { lines }) => sum + lines, 0);
