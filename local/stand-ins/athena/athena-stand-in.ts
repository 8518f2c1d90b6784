/**
 * Amazon Athena, engine version 3, on an engine in this process.
 * Pages: https://docs.aws.amazon.com/athena/latest/APIReference/API_Operations.html
 *
 * Inputs honoured and ignored: the lists in settings.ts. Of requests, members that are not modelled are refused; of
 * ResultConfiguration the encryption, owner and ACL are taken and change nothing, for results are plain files.
 * Different: queries take no time on the host's clock, which stands still while one runs (Statistics tell the wall's time); one
 * query runs at a time; the engine does not check types as strictly as Trino (it compares a text with a number).
 */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Caller } from '../../caller';
import type { Clock } from '../../clock';
import type { JsonService, Operation } from '../../service';
import { namedQueryAnswer, queryExecution, runtimeStatistics, workgroupAnswer } from './answers';
import { EmbeddedEngine } from './embedded-engine';
import { Engine } from './engine';
import { QueryFailure } from './failure';
import type { QueryRecord } from './history';
import { History } from './history';
import type { ObjectStore } from './object-store';
import { locationOf } from './object-store';
import { ParquetFiles } from './parquet-files';
import { Planner } from './planner';
import { failed, QueryQueue } from './query-queue';
import { QueryRunner } from './query-runner';
import { allow, idList, invalidRequest, memberText, members, paged, requiredText } from './requests';
import { queryResults } from './results';
import type { AthenaSettings, Workgroup } from './settings';
import type { Catalog, Query, StatementEngine } from './statement-engine';
import type { Statement } from './statements';
import { parseStatement, statementTypes } from './statements';
import { TextFiles } from './text-files';
import { TrinoEngine } from './trino/trino-engine';

export interface AthenaOptions {
  readonly settings: AthenaSettings;
  readonly clock: Clock;
  /** History is `<dataDir>/athena.ndjson`; the engine spills and stages below `<dataDir>/athena/`. */
  readonly dataDir: string;
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  /** As DuckDB writes sizes. @default 900MB */
  readonly memoryLimit?: string;
  /** Of the engine. @default 2 */
  readonly threads?: number;
  /** Queries that run at the same time. @default 1 on the embedded engine, where they share the memory, 4 on Trino */
  readonly concurrency?: number;
  /** What runs the queries. @default the embedded engine */
  readonly engine?: EngineChoice;
}

/** The engine in this process, or a Trino at a URL without a slash at its end. */
export type EngineChoice = { readonly kind: 'embedded' } | { readonly kind: 'trino'; readonly url: string };

/** https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html */
const MOST_QUERY_BYTES = 262_144;
const TOKEN_CHARACTERS = [32, 128] as const;

const CONCURRENCY = { embedded: 1, trino: 4 } as const;

export interface QueryStatistics {
  readonly state: QueryRecord['state'];
  readonly bytesScanned: number;
  /** Data objects that the query opened. */
  readonly objects: number;
  readonly rows: number;
  /** Of the wall. */
  readonly engineMillis: number;
  readonly queueMillis: number;
}

export class AthenaStandIn {
  readonly service: JsonService;
  readonly #history: History;
  readonly #queue: QueryQueue;

  private constructor(
    private readonly options: AthenaOptions,
    private readonly engine: StatementEngine,
  ) {
    const runner = new QueryRunner({ engine, catalog: options.catalog, store: options.store });
    this.#history = new History(options.dataDir, options.clock.now());
    this.#queue = new QueryQueue(
      this.#history,
      runner,
      options.clock,
      options.concurrency ?? CONCURRENCY[options.engine?.kind ?? 'embedded'],
    );
    this.service = {
      name: 'athena',
      targetPrefix: 'AmazonAthena',
      jsonVersion: '1.1',
      operations: { ...this.#queryOperations(), ...this.#settingOperations() },
    };
  }

