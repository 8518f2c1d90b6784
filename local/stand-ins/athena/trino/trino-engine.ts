/**
 * A Trino that runs elsewhere, as Athena's engine: it reads and writes the lake through the host's own Glue and S3 endpoints, as its
 * catalog `awsdatacatalog` is told. Athena engine version 3 is a fork of Trino, so the statements are the same.
 *
 * Different from Athena's: what `NOW` means in a projected range of dates is the time of Trino's own clock.
 */
import { createWriteStream, mkdirSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { join } from 'node:path';
import type { WriteStream } from 'node:fs';
import { UsageError } from '../../../../contracts/errors';
import { reasonOf, rootReasonOf } from '../failure';
import type { ObjectStore } from '../object-store';
import { isData, locationOf } from '../object-store';
import type { Catalog, CreateTableAs, Interruption, Outcome, Query, Select, StatementEngine, Target } from '../statement-engine';
import { BytesScannedExceeded, NO_ROWS, Stopped } from '../statement-engine';
import { csvLine } from '../text';
import type { TrinoColumn, TrinoPage, TrinoStatement } from './client';
import { CATALOG, TrinoClient } from './client';
import { failureOfTrino } from './errors';
import { trinoCreate, withTime } from './statements';
import { athenaText, athenaType } from './values';

export interface TrinoParts {
  readonly client: TrinoClient;
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  /** Folder for what is being written, on the disk of the objects. */
  readonly staging: string;
}

interface Ended {
  readonly columns: readonly TrinoColumn[];
  readonly bytesScanned: number;
  readonly objects: number;
}

export class TrinoEngine implements StatementEngine {
  private constructor(private readonly parts: TrinoParts) {}

  /** Throws a UsageError where no Trino answers at the URL. */
  static async open(url: string, parts: Omit<TrinoParts, 'client'>): Promise<TrinoEngine> {
    const client = new TrinoClient(url);
    try {
      await client.ready();
    } catch (thrown) {
      throw new UsageError(
        `no Trino can be used at ${url} (${rootReasonOf(thrown)}); start one whose catalog ${CATALOG} reads the Glue and S3 endpoints of this host.`,
        { cause: thrown },
      );
    }
    return new TrinoEngine({ ...parts, client });
  }

  async check(database: string, endpoint: string): Promise<void> {
    const told = `start it with hive.metastore.glue.endpoint-url and s3.endpoint ${endpoint} in its catalog ${CATALOG}`;
    const seen: string[] = [];
    try {
      const statement = { sql: `SHOW SCHEMAS FROM ${CATALOG}`, schema: '', session: {} };
      await this.#run(statement, IDLE, undefined, async ({ rows }) => {
        for (const [name] of rows) if (typeof name === 'string') seen.push(name);
      });
    } catch (thrown) {
      throw new UsageError(`the Trino at ${this.parts.client.url} cannot read this host (${reasonOf(thrown)}); ${told}.`, {
        cause: thrown,
      });
    }
    if (!seen.includes(database)) {
      throw new UsageError(
        `the Trino at ${this.parts.client.url} reads another host: its catalog ${CATALOG} has no database ${database}; ${told}.`,
      );
    }
  }

  close(): void {
    // Statements were stopped before, and the protocol keeps no connection.
  }

  async select(query: Query, { tokens, from, to }: Select, interruption: Interruption): Promise<Outcome> {
    const { staging, store } = this.parts;
    mkdirSync(staging, { recursive: true });
    const path = join(staging, `${query.id}.csv`);
    const file = createWriteStream(path);
    const written = { rows: 0, bytes: 0, header: false };
    const write = async (text: string): Promise<void> => {
      written.bytes += Buffer.byteLength(text);
      if (!file.write(text)) await drained(file);
    };
    let ended: Ended;
    try {
      const sql = withTime(query.text, tokens, from, to, query.now);
      ended = await this.#run(
        { sql, schema: query.database, session: {} },
        interruption,
        query.bytesScannedCutoff,
        async (page, columns) => {
          if (columns === undefined) return;
          if (!written.header) await write(csvLine(columns.map(({ name }) => name)));
          written.header = true;
          if (page.rows.length === 0) return;
          await write(
            page.rows.map((row) => csvLine(row.map((value, index) => athenaText(value, columns[index]!.type)))).join(''),
          );
          written.rows += page.rows.length;
        },
      );
    } finally {
      file.end();
      await finished(file);
    }
    await store.adopt(query.caller, { ...query.output, path });
    return {
      columns: ended.columns.map(({ name, type }) => ({ column: name, ...athenaType(type) })),
      header: true,
      rows: written.rows,
      outputBytes: written.bytes,
      bytesScanned: ended.bytesScanned,
      objects: ended.objects,
    };
  }

  async createTable(query: Query, statement: CreateTableAs, target: Target, interruption: Interruption): Promise<Outcome> {
    const { sql, session } = trinoCreate(statement, query.text, target.location, query.now);
    const { name } = statement;
    const { catalog, store } = this.parts;
    try {
      const ended = await this.#run(
        { sql, session, schema: query.database },
        interruption,
        query.bytesScannedCutoff,
        async () => {},
      );
      const { bucket, prefix } = target;
      const files = await store.list(query.caller, { bucket, prefix });
      const { bucket: manifestBucket, prefix: key } = locationOf(target.manifest)!;
      const body = files.filter((file) => isData(file, prefix)).map((file) => csvLine([`s3://${bucket}/${file.key}`]));
      await store.put(query.caller, {
        bucket: manifestBucket,
        key: key.slice(0, -1),
        body: body.join(''),
        contentType: 'text/csv',
      });
      return { ...NO_ROWS, bytesScanned: ended.bytesScanned, objects: ended.objects, manifest: target.manifest };
    } catch (thrown) {
      // Stopped at its very end, a statement may have made its table all the same.
      if (catalog.table(name.database, name.table) !== undefined) catalog.deleteTable(name.database, name.table);
      throw thrown;
    }
  }

  /** Runs a statement to its end, and gives each page to `take`. */
  async #run(
    statement: TrinoStatement,
    interruption: Interruption,
    cutoff: number | undefined,
    take: (page: TrinoPage, columns: readonly TrinoColumn[] | undefined) => Promise<void>,
  ): Promise<Ended> {
    const { client } = this.parts;
    let [id, bytes] = ['', 0];
    let columns: readonly TrinoColumn[] | undefined;
    // A statement that cannot be cancelled any more has ended, and what became of it is told by its next page.
    const cancel = (): Promise<void> => client.cancel(id).catch(() => undefined);
    try {
      for await (const page of client.pages(statement)) {
        id = page.id;
        interruption.interrupt = () => void cancel();
        if (interruption.stopped) {
          await cancel();
          throw new Stopped();
        }
        if (page.error !== undefined) throw failureOfTrino(page.error);
        columns ??= page.columns;
        bytes = Math.max(bytes, page.physicalInputBytes);
        if (cutoff !== undefined && bytes > cutoff) {
          await cancel();
          throw new BytesScannedExceeded();
        }
        await take(page, columns);
      }
    } catch (thrown) {
      if (interruption.stopped) throw new Stopped();
      throw thrown;
    } finally {
      interruption.interrupt = undefined;
    }
    return { columns: columns ?? [], bytesScanned: bytes, objects: bytes === 0 ? 0 : await client.splitsOf(id) };
  }
}

const IDLE: Interruption = { stopped: false, interrupt: undefined };

const drained = (file: WriteStream): Promise<void> => new Promise((resolve) => file.once('drain', resolve));
