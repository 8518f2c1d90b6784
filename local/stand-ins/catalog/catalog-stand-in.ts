/**
 * AWS Glue Data Catalog: databases, tables, partitions.
 * Pages: https://docs.aws.amazon.com/glue/latest/webapi/API_Operations.html
 *
 * Inputs honoured and ignored: the lists in settings.ts. Tables that the program declares are declared again at every start
 * and keep the partitions that were registered while it ran.
 * Ignored: column statistics are accepted and not kept, for no planner here reads them (a Get answers none, as for a table that
 * was never analysed); table versions are numbered and not archived. Any other operation, and any other member of a request, is
 * answered with an error.
 */
import { AwsError } from '../../aws-error';
import type { Clock } from '../../clock';
import type { JsonService, Operation } from '../../service';
import { partitionOperations } from './partition-operations';
import {
  afterToken,
  alreadyExists,
  allow,
  databaseNamed,
  errorDetail,
  membersOf,
  notFound,
  pageSize,
  pageToken,
  tableNamed,
} from './requests';
import type { CatalogSettings } from './settings';
import type { GlueDatabase, GluePartition, GlueTable, Members } from './shapes';
import {
  folded,
  invalidInput,
  optionalText,
  parametersOf,
  partitionOf,
  required,
  requiredList,
  requiredMembers,
  tableOf,
  texts,
} from './shapes';
import { CatalogState } from './state';

export interface CatalogOptions {
  readonly settings: CatalogSettings;
  readonly clock: Clock;
  /** The catalog's journal is `<dataDir>/catalog.ndjson`. */
  readonly dataDir: string;
}

/** https://docs.aws.amazon.com/glue/latest/webapi/API_GetTables.html */
const TABLES_PAGE = 100;

export class CatalogStandIn {
  readonly service: JsonService;
  readonly #state: CatalogState;
  readonly #catalogId: string;
  readonly #now: () => number;