  /** Throws a UsageError where a Trino is chosen and none answers. */
  static async open(options: AthenaOptions): Promise<AthenaStandIn> {
    const folder = join(options.dataDir, 'athena');
    // What a stopped process was writing is no object yet, and copies of odd text files are made again when needed.
    for (const leftOver of ['staging', 'text', 'spill']) rmSync(join(folder, leftOver), { recursive: true, force: true });
    const { engine = { kind: 'embedded' }, catalog, store } = options;
    const open =
      engine.kind === 'embedded'
        ? embedded(options, folder)
        : TrinoEngine.open(engine.url, { catalog, store, staging: join(folder, 'staging') });
    return new AthenaStandIn(options, await open);
  }

  /** Whether the engine reads the catalog and the lake that this host serves at `endpoint`. Throws a UsageError where it does not. */
  async checkEngine(endpoint: string): Promise<void> {
    const [database] = this.options.catalog.databases();
    if (database !== undefined) await this.engine.check(database.Name, endpoint);
  }

  /** Stops what runs, waits for it to end, and frees the engine. */
  async close(): Promise<void> {
    await this.#queue.close();
    this.#history.close();
    this.engine.close();
  }

  /** What a query read and how long it took; undefined for an unknown id. */
  statisticsOf(queryId: string): QueryStatistics | undefined {
    const record = this.#history.get(queryId);
    if (record === undefined) return undefined;
    return {
      state: record.state,
      bytesScanned: record.outcome?.bytesScanned ?? 0,
      objects: record.outcome?.objects ?? 0,
      rows: record.outcome?.rows ?? 0,
      engineMillis: record.millis?.engine ?? 0,
      queueMillis: record.millis?.queue ?? 0,
    };
  }

