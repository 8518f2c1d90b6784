import type { StepName } from '../contracts/environments';
import type { Feed } from '../contracts/feeds';
import { feedNamesOf, lakeBucketName, namesOf, type Place, resultsBucketName, stepRecord } from './names';

/**
 * The ARNs that policies name, from names alone, so that a policy is known in a preview and the state machine's role can name the
 * machine that it belongs to.
 */
export interface Arns extends Place {
  readonly lakeBucket: string;
  readonly lake: string;
  readonly resultsBucket: string;
  readonly results: string;
  /** What the stack deploys, events first. */
  readonly feeds: readonly FeedArns[];
  readonly functions: Readonly<Record<StepName, string>>;
  readonly functionLogGroups: Readonly<Record<StepName, string>>;
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

export interface FeedArns {
  readonly feed: Feed;
  readonly stream: string;
  /** The delivery stream that takes records directly. */
  readonly direct: string;
  readonly deliveryLogGroup: string;
  readonly directLogGroup: string;
  readonly transform: string;
  readonly transformLogGroup: string;
}

/** The ARNs of one feed, which the stack must deploy. */
export const feedArns = ({ feeds }: Arns, { name }: Feed): FeedArns => {
  const found = feeds.find(({ feed }) => feed.name === name);
  if (found === undefined) throw new Error(`the stack has no feed ${name}`);
  return found;
};

/**
 * @param feeds those that the stack deploys, each with the name that the stack gives its direct delivery stream
 */
export const arnsOf = (
  stack: string,
  place: Place,
  feeds: readonly { readonly feed: Feed; readonly deliveryName?: string | undefined }[],
): Arns => {
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
    feeds: feeds.map(({ feed, deliveryName }) => {
      const own = feedNamesOf(stack, feed, deliveryName);
      return {
        feed,
        stream: arn('kinesis', `stream/${own.stream}`),
        direct: arn('firehose', `deliverystream/${own.direct.delivery}`),
        deliveryLogGroup: arn('logs', `log-group:${own.delivery.logGroup}`),
        directLogGroup: arn('logs', `log-group:${own.direct.logGroup}`),
        transform: arn('lambda', `function:${own.transform}`),
        transformLogGroup: arn('logs', `log-group:${own.transformLogGroup}`),
      };
    }),
    functions: stepRecord((name) => arn('lambda', `function:${names.functions[name]}`)),
    functionLogGroups: stepRecord((name) => arn('logs', `log-group:${names.functionLogGroups[name]}`)),
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
