import { MEMBERS } from '../contracts/feeds/members';
import { curatedPrefix } from '../contracts/lake';
import { feedArns, type Arns } from './arns';
import { ANALYSTS_RESULTS, functionBasics } from './grants';
import { onLake, onResults } from './grants-lake';
import { membersArns } from './members-names';
import type { Statement } from './policy-documents';

/** Least privilege of the members page's function: its table, one stream, one delivery stream, and the question about a member's history. */
export const membersGrants = (stack: string, arns: Arns): readonly Statement[] => {
  const own = membersArns(stack, arns);
  const { stream, direct } = feedArns(arns, MEMBERS);
  return [
    ...functionBasics(own.functionLogGroup),
    {
      sid: 'Members',
      actions: ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
      resources: [own.table],
    },
    { sid: 'Stream', actions: ['kinesis:PutRecord'], resources: [stream] },
    { sid: 'Delivery', actions: ['firehose:PutRecord'], resources: [direct] },
    {
      sid: 'Queries',
      actions: ['athena:StartQueryExecution', 'athena:GetQueryExecution', 'athena:GetQueryResults'],
      resources: [own.workgroup],
    },
    { sid: 'QueryCatalog', actions: ['athena:GetDataCatalog'], resources: [arns.dataCatalog] },
    {
      sid: 'Catalog',
      actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetPartition', 'glue:GetPartitions', 'glue:BatchGetPartition'],
      resources: [arns.catalog, arns.database, arns.defaultDatabase, arns.table(MEMBERS.name)],
    },
    { sid: 'Buckets', actions: ['s3:GetBucketLocation'], resources: [arns.lake, arns.results] },
    ...onLake(arns, { get: [curatedPrefix(MEMBERS.name)] }),
    ...onResults(arns, { get: [ANALYSTS_RESULTS], put: [ANALYSTS_RESULTS] }),
  ];
};

/** The schedule that sweeps the outbox may call the function, and nothing else. */
export const sweepGrants = (stack: string, arns: Arns): readonly Statement[] => [
  { sid: 'Sweep', actions: ['lambda:InvokeFunction'], resources: [membersArns(stack, arns).function] },
];