  /** All queries that were ever started, the oldest first, of one workgroup. */
  queriesOf(workgroup: string): readonly QueryRecord[] {
    return [...this.#history.ofWorkgroup(workgroup)].reverse();
  }

  #queryOperations(): Readonly<Record<string, Operation>> {
    return {
      StartQueryExecution: async (input, caller) => {
        allow(
          input,
          'QueryString',
          'ClientRequestToken',
          'QueryExecutionContext',
          'ResultConfiguration',
          'WorkGroup',
          'ResultReuseConfiguration',
        );
        return { QueryExecutionId: this.#start(input, caller) };
      },
      GetQueryExecution: async (input) => {
        allow(input, 'QueryExecutionId');
        return { QueryExecution: queryExecution(this.#record(requiredText(input, 'QueryExecutionId'))) };
      },
      BatchGetQueryExecution: async (input) => {
        allow(input, 'QueryExecutionIds');
        const ids = idList(input, 'QueryExecutionIds');
        const unknown = ids.filter((id) => this.#history.get(id) === undefined);
        return {
          QueryExecutions: ids.flatMap((id) => this.#history.get(id) ?? []).map(queryExecution),
          UnprocessedQueryExecutionIds: unknown.map((id) => ({
            QueryExecutionId: id,
            ErrorCode: 'INVALID_QUERY_EXECUTION_ID',
            ErrorMessage: `QueryExecution ${id} was not found`,
          })),
        };
      },
      GetQueryResults: async (input, caller) => {
        allow(input, 'QueryExecutionId', 'NextToken', 'MaxResults', 'QueryResultType');
        return queryResults(this.#record(requiredText(input, 'QueryExecutionId')), input, caller, this.options.store);
      },
      GetQueryRuntimeStatistics: async (input) => {
        allow(input, 'QueryExecutionId');
        return { QueryRuntimeStatistics: runtimeStatistics(this.#record(requiredText(input, 'QueryExecutionId'))) };
      },
      StopQueryExecution: async (input) => {
        allow(input, 'QueryExecutionId');
        this.#queue.stop(this.#record(requiredText(input, 'QueryExecutionId')).id);
        return {};
      },
      ListQueryExecutions: async (input) => {
        allow(input, 'WorkGroup', 'NextToken', 'MaxResults');
        const group = this.#workgroup(memberText(input, 'WorkGroup') ?? 'primary');
        return paged(
          input,
          this.#history.ofWorkgroup(group.name).map(({ id }) => id),
          'QueryExecutionIds',
        );
      },
    };
  }

  #settingOperations(): Readonly<Record<string, Operation>> {
    const { settings } = this.options;
    const catalog = { CatalogName: 'AwsDataCatalog', Type: 'GLUE' };
    return {
      GetWorkGroup: async (input) => {
        allow(input, 'WorkGroup');
        return { WorkGroup: workgroupAnswer(this.#workgroup(requiredText(input, 'WorkGroup'))) };
      },
      ListWorkGroups: async (input) => {
        allow(input, 'NextToken', 'MaxResults');
        return paged(
          input,
          settings.workgroups.map(({ name, enabled }) => ({ Name: name, State: enabled ? 'ENABLED' : 'DISABLED' })),
          'WorkGroups',
        );
      },
      ListNamedQueries: async (input) => {
        allow(input, 'WorkGroup', 'NextToken', 'MaxResults');
        const group = this.#workgroup(memberText(input, 'WorkGroup') ?? 'primary');
        return paged(
          input,
          settings.namedQueries.filter(({ workgroup }) => workgroup === group.name).map(({ id }) => id),
          'NamedQueryIds',
        );
      },
      GetNamedQuery: async (input) => {
        allow(input, 'NamedQueryId');
        const id = requiredText(input, 'NamedQueryId');
        const query = settings.namedQueries.find((one) => one.id === id);
        if (query === undefined) throw invalidRequest(`NamedQuery ${id} was not found`);
        return { NamedQuery: namedQueryAnswer(query) };
      },
      GetDataCatalog: async (input) => {
        allow(input, 'Name', 'WorkGroup');
        const name = requiredText(input, 'Name');
        if (name.toLowerCase() !== 'awsdatacatalog') throw invalidRequest(`Data catalog ${name} was not found`);
        return {
          DataCatalog: { Name: catalog.CatalogName, Type: catalog.Type, Parameters: { 'catalog-id': settings.accountId } },
        };
      },
      ListDataCatalogs: async (input) => {
        allow(input, 'NextToken', 'MaxResults', 'WorkGroup');
        return { DataCatalogsSummary: [catalog] };
      },
    };
  }

  #record(id: string): QueryRecord {
    const record = this.#history.get(id);
    if (record === undefined) throw invalidRequest(`QueryExecution ${id} was not found`);
    return record;
  }

  #workgroup(name: string): Workgroup {
    const group = this.options.settings.workgroups.find((one) => one.name === name);
    if (group === undefined) throw invalidRequest('WorkGroup is not found.');
    return group;
  }

  #start(input: Readonly<Record<string, unknown>>, caller: Caller): string {
    const text = requiredText(input, 'QueryString');
    if (Buffer.byteLength(text) > MOST_QUERY_BYTES) {
      throw invalidRequest(
        `1 validation error detected: Value at 'queryString' failed to satisfy constraint: Member must have length less than or equal to ${MOST_QUERY_BYTES}`,
      );
    }
    const token = memberText(input, 'ClientRequestToken');
    if (token !== undefined && (token.length < TOKEN_CHARACTERS[0] || token.length > TOKEN_CHARACTERS[1])) {
      throw invalidRequest(
        `1 validation error detected: Value '${token}' at 'clientRequestToken' failed to satisfy constraint: Member must have length between ${TOKEN_CHARACTERS.join(' and ')}`,
      );
    }
    const reuse = members(members(input['ResultReuseConfiguration'])['ResultReuseByAgeConfiguration']);
    if (reuse['Enabled'] === true) throw invalidRequest('ResultReuseConfiguration is not supported by the embedded host.');
    const group = this.#workgroup(memberText(input, 'WorkGroup') ?? 'primary');
    if (!group.enabled) throw invalidRequest(`WorkGroup ${group.name} is disabled.`);
    const place = members(input['QueryExecutionContext']);
    const catalog = memberText(place, 'Catalog');
    if (catalog !== undefined && catalog.toLowerCase() !== 'awsdatacatalog')
      throw invalidRequest(`Data catalog ${catalog} was not found`);
    const database = memberText(place, 'Database')?.toLowerCase();
    const folder = this.#outputFolder(input, group);
    const earlier = token === undefined ? undefined : this.#history.withToken(token);
    if (earlier !== undefined) {
      if (earlier.text === text && earlier.workgroup === group.name && earlier.database === database) return earlier.id;
      throw invalidRequest('Idempotent parameters do not match');
    }
    const id = queryId(token ?? `${this.#history.size}\0${this.options.clock.now()}\0${text}`);
    const parsed = parse(text, database ?? '');
    if (group.enforces && parsed.statement?.kind === 'ctas' && parsed.statement.properties.externalLocation !== undefined) {
      throw invalidRequest(
        "The Create Table As Select query failed because it was submitted with an 'external_location' property to an Athena Workgroup that enforces a centralized output location for all queries. Please remove the 'external_location' property and resubmit the query.",
      );
    }
    const { bucket, prefix } = locationOf(folder)!;
    const types = parsed.statement === undefined ? { type: 'DML', subtype: 'SELECT' } : statementTypes(parsed.statement);
    const key = `${prefix}${id}.${types.type === 'DML' ? 'csv' : 'txt'}`;
    const record: QueryRecord = {
      id,
      text,
      workgroup: group.name,
      statementType: types.type,
      substatementType: types.subtype,
      output: parsed.statement?.kind === 'ctas' ? `${folder}tables/${id}` : `s3://${bucket}/${key}`,
      state: 'QUEUED',
      submittedAt: this.options.clock.now(),
      ...(token === undefined ? {} : { token }),
      ...(database === undefined ? {} : { database }),
    };
    this.#history.put(record);
    if (parsed.statement === undefined) {
      this.#queue.end(id, { ...failed(parsed.failure), millis: { queue: 0, engine: 0 } });
      return id;
    }
    const query: Query = {
      id,
      text,
      statement: parsed.statement,
      database: database ?? '',
      caller,
      now: this.options.clock.now(),
      output: { bucket, key },
      tables: `${folder}tables/`,
      ...(group.bytesScannedCutoff === undefined ? {} : { bytesScannedCutoff: group.bytesScannedCutoff }),
    };
    this.#queue.submit(query);
    return id;
  }

  #outputFolder(input: Readonly<Record<string, unknown>>, group: Workgroup): string {
    const asked = memberText(members(input['ResultConfiguration']), 'OutputLocation');
    const location = group.enforces ? group.outputLocation : (asked ?? group.outputLocation);
    if (location === undefined) {
      throw invalidRequest(
        'No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.',
      );
    }
    if (locationOf(location) === undefined) throw invalidRequest(`outputLocation is not a valid S3 path.`);
    return location.endsWith('/') ? location : `${location}/`;
  }
}

const embedded = async (options: AthenaOptions, folder: string): Promise<StatementEngine> => {
  const { memoryLimit, threads, catalog, store } = options;
  const engine = await Engine.open({
    tempDir: join(folder, 'spill'),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
    ...(threads === undefined ? {} : { threads }),
  });
  const planner = await Planner.open(join(folder, 'spill-planner'));
  const readers = { text: new TextFiles(join(folder, 'text')), parquet: new ParquetFiles() };
  return new EmbeddedEngine({ engine, planner, catalog, store, readers, staging: join(folder, 'staging') });
};

type Parsed =
  | { readonly statement: Statement; readonly failure?: undefined }
  | { readonly statement?: undefined; readonly failure: QueryFailure };

const parse = (text: string, database: string): Parsed => {
  try {
    return { statement: parseStatement(text, database) };
  } catch (error) {
    if (error instanceof QueryFailure) return { failure: error };
    throw error;
  }
};

/** A query's id: of its token, or of its place in the history. */
const queryId = (seed: string): string => {
  const hash = createHash('sha256').update(seed).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
};
