import type { Feed } from '../../contracts/feeds';
import { partitionOfKey, partitionPath, type Partition } from '../../contracts/lake';

/** A stream whose next item can be looked at before it is taken. */
class Cursor<T> {
  readonly #items: AsyncIterator<T>;
  #ahead: IteratorResult<T> | undefined;

  constructor(items: AsyncIterable<T>) {
    this.#items = items[Symbol.asyncIterator]();
  }

  async next(): Promise<T | undefined> {
    this.#ahead ??= await this.#items.next();
    return this.#ahead.done === true ? undefined : this.#ahead.value;
  }

  take(): void {
    if (this.#ahead?.done !== true) this.#ahead = undefined;
  }
}

/** A sorted listing below a prefix, partition by partition. Holds one object. */
export class PartitionedListing<T extends { readonly key: string }> {
  readonly #cursor: Cursor<T>;

  constructor(
    private readonly feed: Pick<Feed, 'partitionColumns'>,
    private readonly prefix: string,
    listed: AsyncIterable<T>,
    /** Gets the keys that are laid out like no partition. */
    private readonly misplaced: (key: string) => void,
  ) {
    this.#cursor = new Cursor(listed);
  }

  /** The partition of the next object. */
  async partition(): Promise<Partition | undefined> {
    for (let next = await this.#cursor.next(); next !== undefined; next = await this.#cursor.next()) {
      const partition = partitionOfKey(this.feed, this.prefix, next.key);
      if (partition !== undefined) return partition;
      this.misplaced(next.key);
      this.#cursor.take();
    }
    return undefined;
  }

  /** The objects of one partition, where it is the next. */
  async *of(path: string): AsyncGenerator<T> {
    const start = `${this.prefix}${path}/`;
    for (let next = await this.#cursor.next(); next?.key.startsWith(start) === true; next = await this.#cursor.next()) {
      this.#cursor.take();
      yield next;
    }
  }
}

export interface JoinedPartition<T> {
  readonly partition: Partition;
  readonly path: string;
  /** What each listing has of it. To be read before the next partition is asked for; what is not read is skipped. */
  readonly items: readonly AsyncGenerator<T>[];
}

/** Joins listings of the same partitions, all in order of path: one entry per partition that any of them has. */
export async function* joinListings<T extends { readonly key: string }>(
  ...listings: readonly PartitionedListing<T>[]
): AsyncGenerator<JoinedPartition<T>> {
  for (;;) {
    let least: { readonly partition: Partition; readonly path: string } | undefined;
    for (const partition of await Promise.all(listings.map((listing) => listing.partition()))) {
      if (partition === undefined) continue;
      const path = partitionPath(partition);
      if (least === undefined || `${path}/` < `${least.path}/`) least = { partition, path };
    }
    if (least === undefined) return;
    const { path } = least;
    yield { ...least, items: listings.map((listing) => listing.of(path)) };
    for (const listing of listings) for await (const _skipped of listing.of(path));
  }
}
