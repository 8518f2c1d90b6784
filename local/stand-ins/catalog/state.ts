/** What the catalog holds, and its memory across restarts. */
import { join } from 'node:path';
import { Journal } from '../../journal';
import type { GlueDatabase, GluePartition, GluePartitionIndex, GlueTable } from './shapes';
import { partitionKey } from './shapes';

type Entry =
  | { readonly kind: 'database'; readonly database: GlueDatabase; readonly program: boolean }
  | { readonly kind: 'table'; readonly table: GlueTable; readonly program: boolean }
  | {
      readonly kind: 'indexes';
      readonly database: string;
      readonly table: string;
      readonly indexes: readonly GluePartitionIndex[];
    }
  | { readonly kind: 'tableGone'; readonly database: string; readonly table: string }
  | { readonly kind: 'databaseGone'; readonly database: string }
  | { readonly kind: 'partition'; readonly partition: GluePartition }
  | { readonly kind: 'partitionGone'; readonly database: string; readonly table: string; readonly values: readonly string[] };

interface Held {
  table: GlueTable;
  /** Declared by the program: declared again at every start, and gone when the program no longer declares it. */
  program: boolean;
  indexes: readonly GluePartitionIndex[];
  readonly partitions: Map<string, GluePartition>;
  /** In the order of their values; thrown away by every change. */
  sorted: readonly GluePartition[] | undefined;
}

export class CatalogState {
  readonly #journal: Journal<Entry>;
  readonly #databases = new Map<string, { readonly database: GlueDatabase; readonly program: boolean }>();
  readonly #tables = new Map<string, Map<string, Held>>();

