/** The embedded engine: plans a statement, finds and counts what it reads, makes the views, and writes the result with DuckDB. */
import { mkdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { WrittenFile } from './ctas';
import { catalogEntries, ctasColumns, writeFiles } from './ctas';
import type { Engine } from './engine';
import { failureOf, isMapUnnest, isRowSubscript, isTooEarly } from './engine-errors';
import type { TranslationContext } from './from-clause';
import { at, QueryFailure, reasonOf } from './failure';
import { judgeNames, judgeUnions } from './judgement';
import { quoteName } from './lexer';
import { LATE_MACROS } from './macros';
import type { ObjectStore } from './object-store';
import { locationOf } from './object-store';
import type { Plan, Planner, PlanSession } from './planner';
import type { Readers } from './relations';
import { createEmptyView, createView } from './relations';
import type { SourceFile } from './scan-sources';
import { sourcesOf } from './scan-sources';
import type { Catalog, CreateTableAs, Interruption, Outcome, Query, Select, StatementEngine, Target } from './statement-engine';
import { BytesScannedExceeded, NO_ROWS, Stopped } from './statement-engine';
import type { TableShape } from './table-shape';
import { plannedTable, shapeOf } from './table-shape';
import { csvLine, valueText } from './text';
import type { Translated } from './translate';
import { translateTokens } from './translate';
import { athenaTypeOf, narrowed } from './types';

export interface EmbeddedParts {
  readonly engine: Engine;
  readonly planner: Planner;
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  readonly readers: Readers;
  /** Folder for what is being written, on the disk of the objects. */
  readonly staging: string;
}

interface Bound {
  readonly translated: Translated;
  readonly plan: Plan;
  readonly shapes: ReadonlyMap<string, TableShape>;
  readonly files: ReadonlyMap<string, readonly SourceFile[]>;
  /** The operators go by what is known when the whole statement is bound. */
  readonly late: boolean;
}

export class EmbeddedEngine implements StatementEngine {
  constructor(private readonly parts: EmbeddedParts) {}

  async check(): Promise<void> {
    // It reads the host's own files.
  }

  close(): void {
    this.parts.planner.close();
    this.parts.engine.close();
  }

  async select(query: Query, statement: Select, interruption: Interruption): Promise<Outcome> {
    return this.#bound(query, statement, (bound) =>
      this.#connected(query, bound, interruption, async (connection, scanned) => {
        const path = join(this.parts.staging, `${query.id}.csv`);
        const { rows, bytes } = await writeRows(connection, resultSql(bound), bound.plan.names, path);
        await this.parts.store.adopt(query.caller, { ...query.output, path });
        const columns = bound.plan.names.map((column, index) => ({ column, ...athenaTypeOf(bound.plan.types[index]!) }));
        return { columns, header: true, rows, outputBytes: bytes, bytesScanned: scanned.bytes, objects: scanned.objects };
      }),
    );
  }

  async createTable(query: Query, statement: CreateTableAs, target: Target, interruption: Interruption): Promise<Outcome> {
    const { name, properties } = statement;
    const { location, bucket, prefix, manifest } = target;
    return this.#bound(query, statement, async (bound) => {
      const columns = ctasColumns(bound.plan.names, bound.plan.types, properties);
      return this.#connected(query, bound, interruption, async (connection, scanned) => {
        const folder = join(this.parts.staging, query.id);
        try {
          const { names, types } = bound.plan;
          const files = statement.withData
            ? await writeFiles(connection, bound.translated.sql, names, types, properties, folder, query.id)
            : [];
          if (interruption.stopped) throw new Stopped();
          await this.#publish(query, files, bucket, prefix, manifest);
          const { table, partitions } = catalogEntries(name, location, columns, properties, files);
          this.parts.catalog.createTable(name.database, table, partitions);
          return { ...NO_ROWS, bytesScanned: scanned.bytes, objects: scanned.objects, manifest };
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      });
    });
  }

  async #publish(query: Query, files: readonly WrittenFile[], bucket: string, prefix: string, manifest: string): Promise<void> {
    const { store } = this.parts;
    for (const { path, name } of files) await store.adopt(query.caller, { bucket, key: `${prefix}${name}`, path });
    const { bucket: manifestBucket, prefix: key } = locationOf(manifest)!;
    const body = files.map(({ name }) => csvLine([`s3://${bucket}/${prefix}${name}`])).join('');
    await store.put(query.caller, { bucket: manifestBucket, key: key.slice(0, -1), body, contentType: 'text/csv' });
  }

  /** Translates and plans the statement's query, and finds the files that it reads. */
  async #bound<T>(query: Query, statement: Select | CreateTableAs, work: (bound: Bound) => Promise<T>): Promise<T> {
    const context = { database: query.database, now: query.now };
    const translate = (more: Guess = {}): Translated =>
      translateTokens(query.text, statement.tokens, statement.from, statement.to, { ...context, ...more });
    const first = translate();
    const shapes = new Map(first.references.map((reference) => [reference.relation, this.#shape(query, reference)]));
    const tables = [...shapes].map(([relation, shape]) => plannedTable(relation, shape, first.readsPath));
    return this.parts.planner.session(tables, async (session) => {
      const uris = new Map<string, string>();
      const columns = new Set(tables.flatMap((table) => table.columns.map(({ name }) => name.toLowerCase())));
      try {
        await judgeNames(session, first.usedTooEarly, columns, () => translate({ judging: true }));
        const { translated, plan } = await planned(session, first, translate);
        await judgeUnions(session, translated.unions);
        const files = new Map<string, readonly SourceFile[]>();
        for (const scan of plan.scans) {
          const found = await sourcesOf(shapes.get(scan.relation)!, scan, {
            caller: query.caller,
            store: this.parts.store,
            session,
            partitions: (table) => this.parts.catalog.partitions(table),
            now: query.now,
          });
          files.set(scan.relation, found);
          for (const { path, uri } of found) uris.set(path, uri);
        }
        return await work({ translated, plan, shapes, files, late: session.late });
      } catch (error) {
        if (error instanceof BytesScannedExceeded || error instanceof Stopped) throw error;
        throw failureOf(error, { text: query.text, uris, columns });
      }
    });
  }

  #shape(
    query: Query,
    { database, table, offset }: { readonly database: string; readonly table: string; readonly offset: number },
  ): TableShape {
    const { catalog } = this.parts;
    if (database === '')
      throw new QueryFailure(
        'MISSING_SCHEMA_NAME',
        `${at(query.text, offset)}: Schema must be specified when session schema is not set`,
      );
    if (catalog.database(database) === undefined)
      throw new QueryFailure('SCHEMA_NOT_FOUND', `${at(query.text, offset)}: Schema '${database}' does not exist`);
    const found = catalog.table(database, table);
    if (found === undefined)
      throw new QueryFailure(
        'TABLE_NOT_FOUND',
        `${at(query.text, offset)}: Table 'awsdatacatalog.${database}.${table}' does not exist`,
      );
    return shapeOf(found);
  }

  /** Runs `work` on a connection that has a view for each table of the query. */
  async #connected<T>(
    query: Query,
    { translated, plan, shapes, files, late }: Bound,
    interruption: Interruption,
    work: (connection: DuckDBConnection, scanned: { readonly bytes: number; readonly objects: number }) => Promise<T>,
  ): Promise<T> {
    const connection = await this.parts.engine.connect();
    interruption.interrupt = () => connection.interrupt();
    try {
      if (interruption.stopped) throw new Stopped();
      if (late) for (const macro of LATE_MACROS) await connection.run(macro);
      const total = { bytes: 0, objects: 0 };
      for (const [relation, shape] of shapes) {
        const scan = plan.scans.find((one) => one.relation === relation);
        if (scan === undefined) {
          await createEmptyView(connection, relation, shape, translated.readsPath);
          continue;
        }
        const { bytes, objects } = await createView(
          connection,
          this.parts.readers,
          relation,
          shape,
          scan,
          files.get(relation) ?? [],
          translated.readsPath,
        );
        total.bytes += bytes;
        total.objects += objects;
      }
      if (query.bytesScannedCutoff !== undefined && total.bytes > query.bytesScannedCutoff) throw new BytesScannedExceeded();
      mkdirSync(this.parts.staging, { recursive: true });
      return await work(connection, total);
    } catch (error) {
      if (interruption.stopped) throw new Stopped();
      throw error;
    } finally {
      interruption.interrupt = undefined;
      connection.closeSync();
    }
  }
}

