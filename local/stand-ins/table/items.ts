import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Journal } from '../../journal';
import type { KeyPart, TableSettings } from './settings';
import { type AttributeValue, compare, type Item, itemBytes, typeOf, validation } from './values';

/** "The maximum item size in DynamoDB is 400 KB". https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const LARGEST_ITEM_BYTES = 400 * 1024;
const LONGEST_HASH_BYTES = 2_048;
const LONGEST_RANGE_BYTES = 1_024;

/** What changed an item: put (`item`) or deleted. One journal line holds all changes of a request, so that a transaction is whole or not there. */
export interface Change {
  readonly table: string;
  readonly key: Item;
  readonly item?: Item;
}

export interface Entry {
  readonly changes: readonly Change[];
  /** Of a transaction with a ClientRequestToken: what makes the same request again an answer, and another one a mistake. */
  readonly token?: { readonly id: string; readonly digest: string; readonly at: number };
}

interface Stored {
  readonly item: Item;
  /** Where the item stands in a Scan: partitions by the hash of their key, as a service that spreads them would. */
  readonly partition: string;
}

/** An item that expired longer ago than five years is kept. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html */
const LONGEST_EXPIRED_SECONDS = 5 * 365 * 24 * 3_600;

/** The items of one table, in the order of a Scan. */
export class TableItems {
  readonly #items = new Map<string, Stored>();
  #sorted: readonly Stored[] | undefined;
  /** No item expires before this; seconds. */
  #soonest = Infinity;

  constructor(readonly settings: TableSettings) {}

  get count(): number {
    return this.#items.size;
  }