  constructor(dataDir: string) {
    this.#journal = Journal.open<Entry>(join(dataDir, 'catalog.ndjson'));
    for (const entry of this.#journal.entries) this.#apply(entry);
    this.#journal.compact(this.#snapshot());
  }

  close(): void {
    this.#journal.close();
  }

  databases(): readonly GlueDatabase[] {
    return [...this.#databases.values()].map(({ database }) => database).sort((one, other) => order(one.Name, other.Name));
  }

  database(name: string): GlueDatabase | undefined {
    return this.#databases.get(name)?.database;
  }

  tables(database: string): readonly GlueTable[] {
    return [...(this.#tables.get(database)?.values() ?? [])]
      .map(({ table }) => table)
      .sort((one, other) => order(one.Name, other.Name));
  }

  table(database: string, name: string): GlueTable | undefined {
    return this.#tables.get(database)?.get(name)?.table;
  }

  indexes(table: GlueTable): readonly GluePartitionIndex[] {
    return this.#held(table.DatabaseName, table.Name).indexes;
  }

  partition(table: GlueTable, values: readonly string[]): GluePartition | undefined {
    return this.#held(table.DatabaseName, table.Name).partitions.get(partitionKey(values));
  }

  /** All partitions of a table, in the order of their values. */
  partitions(table: GlueTable): readonly GluePartition[] {
    const held = this.#held(table.DatabaseName, table.Name);
    held.sorted ??= [...held.partitions.values()].sort((one, other) => orderOfValues(one.Values, other.Values));
    return held.sorted;
  }

  /** Names of databases and tables that an earlier start's program declared. */
  programs(): { readonly databases: readonly string[]; readonly tables: readonly GlueTable[] } {
    return {
      databases: [...this.#databases.values()].filter(({ program }) => program).map(({ database }) => database.Name),
      tables: [...this.#tables.values()].flatMap((tables) =>
        [...tables.values()].filter(({ program }) => program).map(({ table }) => table),
      ),
    };
  }

  putDatabase(database: GlueDatabase, program = false): void {
    this.#record({ kind: 'database', database, program });
  }

  putTable(table: GlueTable, program?: boolean): void {
    const held = this.#tables.get(table.DatabaseName)?.get(table.Name);
    this.#record({ kind: 'table', table, program: program ?? held?.program ?? false });
  }

  putIndexes(table: GlueTable, indexes: readonly GluePartitionIndex[]): void {
    this.#record({ kind: 'indexes', database: table.DatabaseName, table: table.Name, indexes });
  }

  /** Puts all of them with one write. */
  putPartitions(...partitions: readonly GluePartition[]): void {
    this.#record(...partitions.map((partition): Entry => ({ kind: 'partition', partition })));
  }

  /** Replaces one partition by another of other values, as one record. */
  movePartition(table: GlueTable, values: readonly string[], partition: GluePartition): void {
    this.#record(
      { kind: 'partitionGone', database: table.DatabaseName, table: table.Name, values },
      { kind: 'partition', partition },
    );
  }

  dropPartition(table: GlueTable, values: readonly string[]): void {
    this.#record({ kind: 'partitionGone', database: table.DatabaseName, table: table.Name, values });
  }

  dropTable(table: GlueTable): void {
    this.#record({ kind: 'tableGone', database: table.DatabaseName, table: table.Name });
  }

  dropDatabase(name: string): void {
    this.#record({ kind: 'databaseGone', database: name });
  }

  #record(...entries: readonly Entry[]): void {
    this.#journal.append(...entries);
    for (const entry of entries) this.#apply(entry);
  }

  #held(database: string, table: string): Held {
    const held = this.#tables.get(database)?.get(table);
    if (held === undefined) throw new Error(`The catalog holds no table ${database}.${table}`);
    return held;
  }

  #apply(entry: Entry): void {
    switch (entry.kind) {
      case 'database':
        this.#databases.set(entry.database.Name, entry);
        if (!this.#tables.has(entry.database.Name)) this.#tables.set(entry.database.Name, new Map());
        break;
      case 'table': {
        const tables = this.#tables.get(entry.table.DatabaseName) ?? new Map<string, Held>();
        this.#tables.set(entry.table.DatabaseName, tables);
        const held = tables.get(entry.table.Name);
        if (held === undefined) {
          tables.set(entry.table.Name, {
            table: entry.table,
            program: entry.program,
            indexes: [],
            partitions: new Map(),
            sorted: undefined,
          });
        } else {
          held.table = entry.table;
          held.program = entry.program;
        }
        break;
      }
      case 'indexes':
        this.#held(entry.database, entry.table).indexes = entry.indexes;
        break;
      case 'tableGone':
        this.#tables.get(entry.database)?.delete(entry.table);
        break;
      case 'databaseGone':
        this.#databases.delete(entry.database);
        this.#tables.delete(entry.database);
        break;
      case 'partition': {
        const held = this.#held(entry.partition.DatabaseName, entry.partition.TableName);
        held.partitions.set(partitionKey(entry.partition.Values), entry.partition);
        held.sorted = undefined;
        break;
      }
      case 'partitionGone': {
        const held = this.#held(entry.database, entry.table);
        held.partitions.delete(partitionKey(entry.values));
        held.sorted = undefined;
        break;
      }
    }
  }

  #snapshot(): readonly Entry[] {
    const databases = [...this.#databases.values()].map(({ database, program }): Entry => ({
      kind: 'database',
      database,
      program,
    }));
    const tables = [...this.#tables.values()].flatMap((held) =>
      [...held.values()].flatMap(({ table, program, indexes, partitions }): Entry[] => [
        { kind: 'table', table, program },
        { kind: 'indexes', database: table.DatabaseName, table: table.Name, indexes },
        ...[...partitions.values()].map((partition): Entry => ({ kind: 'partition', partition })),
      ]),
    );
    return [...databases, ...tables];
  }
}

const order = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

export const orderOfValues = (one: readonly string[], other: readonly string[]): number => {
  for (let index = 0; index < one.length; index++) {
    const step = order(one[index]!, other[index] ?? '');
    if (step !== 0) return step;
  }
  return one.length - other.length;
};
