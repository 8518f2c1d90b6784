import type { FunctionName } from '../contracts/environments';
import { functionRecord, lakeBucketName, namesOf, type Place, resultsBucketName } from './names';

/**
 * The ARNs that policies name, from names alone, so that a policy is known in a preview and the state machine's role can name the
 * machine that it belongs to.
 */
export interface Arns extends Place {
  readonly lakeBucket: string;
  readonly lake: string;
  readonly resultsBucket: string;
  readonly results: string;
  readonly stream: string;
  readonly deliveryLogGroup: string;
  readonly functions: Readonly<Record<FunctionName, string>>;
  readonly functionLogGroups: Readonly<Record<FunctionName, string>>;
  readonly catalog: string;
  readonly database: string;
  /** Athena looks at this one whatever the query. */
  readonly defaultDatabase: string;
  /** `pattern` is a table name, or one with `*`. */
  readonly table: (pattern: string) => string;
  readonly dataCatalog: string;
  readonly compactionWorkgroup: string;
  readonly machine: string;
  /** Executions that were started, and those that a Distributed Map starts. */
  readonly executions: string;
  readonly mapExecutions: string;
  readonly deadLetters: string;
  readonly scheduleGroup: string;
}

export const arnsOf = (stack: string, place: Place): Arns => {
  const names = namesOf(stack);
  const arn = (service: string, rest: string): string => `arn:aws:${service}:${place.region}:${place.accountId}:${rest}`;
  const lakeBucket = lakeBucketName(stack, place);
  const resultsBucket = resultsBucketName(stack, place);
  return {
    ...place,
    lakeBucket,
    lake: `arn:aws:s3:::${lakeBucket}`,
    resultsBucket,
    results: `arn:aws:s3:::${resultsBucket}`,
    stream: arn('kinesis', `stream/${names.stream}`),
    deliveryLogGroup: arn('logs', `log-group:${names.deliveryLogGroup}`),
    functions: functionRecord((name) => arn('lambda', `function:${names.functions[name]}`)),
    functionLogGroups: functionRecord((name) => arn('logs', `log-group:${names.functionLogGroups[name]}`)),
    catalog: arn('glue', 'catalog'),
    database: arn('glue', `database/${names.database}`),
    defaultDatabase: arn('glue', 'database/default'),
    table: (pattern) => arn('glue', `table/${names.database}/${pattern}`),
    dataCatalog: arn('athena', 'datacatalog/AwsDataCatalog'),
    compactionWorkgroup: arn('athena', `workgroup/${names.compactionWorkgroup}`),
    machine: arn('states', `stateMachine:${names.machine}`),
    executions: arn('states', `execution:${names.machine}:*`),
    mapExecutions: arn('states', `execution:${names.machine}/*`),
    deadLetters: arn('sqs', names.deadLetters),
    scheduleGroup: arn('scheduler', 'schedule-group/default'),
  };
};
