import type { StepName } from '../contracts/environments';
import {
  accountsKey,
  curatedPrefix,
  deliveryErrorsPrefixes,
  errorsPrefix,
  gatheredRoot,
  gatheredTable,
  ledgerPrefix,
  lockKey,
  piecePrefix,
  rawPrefix,
  rejectedKey,
  runsPrefix,
  sweepNoticesKey,
  temporaryTablePrefix,
} from '../contracts/lake';
import type { Arns } from './arns';
import { onLake, onResults } from './grants-lake';
import type { Statement } from './policy-documents';

/** Where Athena writes what the compaction's own queries answer, in the bucket of query results. */
export const COMPACTION_RESULTS = 'compaction/';
export const ANALYSTS_RESULTS = 'analysts/';

/** The prefixes and tables of all feeds that the stack deploys. */
interface Lake {
  readonly raw: readonly string[];
  readonly pieces: readonly string[];
  readonly curated: readonly string[];
  readonly ledger: readonly string[];
  /** Of partitions, without what belongs to the whole table. */
  readonly ledgers: readonly string[];
  readonly notices: readonly string[];
  readonly runs: readonly string[];
  readonly locks: readonly string[];
  readonly rejected: readonly string[];
  readonly errors: readonly string[];
  readonly accounts: readonly string[];
  readonly gathered: readonly string[];
  readonly tables: readonly string[];
  readonly gatheredTables: readonly string[];
  readonly temporaryTables: readonly string[];
}

const lakeOf = ({ feeds }: Arns): Lake => {
  const each = (keyOf: (table: string) => string): readonly string[] => feeds.map(({ feed }) => keyOf(feed.name));
  return {
    raw: feeds.map(({ feed }) => rawPrefix(feed)),
    pieces: each(piecePrefix),
    curated: each(curatedPrefix),
    ledger: each(ledgerPrefix),
    ledgers: feeds.map(({ feed }) => `${ledgerPrefix(feed.name)}${feed.partitionColumns[0]?.name ?? ''}=*`),
    notices: each(sweepNoticesKey),
    runs: each(runsPrefix),
    locks: each(lockKey),
    rejected: each((table) => rejectedKey(table, '*')),
    errors: [...new Set(feeds.flatMap(({ feed }) => [errorsPrefix(feed.name), ...deliveryErrorsPrefixes(feed)]))],
    accounts: each(accountsKey),
    gathered: each((table) => gatheredRoot(table, '*')),
    tables: each((table) => table),
    gatheredTables: each(gatheredTable),
    temporaryTables: each((table) => `${temporaryTablePrefix(table)}*`),
  };
};

const PUBLISHING = ['glue:GetTable', 'glue:GetPartition', 'glue:CreatePartition', 'glue:UpdatePartition'];

/** Glue judges a call by the catalog, the database and the table. */
const onTables = (arns: Arns, sid: string, actions: readonly string[], tables: readonly string[]): Statement => ({
  sid,
  actions,
  resources: [arns.catalog, arns.database, ...tables.map(arns.table)],
});