/** More values before `[1]` than this are not told apart. */
const MOST_SUBSCRIPTS = 4;

/** What the text of a query does not tell. */
type Guess = Pick<TranslationContext, 'rows' | 'maps' | 'judging'>;

interface Planned {
  readonly translated: Translated;
  readonly plan: Plan;
}

/** Some types are known to the engine only when the whole statement is bound, and some are not said by its text. */
const planned = async (session: PlanSession, first: Translated, translate: (guess?: Guess) => Translated): Promise<Planned> => {
  try {
    return await guessed(session, first, translate);
  } catch (error) {
    if (!isTooEarly(error)) throw error;
    await session.goLate();
    return guessed(session, first, translate);
  }
};

/** The engine wants to be told which of `x[1]` are rows, and whether maps are unnested: tries, the fewest first, until the query binds. */
const guessed = async (
  session: PlanSession,
  first: Translated,
  translate: (guess?: Guess) => Translated,
  maps = false,
): Promise<Planned> => {
  try {
    return { translated: first, plan: await session.plan(first.sql) };
  } catch (error) {
    if (isMapUnnest(error) && !maps)
      return guessed(session, translate({ maps: true }), (guess) => translate({ ...guess, maps: true }), true);
    if (!isRowSubscript(error)) throw error;
    const names = first.subscripted.slice(0, MOST_SUBSCRIPTS);
    const sets = Array.from(
      { length: 2 ** names.length - 1 },
      (_, mask) => new Set(names.filter((_name, bit) => ((mask + 1) >> bit) % 2 === 1)),
    );
    for (const rows of sets.sort((one, other) => one.size - other.size)) {
      const translated = translate({ rows });
      const plan = await session.plan(translated.sql).catch((again: unknown) => {
        // Another choice of rows may still bind; if none does, the first error is the answer.
        if (reasonOf(again).includes('Binder Error')) return undefined;
        throw again;
      });
      if (plan !== undefined) return { translated, plan };
    }
    throw error;
  }
};

