import type { FunctionName } from '../contracts/environments';
import { FEED_NAMES, feedNamed } from '../contracts/feeds';
import {
  curatedPrefix,
  gatheredRoot,
  gatheredTable,
  ledgerPrefix,
  lockKey,
  piecePrefix,
  rawPrefix,
  rejectedKey,
  runsPrefix,
  temporaryTablePrefix,
} from '../contracts/lake';
import type { Arns } from './arns';
import { onLake, onResults } from './grants-lake';
import type { Statement } from './policy-documents';

/** Where Athena writes what the compaction's own queries answer, in the bucket of query results. */
export const COMPACTION_RESULTS = 'compaction/';
export const ANALYSTS_RESULTS = 'analysts/';

const each = (keyOf: (table: string) => string): readonly string[] => FEED_NAMES.map(keyOf);
const RAW = each((table) => rawPrefix(feedNamed(table)));
const PIECES = each(piecePrefix);
const CURATED = each(curatedPrefix);
const LEDGER = each(ledgerPrefix);
const RUNS = each(runsPrefix);
const LOCKS = each(lockKey);
const REJECTED = each((table) => rejectedKey(table, '*'));
const GATHERED = each((table) => gatheredRoot(table, '*'));
const TABLES = [...FEED_NAMES];
const TEMPORARY_TABLES = each((table) => `${temporaryTablePrefix(table)}*`);

const READ_PARTITIONS = ['glue:GetTable', 'glue:GetPartition', 'glue:GetPartitions', 'glue:BatchGetPartition'];
const WRITE_PARTITIONS = ['glue:CreatePartition', 'glue:UpdatePartition'];

/** Glue judges a call by the catalog, the database and the table. */
const onTables = (arns: Arns, sid: string, actions: readonly string[], tables: readonly string[]): Statement => ({
  sid,
  actions,
  resources: [arns.catalog, arns.database, ...tables.map(arns.table)],
});

/** Least privilege, function by function: what each does besides writing its log and its traces. */
const DUTIES: Readonly<Record<FunctionName, (arns: Arns) => readonly Statement[]>> = {
  transform: () => [],
  validate: () => [],
  lock: (arns) => [
    ...onLake(arns, { get: LOCKS, put: LOCKS }),
    { sid: 'Executions', actions: ['states:DescribeExecution'], resources: [arns.executions] },
  ],
  route: (arns) => onLake(arns, { get: [...RAW, ...PIECES], put: [...PIECES, ...REJECTED, ...RUNS] }),
  plan: (arns) => [
    ...onLake(arns, { list: RAW, get: [...LEDGER, ...RUNS, ...PIECES], put: RUNS }),
    onTables(arns, 'Catalog', READ_PARTITIONS, TABLES),
  ],
  attempt: (arns) => [
    ...onLake(arns, { get: [...RUNS, ...LOCKS], put: RUNS }),
    onTables(arns, 'Catalog', READ_PARTITIONS, TABLES),
  ],
  gather: (arns) => onLake(arns, { get: [...RAW, ...PIECES, ...RUNS], put: [...RUNS, ...PIECES, ...REJECTED] }),
  statements: (arns) => onLake(arns, { get: [...RUNS, ...LEDGER, ...LOCKS], put: RUNS }),
  verify: (arns) => [
    ...onLake(arns, { get: RUNS, put: RUNS }),
    ...onResults(arns, { get: [COMPACTION_RESULTS] }),
    { sid: 'Queries', actions: ['athena:GetQueryResults'], resources: [arns.compactionWorkgroup] },
  ],
  publish: (arns) => [
    ...onLake(arns, { list: CURATED, get: [...RUNS, ...LEDGER, ...LOCKS], put: [...LEDGER, ...RUNS] }),
    onTables(arns, 'Catalog', [...READ_PARTITIONS, ...WRITE_PARTITIONS], TABLES),
  ],
  sweep: (arns) => [
    ...onLake(arns, {
      list: CURATED,
      get: [...RUNS, ...LEDGER, ...LOCKS],
      put: [...RUNS, ...LEDGER],
      remove: [...CURATED, ...LEDGER, ...GATHERED],
    }),
    onTables(arns, 'Catalog', [...READ_PARTITIONS, 'glue:GetTables'], [...TABLES, ...TEMPORARY_TABLES]),
    onTables(arns, 'TemporaryTables', ['glue:DeleteTable'], TEMPORARY_TABLES),
  ],
  report: (arns) => onLake(arns, { get: [...RUNS, ...LEDGER], put: RUNS }),
  unlock: (arns) => onLake(arns, { get: LOCKS, remove: LOCKS }),
};

/** X-Ray knows no resources. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html */
export const tracing = (sid = 'Tracing'): Statement => ({
  sid,
  actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
  resources: ['*'],
});

/** Everything that a function's role may do. */
export const functionGrants = (name: FunctionName, arns: Arns): readonly Statement[] => [
  {
    sid: 'Log',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [`${arns.functionLogGroups[name]}:*`],
  },
  tracing(),
  ...DUTIES[name](arns),
];

/** What the CTAS statements read and write through the state machine's role, catalog side. */
export const machineTables = (arns: Arns): readonly Statement[] => [
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
    resources: [arns.catalog, arns.database, ...[...TABLES, ...each(gatheredTable), ...TEMPORARY_TABLES].map(arns.table)],
  },
  { sid: 'ReadDefaultDatabase', actions: ['glue:GetDatabase'], resources: [arns.catalog, arns.defaultDatabase] },
  onTables(
    arns,
    'WriteTemporaryTables',
    ['glue:CreateTable', 'glue:DeleteTable', 'glue:CreatePartition', 'glue:BatchCreatePartition'],
    TEMPORARY_TABLES,
  ),
];

/** The objects that a CTAS reads (gathered lines, curated rows, the run's lists) and writes. */
export const machineObjects = (arns: Arns): readonly Statement[] => [
  ...onLake(arns, { get: [...RUNS, ...CURATED], put: CURATED }),
  ...onResults(arns, { get: [COMPACTION_RESULTS], put: [COMPACTION_RESULTS] }),
];
