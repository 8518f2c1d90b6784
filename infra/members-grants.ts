import { curatedPrefix } from '../contracts/lake';
import type { Arns } from './arns';
import { ANALYSTS_RESULTS, tracing } from './grants';
import { onLake, onResults } from './grants-lake';
import { membersArns } from './members-names';
import type { Statement } from './policy-documents';

const FEED = 'members';

/** Least privilege of the members page's function: its table, one stream, one delivery stream, and the question about a member's history. */
export const membersGrants = (stack: string, arns: Arns): readonly Statement[] => {
  const own = membersArns(stack, arns);
  return [
    { sid: 'Log', actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [`${own.functionLogGroup}:*`] },
    tracing(),
    {
      sid: 'Members',
      actions: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
      resources: [own.table],
    },
    { sid: 'Stream', actions: ['kinesis:PutRecord'], resources: [own.stream] },
    { sid: 'Delivery', actions: ['firehose:PutRecord'], resources: [own.delivery] },
    {
      sid: 'Queries',
      actions: ['athena:StartQueryExecution', 'athena:GetQueryExecution', 'athena:GetQueryResults'],
      resources: [own.workgroup],
    },
    { sid: 'QueryCatalog', actions: ['athena:GetDataCatalog'], resources: [arns.dataCatalog] },
    {
      sid: 'Catalog',
      actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetPartition', 'glue:GetPartitions', 'glue:BatchGetPartition'],
      resources: [arns.catalog, arns.database, arns.defaultDatabase, arns.table(FEED)],
    },
    { sid: 'Buckets', actions: ['s3:GetBucketLocation'], resources: [arns.lake, arns.results] },
    ...onLake(arns, { get: [curatedPrefix(FEED)] }),
    ...onResults(arns, { get: [ANALYSTS_RESULTS], put: [ANALYSTS_RESULTS] }),
  ];
};

/** The schedule that sweeps the outbox may call the function, and nothing else. */
export const sweepGrants = (stack: string, arns: Arns): readonly Statement[] => [
  { sid: 'Sweep', actions: ['lambda:InvokeFunction'], resources: [membersArns(stack, arns).function] },
];
