/** Queries, workgroups and results in the shapes of Athena's API. Pure. */
import type { QueryRecord } from './history';
import type { ResultColumn } from './statement-engine';
import type { NamedQuery, Workgroup } from './settings';

const ENGINE = { SelectedEngineVersion: 'AUTO', EffectiveEngineVersion: 'Athena engine version 3' };

export const timelineOf = ({ millis }: QueryRecord): Readonly<Record<string, number>> => {
  const { queue, engine } = millis ?? { queue: 0, engine: 0 };
  return {
    QueryQueueTimeInMillis: queue,
    QueryPlanningTimeInMillis: 0,
    EngineExecutionTimeInMillis: engine,
    ServiceProcessingTimeInMillis: 0,
    TotalExecutionTimeInMillis: queue + engine,
  };
};

export const queryExecution = (record: QueryRecord): object => ({
  QueryExecutionId: record.id,
  Query: record.text,
  StatementType: record.statementType,
  SubstatementType: record.substatementType,
  ResultConfiguration: { OutputLocation: record.output },
  ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: false } },
  QueryExecutionContext: { ...(record.database === undefined ? {} : { Database: record.database }), Catalog: 'awsdatacatalog' },
  Status: {
    State: record.state,
    ...(record.reason === undefined ? {} : { StateChangeReason: record.reason }),
    SubmissionDateTime: record.submittedAt / 1000,
    ...(record.completedAt === undefined ? {} : { CompletionDateTime: record.completedAt / 1000 }),
    ...(record.error === undefined
      ? {}
      : {
          AthenaError: {
            ErrorCategory: record.error.category,
            ErrorType: record.error.category * 100,
            Retryable: false,
            ErrorMessage: record.error.message,
          },
        }),
  },
  Statistics: {
    ...timelineOf(record),
    DataScannedInBytes: record.outcome?.bytesScanned ?? 0,
    ...(record.outcome?.manifest === undefined ? {} : { DataManifestLocation: record.outcome.manifest }),
    ResultReuseInformation: { ReusedPreviousResult: false },
  },
  WorkGroup: record.workgroup,
  EngineVersion: ENGINE,
});

export const runtimeStatistics = (record: QueryRecord): object => ({
  Timeline: timelineOf(record),
  Rows: {
    InputBytes: record.outcome?.bytesScanned ?? 0,
    OutputBytes: record.outcome?.outputBytes ?? 0,
    OutputRows: record.outcome?.rows ?? 0,
  },
});

export const columnInfo = ({ column, name, precision, scale }: ResultColumn): object => ({
  CatalogName: 'hive',
  SchemaName: '',
  TableName: '',
  Name: column,
  Label: column,
  Type: name,
  Precision: precision,
  Scale: scale,
  Nullable: 'UNKNOWN',
  CaseSensitive: ['varchar', 'string', 'json'].includes(name),
});

/** NULL has no VarCharValue. */
export const resultRow = (fields: readonly (string | undefined)[]): object => ({
  Data: fields.map((field) => (field === undefined ? {} : { VarCharValue: field })),
});

export const workgroupAnswer = (group: Workgroup): object => ({
  Name: group.name,
  State: group.enabled ? 'ENABLED' : 'DISABLED',
  ...(group.description === undefined ? {} : { Description: group.description }),
  Configuration: {
    ResultConfiguration: group.outputLocation === undefined ? {} : { OutputLocation: group.outputLocation },
    EnforceWorkGroupConfiguration: group.enforces,
    PublishCloudWatchMetricsEnabled: false,
    RequesterPaysEnabled: false,
    ...(group.bytesScannedCutoff === undefined ? {} : { BytesScannedCutoffPerQuery: group.bytesScannedCutoff }),
    EngineVersion: ENGINE,
  },
});

export const namedQueryAnswer = ({ id, name, description, database, query, workgroup }: NamedQuery): object => ({
  NamedQueryId: id,
  Name: name,
  ...(description === undefined ? {} : { Description: description }),
  Database: database,
  QueryString: query,
  WorkGroup: workgroup,
});