  get bytes(): number {
    return [...this.#items.values()].reduce((sum, { item }) => sum + itemBytes(item), 0);
  }

  get(key: Item): Item | undefined {
    return this.#items.get(this.identity(key))?.item;
  }

  apply({ key, item }: Change): void {
    const identity = this.identity(key);
    if (item === undefined) this.#items.delete(identity);
    else this.#items.set(identity, { item, partition: this.partitionOf(item[this.settings.hash.name]!) });
    if (item !== undefined) this.#soonest = Math.min(this.#soonest, this.#expiryOf(item));
    this.#sorted = undefined;
  }

  /** The items whose time is over. */
  expired(seconds: number): readonly Item[] {
    if (this.#soonest > seconds) return [];
    const items = [...this.#items.values()].map(({ item }) => ({ item, expiry: this.#expiryOf(item) }));
    const isOver = (expiry: number): boolean => expiry <= seconds && expiry > seconds - LONGEST_EXPIRED_SECONDS;
    this.#soonest = items.reduce((least, { expiry }) => (expiry > seconds ? Math.min(least, expiry) : least), Infinity);
    return items.flatMap(({ item, expiry }) => (isOver(expiry) ? [item] : []));
  }

  /** Only numbers count. */
  #expiryOf(item: Item): number {
    const value = this.settings.expiry === undefined ? undefined : item[this.settings.expiry];
    return value !== undefined && 'N' in value ? Number(value.N) : Infinity;
  }

  /** All items, by partition and then by range key. */
  all(): readonly Stored[] {
    this.#sorted ??= [...this.#items.values()].sort((left, right) => this.order(left, right));
    return this.#sorted;
  }

  order(left: Stored, right: Stored): number {
    if (left.partition !== right.partition) return left.partition < right.partition ? -1 : 1;
    const { range } = this.settings;
    return range === undefined ? 0 : (compare(left.item[range.name]!, right.item[range.name]!) ?? 0);
  }

  partitionOf(hash: AttributeValue): string {
    return createHash('md5').update(JSON.stringify(hash)).digest('hex');
  }

  identity(key: Item): string {
    const { hash, range } = this.settings;
    return JSON.stringify([key[hash.name], range === undefined ? null : key[range.name]]);
  }

  /** The key of an item. */
  keyOf(item: Item): Item {
    const { hash, range } = this.settings;
    return Object.fromEntries(
      [hash, ...(range === undefined ? [] : [range])].map((part) => [part.name, this.#keyPart(item, part)]),
    );
  }

  #keyPart(item: Item, part: KeyPart): AttributeValue {
    const value = item[part.name];
    if (value === undefined)
      throw validation(`One or more parameter values were invalid: Missing the key ${part.name} in the item`);
    if (typeOf(value) !== part.type)
      throw validation(
        `One or more parameter values were invalid: Type mismatch for key ${part.name} expected: ${part.type} actual: ${typeOf(value)}`,
      );
    checkKey(value, part, part === this.settings.hash ? LONGEST_HASH_BYTES : LONGEST_RANGE_BYTES);
    return value;
  }

  /** A `Key` of a request: exactly the parts of the table's key. */
  requestedKey(key: Item): Item {
    const { hash, range } = this.settings;
    const parts = [hash, ...(range === undefined ? [] : [range])];
    const matches =
      Object.keys(key).length === parts.length &&
      parts.every((part) => key[part.name] !== undefined && typeOf(key[part.name]!) === part.type);
    if (!matches) throw validation('The provided key element does not match the schema');
    return this.keyOf(key);
  }
}

const checkKey = (value: AttributeValue, { name }: KeyPart, longest: number): void => {
  const bytes = 'S' in value ? Buffer.byteLength(value.S) : 'B' in value ? Buffer.from(value.B, 'base64').length : 1;
  if (bytes === 0)
    throw validation(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
    );
  if (bytes > longest)
    throw validation(
      `One or more parameter values were invalid: Size of key ${name} has exceeded the maximum size limit of ${longest} bytes`,
    );
};

export const checkItemSize = (item: Item): void => {
  if (itemBytes(item) > LARGEST_ITEM_BYTES) throw validation('Item size has exceeded the maximum allowed size');
};

/** "A client request token is valid for 10 minutes after the first request that uses it is completed." TransactWriteItems API reference. */
const TOKEN_MILLIS = 10 * 60_000;

/** All tables and the tokens of their transactions, kept in one journal: a request is on disk whole before it is answered. */
export class Items {
  readonly tables: ReadonlyMap<string, TableItems>;
  readonly #tokens = new Map<string, NonNullable<Entry['token']>>();
  readonly #journal: Journal<Entry>;

  constructor(settings: readonly TableSettings[], dataDir: string) {
    this.tables = new Map(settings.map((setting) => [setting.name, new TableItems(setting)]));
    this.#journal = Journal.open<Entry>(join(dataDir, 'tables.jsonl'));
    const lost: Change[] = [];
    for (const entry of this.#journal.entries) {
      if (entry.token !== undefined) this.#tokens.set(entry.token.id, entry.token);
      for (const change of entry.changes) {
        const table = this.tables.get(change.table);
        if (table === undefined) lost.push(change);
        else table.apply(change);
      }
    }
    // A table that the program does not declare just now keeps its items for when it does.
    this.#journal.compact([
      ...[...this.tables].map(([table, items]) => ({
        changes: items.all().map(({ item }) => ({ table, key: items.keyOf(item), item })),
      })),
      ...(lost.length === 0 ? [] : [{ changes: lost }]),
      ...[...this.#tokens.values()].map((token) => ({ changes: [], token })),
    ]);
  }

  write(entry: Entry): void {
    this.#journal.append(entry);
    for (const change of entry.changes) this.tables.get(change.table)!.apply(change);
    if (entry.token !== undefined) this.#tokens.set(entry.token.id, entry.token);
  }

  /** Deletes what has expired by now, in Unix milliseconds. */
  expire(now: number): void {
    for (const [table, items] of this.tables) {
      const changes = items.expired(now / 1_000).map((item) => ({ table, key: items.keyOf(item) }));
      if (changes.length > 0) this.write({ changes });
    }
  }

  /** The digest of the request that a token stands for, while it is valid. */
  digestOf(token: string, now: number): string | undefined {
    const found = this.#tokens.get(token);
    if (found === undefined) return undefined;
    if (now - found.at < TOKEN_MILLIS) return found.digest;
    this.#tokens.delete(token);
    return undefined;
  }

  close(): void {
    this.#journal.close();
  }
}