/** Least privilege, function by function: what each does besides writing its log and its traces. */
const DUTIES: Readonly<Record<StepName, (arns: Arns, lake: Lake) => readonly Statement[]>> = {
  validate: () => [],
  lock: (arns, lake) => [
    ...onLake(arns, { get: lake.locks, put: lake.locks }),
    { sid: 'Executions', actions: ['states:DescribeExecution'], resources: [arns.executions] },
  ],
  route: (arns, lake) =>
    onLake(arns, { get: [...lake.raw, ...lake.pieces], put: [...lake.pieces, ...lake.rejected, ...lake.runs] }),
  plan: (arns, lake) => [
    ...onLake(arns, { list: lake.raw, get: [...lake.ledger, ...lake.runs, ...lake.pieces], put: lake.runs }),
    onTables(arns, 'Catalog', ['glue:GetPartitions'], lake.tables),
  ],
  attempt: (arns, lake) => [
    ...onLake(arns, { get: [...lake.runs, ...lake.locks], put: lake.runs }),
    onTables(arns, 'Catalog', ['glue:GetPartition'], lake.tables),
  ],
  gather: (arns, lake) =>
    onLake(arns, { get: [...lake.raw, ...lake.pieces, ...lake.runs], put: [...lake.runs, ...lake.pieces, ...lake.rejected] }),
  statements: (arns, lake) => onLake(arns, { get: [...lake.runs, ...lake.ledger, ...lake.locks], put: lake.runs }),
  verify: (arns, lake) => [
    ...onLake(arns, { get: lake.runs, put: lake.runs }),
    ...onResults(arns, { get: [COMPACTION_RESULTS] }),
    { sid: 'Queries', actions: ['athena:GetQueryResults'], resources: [arns.compactionWorkgroup] },
  ],
  publish: (arns, lake) => [
    ...onLake(arns, {
      list: lake.curated,
      get: [...lake.runs, ...lake.ledger, ...lake.locks],
      put: [...lake.ledger, ...lake.runs],
    }),
    onTables(arns, 'Catalog', PUBLISHING, lake.tables),
  ],
  sweep: (arns, lake) => [
    ...onLake(arns, {
      list: lake.curated,
      get: [...lake.runs, ...lake.ledger, ...lake.locks],
      put: lake.notices,
      remove: [...lake.curated, ...lake.ledgers, ...lake.gathered],
    }),
    onTables(arns, 'Catalog', ['glue:GetPartitions', 'glue:GetTables'], [...lake.tables, ...lake.temporaryTables]),
    onTables(arns, 'TemporaryTables', ['glue:DeleteTable'], lake.temporaryTables),
  ],
  report: (arns, lake) => [
    ...onLake(arns, {
      // Of a raw object that could not be read it asks how old it is.
      list: lake.raw,
      get: [...lake.runs, ...lake.ledger, ...lake.errors],
      put: [...lake.runs, ...lake.accounts],
    }),
    onTables(arns, 'Catalog', ['glue:GetPartitions'], lake.tables),
    // CloudWatch knows no resources. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
    { sid: 'Metrics', actions: ['cloudwatch:GetMetricData'], resources: ['*'] },
  ],
  unlock: (arns, lake) => onLake(arns, { get: lake.locks, remove: lake.locks }),
};

/** X-Ray knows no resources. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html */
export const tracing = (sid = 'Tracing'): Statement => ({
  sid,
  actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
  resources: ['*'],
});

/** What every function's role may do: write its log and its traces. */
export const functionBasics = (logGroupArn: string): readonly Statement[] => [
  { sid: 'Log', actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [`${logGroupArn}:*`] },
  tracing(),
];

/** Everything that a step's role may do. */
export const functionGrants = (name: StepName, arns: Arns): readonly Statement[] => [
  ...functionBasics(arns.functionLogGroups[name]),
  ...DUTIES[name](arns, lakeOf(arns)),
];

/** What the CTAS statements read and write through the state machine's role, catalog side. */
export const machineTables = (arns: Arns, lake = lakeOf(arns)): readonly Statement[] => [
  {
    sid: 'ReadCatalog',
    actions: [
      'glue:GetDatabase',
      'glue:GetTable',
      'glue:GetTables',
      'glue:GetPartition',
      'glue:GetPartitions',
      'glue:BatchGetPartition',
    ],
    resources: [
      arns.catalog,
      arns.database,
      ...[...lake.tables, ...lake.gatheredTables, ...lake.temporaryTables].map(arns.table),
    ],
  },
  { sid: 'ReadDefaultDatabase', actions: ['glue:GetDatabase'], resources: [arns.catalog, arns.defaultDatabase] },
  onTables(
    arns,
    'WriteTemporaryTables',
    ['glue:CreateTable', 'glue:DeleteTable', 'glue:CreatePartition', 'glue:BatchCreatePartition'],
    lake.temporaryTables,
  ),
];

/** The objects that a CTAS reads (gathered lines, curated rows, the run's lists) and writes. */
export const machineObjects = (arns: Arns, lake = lakeOf(arns)): readonly Statement[] => [
  ...onLake(arns, { get: [...lake.runs, ...lake.curated], put: lake.curated }),
  ...onResults(arns, { get: [COMPACTION_RESULTS], put: [COMPACTION_RESULTS] }),
];
