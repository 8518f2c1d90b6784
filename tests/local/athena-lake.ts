import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { operator } from '../../local/caller';
import { ManualClock } from '../../local/clock';
import { AthenaStandIn } from '../../local/stand-ins/athena/athena-stand-in';
import type { AthenaOptions } from '../../local/stand-ins/athena/athena-stand-in';
import type { ObjectStore, StoredFile } from '../../local/stand-ins/athena/object-store';
import { CatalogStandIn } from '../../local/stand-ins/catalog/catalog-stand-in';
import type { CatalogSettings } from '../../local/stand-ins/catalog/settings';

/** Buckets as folders of plain files, without S3. */
export class FolderStore implements ObjectStore {
  constructor(private readonly root: string) {}

  pathOf(bucket: string, key: string): string {
    return join(this.root, bucket, key);
  }

  write(bucket: string, key: string, body: string | Buffer): void {
    const path = this.pathOf(bucket, key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, body);
  }

  keys(bucket: string, prefix = ''): readonly string[] {
    return this.#all(bucket)
      .filter(({ key }) => key.startsWith(prefix))
      .map(({ key }) => key);
  }

  async list(
    _: unknown,
    { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  ): Promise<readonly StoredFile[]> {
    return this.#all(bucket).filter(({ key }) => key.startsWith(prefix));
  }

  async find(_: unknown, { bucket, key }: { readonly bucket: string; readonly key: string }): Promise<StoredFile | undefined> {
    return this.#all(bucket).find((file) => file.key === key);
  }

  async put(
    _: unknown,
    { bucket, key, body }: { readonly bucket: string; readonly key: string; readonly body: string },
  ): Promise<void> {
    this.write(bucket, key, body);
  }

  async adopt(
    _: unknown,
    { bucket, key, path }: { readonly bucket: string; readonly key: string; readonly path: string },
  ): Promise<void> {
    const target = this.pathOf(bucket, key);
    mkdirSync(dirname(target), { recursive: true });
    renameSync(path, target);
  }

  #all(bucket: string): readonly StoredFile[] {
    const folder = join(this.root, bucket);
    mkdirSync(folder, { recursive: true });
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return { key: path.slice(folder.length + 1), size: statSync(path).size, path };
      })
      .sort((one, other) => (one.key < other.key ? -1 : 1));
  }
}

export const BUCKET = 'lake';
const OPENX = 'org.openx.data.jsonserde.JsonSerDe';

const table = (
  Name: string,
  columns: Readonly<Record<string, string>>,
  keys: readonly string[],
  more: Readonly<Record<string, unknown>>,
): object => ({
  Name,
  TableType: 'EXTERNAL_TABLE',
  PartitionKeys: keys.map((key) => ({ Name: key, Type: 'string' })),
  ...more,
  StorageDescriptor: {
    ...(more['StorageDescriptor'] as object),
    Columns: Object.entries(columns).map(([column, Type]) => ({ Name: column, Type })),
  },
});

export const PARQUET_STORAGE = {
  InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
  OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
};

const settings: CatalogSettings = {
  catalogId: '000000000000',
  databases: [{ Name: 'db', input: {} }],
  tables: [
    table(
      'events_raw',
      { event_uuid: 'string', created_at: 'bigint', amount: 'string', customer: 'struct<id:string,tags:array<string>>' },
      ['event_type', 'created_date'],
      {
        Parameters: {
          'projection.enabled': 'true',
          'projection.event_type.type': 'enum',
          'projection.event_type.values': 'a,b,c',
          'projection.created_date.type': 'date',
          'projection.created_date.format': 'yyyy-MM-dd',
          'projection.created_date.range': '2026-11-01,NOW+1DAY',
          'storage.location.template': `s3://${BUCKET}/raw/events/event_type=\${event_type}/created_date=\${created_date}/`,
        },
        StorageDescriptor: {
          Location: `s3://${BUCKET}/raw/events/`,
          SerdeInfo: { SerializationLibrary: OPENX, Parameters: { 'ignore.malformed.json': 'true' } },
        },
      },
    ),
    table('strict', { a: 'string' }, [], {
      StorageDescriptor: { Location: `s3://${BUCKET}/strict/`, SerdeInfo: { SerializationLibrary: OPENX } },
    }),
    table('events_gathered', { line: 'string' }, ['run', 'batch'], {
      Parameters: {
        'projection.enabled': 'true',
        'projection.run.type': 'injected',
        'projection.batch.type': 'injected',
        'storage.location.template': `s3://${BUCKET}/runs/events/\${run}/gathered/\${batch}/`,
      },
      StorageDescriptor: {
        Location: `s3://${BUCKET}/runs/events/`,
        InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
        SerdeInfo: {
          SerializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
          Parameters: { 'field.delim': '\\u001E' },
        },
      },
    }),
    table(
      'events',
      { event_uuid: 'string', created_at: 'bigint', copies: 'bigint', payload: 'string' },
      ['event_type', 'created_date'],
      {
        StorageDescriptor: { ...PARQUET_STORAGE, Location: `s3://${BUCKET}/curated/events/` },
      },
    ),
  ].map((input) => ({ database: 'db', input: input as Readonly<Record<string, unknown>>, indexes: [] })),
};