const resultSql = ({ translated, plan }: Bound): string => {
  // Only a row without field names cannot be read by them; all else is written as it comes, and keeps its order.
  if (!plan.types.some((type) => type.toString().includes('"" '))) return translated.sql;
  const casts = plan.types.map((type) => narrowed(type));
  const names = plan.names.map((_, index) => `c${index}`);
  const columns = names.map((name, index) => (casts[index] === undefined ? name : `CAST(${name} AS ${casts[index]}) AS ${name}`));
  return `SELECT ${columns.join(', ')} FROM (${translated.sql}) AS q(${names.map(quoteName).join(', ')})`;
};

/** How much text (characters) is gathered before it is written. */
const WRITE_AT = 1_048_576;

const writeRows = async (
  connection: DuckDBConnection,
  sql: string,
  names: readonly string[],
  path: string,
): Promise<{ readonly rows: number; readonly bytes: number }> => {
  const file = await open(path, 'w');
  try {
    const result = await connection.stream(sql);
    const types = result.columnTypes();
    let [rows, bytes, text] = [0, 0, csvLine(names)];
    const write = async (): Promise<void> => {
      const { bytesWritten } = await file.write(text);
      bytes += bytesWritten;
      text = '';
    };
    for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      for (const row of chunk.getRows()) {
        text += csvLine(row.map((value, index) => valueText(value, types[index]!)));
        if (text.length > WRITE_AT) await write();
      }
      rows += chunk.rowCount;
    }
    await write();
    return { rows, bytes };
  } finally {
    await file.close();
  }
};