  constructor({ settings, clock, dataDir }: CatalogOptions) {
    this.#state = new CatalogState(dataDir);
    this.#catalogId = settings.catalogId;
    this.#now = () => clock.now() / 1000;
    this.#declare(settings);
    this.service = {
      name: 'glue',
      targetPrefix: 'AWSGlue',
      jsonVersion: '1.1',
      operations: { ...this.#databaseOperations(), ...this.#tableOperations(), ...partitionOperations(this.#state, this.#now) },
    };
  }

  close(): void {
    this.#state.close();
  }

  database(name: string): GlueDatabase | undefined {
    return this.#state.database(folded(name));
  }

  databases(): readonly GlueDatabase[] {
    return this.#state.databases();
  }

  table(database: string, name: string): GlueTable | undefined {
    return this.#state.table(folded(database), folded(name));
  }

  tables(database: string): readonly GlueTable[] {
    return this.#state.tables(folded(database));
  }

  /** All partitions of a table, as of now, in the order of their values. */
  partitions(table: GlueTable): readonly GluePartition[] {
    return this.#state.partitions(table);
  }

  /** Registers a table with its partitions, as the engine does at the end of a CTAS. Throws AlreadyExistsException. */
  createTable(database: string, input: Members, partitions: readonly Members[] = []): GlueTable {
    const { Name } = databaseNamed(this.#state, database);
    if (this.#state.table(Name, folded(required(input, 'Name'))) !== undefined) throw alreadyExists('Table already exists.');
    const now = this.#now();
    const table = tableOf(input, { catalogId: this.#catalogId, database: Name }, { created: now, updated: now, version: 0 });
    this.#state.putTable(table);
    this.#state.putPartitions(...partitions.map((partition) => partitionOf(partition, table, now)));
    return table;
  }

  /** Throws EntityNotFoundException. */
  deleteTable(database: string, name: string): void {
    this.#state.dropTable(tableNamed(this.#state, { DatabaseName: database, Name: name }, 'Name'));
  }

  #declare(settings: CatalogSettings): void {
    const now = this.#now();
    const before = this.#state.programs();
    const named = (database: string, table: string): boolean =>
      settings.tables.some(({ database: one, input }) => one === database && input['Name'] === table);
    for (const table of before.tables) if (!named(table.DatabaseName, table.Name)) this.#state.dropTable(table);
    for (const database of before.databases) {
      if (!settings.databases.some(({ Name }) => Name === database)) this.#state.dropDatabase(database);
    }
    for (const { Name, input } of settings.databases) {
      const created = this.#state.database(Name)?.CreateTime ?? now;
      const { Parameters, ...rest } = input;
      this.#state.putDatabase(
        { ...rest, Name, CatalogId: this.#catalogId, CreateTime: created, Parameters: parametersOf(Parameters) },
        true,
      );
    }
    for (const { database, input, indexes } of settings.tables) {
      if (this.#state.database(database) === undefined) throw notFound(`Database ${database} not found.`);
      const there = this.#state.table(database, String(input['Name']));
      const times = {
        created: there?.CreateTime ?? now,
        updated: there?.UpdateTime ?? now,
        version: Number(there?.VersionId ?? 0),
      };
      const table = tableOf(input, { catalogId: this.#catalogId, database }, times);
      const same = there !== undefined && JSON.stringify(there) === JSON.stringify(table);
      if (!same)
        this.#state.putTable(
          { ...table, UpdateTime: now, VersionId: String(times.version + (there === undefined ? 0 : 1)) },
          true,
        );
      this.#state.putIndexes(table, indexes);
    }
  }

  #databaseOperations(): Readonly<Record<string, Operation>> {
    const state = this.#state;
    return {
      GetDatabase: async (input) => {
        allow(input, 'Name');
        return { Database: databaseNamed(state, required(input, 'Name')) };
      },
      GetDatabases: async (input) => {
        allow(input, 'NextToken', 'MaxResults', 'ResourceShareType', 'AttributesToGet');
        return paged(input, state.databases(), 'DatabaseList', TABLES_PAGE);
      },
      CreateDatabase: async (input) => {
        allow(input, 'DatabaseInput');
        const { Parameters, ...rest } = requiredMembers(input, 'DatabaseInput');
        const Name = folded(required(rest, 'Name'));
        if (state.database(Name) !== undefined) throw alreadyExists('Database already exists.');
        state.putDatabase({
          ...rest,
          Name,
          CatalogId: this.#catalogId,
          CreateTime: this.#now(),
          Parameters: parametersOf(Parameters),
        });
        return {};
      },
      DeleteDatabase: async (input) => {
        allow(input, 'Name');
        state.dropDatabase(databaseNamed(state, required(input, 'Name')).Name);
        return {};
      },
    };
  }

  #tableOperations(): Readonly<Record<string, Operation>> {
    const state = this.#state;
    const noStatistics: Operation = async (input) => {
      tableNamed(state, input);
      return { ColumnStatisticsList: [], Errors: [] };
    };
    const statisticsTaken: Operation = async (input) => {
      tableNamed(state, input);
      return { Errors: [] };
    };
    return {
      GetTable: async (input) => {
        allow(input, 'DatabaseName', 'Name', 'IncludeStatusDetails');
        return { Table: tableNamed(state, input, 'Name') };
      },
      GetTables: async (input) => {
        allow(input, 'DatabaseName', 'Expression', 'NextToken', 'MaxResults', 'IncludeStatusDetails', 'AttributesToGet');
        const database = databaseNamed(state, required(input, 'DatabaseName'));
        const pattern = namePattern(optionalText(input, 'Expression'));
        return paged(
          input,
          state.tables(database.Name).filter(({ Name }) => pattern.test(Name)),
          'TableList',
          TABLES_PAGE,
        );
      },
      CreateTable: async (input) => {
        allow(input, 'DatabaseName', 'TableInput', 'PartitionIndexes');
        const table = this.createTable(required(input, 'DatabaseName'), requiredMembers(input, 'TableInput'));
        const indexes = input['PartitionIndexes'];
        if (Array.isArray(indexes)) {
          state.putIndexes(
            table,
            indexes.map((index: unknown) => {
              const shape = membersOf(index, 'partitionIndexes');
              return { IndexName: required(shape, 'IndexName'), Keys: texts(shape['Keys'], 'Keys').map(folded) };
            }),
          );
        }
        return {};
      },
      UpdateTable: async (input) => {
        allow(input, 'DatabaseName', 'TableInput', 'SkipArchive', 'VersionId');
        const tableInput = requiredMembers(input, 'TableInput');
        const there = tableNamed(state, { ...input, Name: tableInput['Name'] }, 'Name');
        const version = optionalText(input, 'VersionId');
        if (version !== undefined && version !== there.VersionId) {
          throw new AwsError('ConcurrentModificationException', 'Update table failed due to concurrent modifications.');
        }
        const times = { created: there.CreateTime, updated: this.#now(), version: Number(there.VersionId) + 1 };
        state.putTable(tableOf(tableInput, { catalogId: this.#catalogId, database: there.DatabaseName }, times));
        return {};
      },
      DeleteTable: async (input) => {
        allow(input, 'DatabaseName', 'Name');
        this.deleteTable(required(input, 'DatabaseName'), required(input, 'Name'));
        return {};
      },
      BatchDeleteTable: async (input) => {
        allow(input, 'DatabaseName', 'TablesToDelete');
        const database = databaseNamed(state, required(input, 'DatabaseName'));
        const errors: object[] = [];
        for (const name of texts(requiredList(input, 'TablesToDelete', TABLES_PAGE), 'TablesToDelete')) {
          try {
            this.deleteTable(database.Name, name);
          } catch (thrown) {
            errors.push({ TableName: name, ErrorDetail: errorDetail(thrown) });
          }
        }
        return { Errors: errors };
      },
      GetColumnStatisticsForTable: noStatistics,
      GetColumnStatisticsForPartition: noStatistics,
      UpdateColumnStatisticsForTable: statisticsTaken,
      UpdateColumnStatisticsForPartition: statisticsTaken,
      DeleteColumnStatisticsForTable: async (input) => {
        tableNamed(state, input);
        return {};
      },
      DeleteColumnStatisticsForPartition: async (input) => {
        tableNamed(state, input);
        return {};
      },
    };
  }
}

/** GetTables' Expression is a regular expression that the whole name must match. */
const namePattern = (expression: string | undefined): RegExp => {
  if (expression === undefined || expression === '') return /^/;
  try {
    return new RegExp(`^(?:${expression})$`, 'i');
  } catch (cause) {
    throw invalidInput(
      `Expression '${expression}' is no regular expression: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
};

const paged = <T extends { readonly Name: string }>(input: Members, all: readonly T[], member: string, most: number): object => {
  const last = afterToken(input);
  const rest = last === undefined ? all : all.filter(({ Name }) => typeof last === 'string' && Name > last);
  const size = pageSize(input, most);
  const page = rest.slice(0, size);
  return { [member]: page, ...(rest.length > size ? { NextToken: pageToken(page.at(-1)!.Name) } : {}) };
};