export const caller = operator('000000000000');
/** 2026-11-21T00:00:00Z */
export const NOW = Date.UTC(2026, 10, 21);

export interface Answer {
  readonly state: string;
  readonly reason: string | undefined;
  /** Without the line of names; undefined for NULL. */
  readonly rows: readonly (readonly (string | undefined)[])[];
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly objects: number;
  readonly bytes: number;
  readonly id: string;
}

type Members = Readonly<Record<string, unknown>>;

/** An Athena and a Glue over a folder that goes away at the end. */
export class Lake {
  private constructor(
    readonly folder: string,
    readonly clock: ManualClock,
    readonly store: FolderStore,
    readonly catalog: CatalogStandIn,
    readonly athena: AthenaStandIn,
  ) {}

  static async open(
    options: Partial<Pick<AthenaOptions, 'settings' | 'engine' | 'concurrency'>> = {},
    folder = mkdtempSync(join(tmpdir(), 'athena-')),
  ): Promise<Lake> {
    const clock = new ManualClock(NOW);
    const store = new FolderStore(join(folder, 's3'));
    const catalog = new CatalogStandIn({ settings, clock, dataDir: folder });
    const athena = await AthenaStandIn.open({
      settings: {
        accountId: '000000000000',
        namedQueries: [],
        workgroups: [
          { name: 'primary', enabled: true, enforces: false },
          { name: 'open', enabled: true, enforces: false, outputLocation: 's3://results/open/' },
          { name: 'strict', enabled: true, enforces: true, outputLocation: 's3://results/strict/', bytesScannedCutoff: 10 },
        ],
      },
      clock,
      dataDir: folder,
      catalog,
      store,
      ...options,
    });
    return new Lake(folder, clock, store, catalog, athena);
  }

  async stop(): Promise<void> {
    await this.athena.close();
    this.catalog.close();
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  call(operation: string, input: Members): Promise<Members> {
    return this.athena.service.operations[operation]!(input, caller) as Promise<Members>;
  }

  async start(sql: string, more: Members = {}): Promise<string> {
    const answer = await this.call('StartQueryExecution', {
      QueryString: sql,
      WorkGroup: 'open',
      QueryExecutionContext: { Database: 'db' },
      ...more,
    });
    return String(answer['QueryExecutionId']);
  }

  async query(sql: string, more: Members = {}): Promise<Answer> {
    const id = await this.start(sql, more);
    await this.clock.idle();
    const execution = (await this.call('GetQueryExecution', { QueryExecutionId: id }))['QueryExecution'] as {
      readonly StatementType: string;
      readonly Status: { readonly State: string; readonly StateChangeReason?: string };
    };
    const { State: state, StateChangeReason: reason } = execution.Status;
    const { objects, bytesScanned: bytes } = this.athena.statisticsOf(id)!;
    if (state !== 'SUCCEEDED') return { state, reason, rows: [], columns: [], objects, bytes, id };
    const results = (await this.call('GetQueryResults', { QueryExecutionId: id }))['ResultSet'] as {
      readonly Rows: readonly { readonly Data: readonly { readonly VarCharValue?: string }[] }[];
      readonly ResultSetMetadata: { readonly ColumnInfo: readonly { readonly Name: string; readonly Type: string }[] };
    };
    const rows = results.Rows.map(({ Data }) => Data.map(({ VarCharValue }) => VarCharValue));
    const columns = results.ResultSetMetadata.ColumnInfo.map(({ Name, Type }) => ({ name: Name, type: Type }));
    return { state, reason, rows: execution.StatementType === 'DML' ? rows.slice(1) : rows, columns, objects, bytes, id };
  }

  /** The only value of the only row. */
  async value(expression: string): Promise<string | undefined> {
    const { rows, reason } = await this.query(`SELECT ${expression}`);
    if (reason !== undefined) throw new Error(reason);
    return rows[0]?.[0];
  }

  gathered(run: string, batch: string, lines: string, name = 'g0.gz'): void {
    this.store.write(BUCKET, `runs/events/${run}/gathered/${batch}/${name}`, gzipSync(lines));
  }
}
