import { STEP_NAMES, type StepName } from '../contracts/environments';
import { FEED_NAMES, type Feed } from '../contracts/feeds';

/** The explicit AWS names of a stack. A name is an identity: changing one replaces its resource. */
export interface Names {
  readonly deliveryLogStream: string;
  readonly functions: Readonly<Record<StepName, string>>;
  readonly functionLogGroups: Readonly<Record<StepName, string>>;
  readonly database: string;
  readonly compactionWorkgroup: string;
  readonly analystsWorkgroup: string;
  readonly machine: string;
  readonly machineLogGroup: string;
  readonly deadLetters: string;
  /** Roles other than the functions' and the feeds': a function's role is called as the function. */
  readonly roles: Readonly<Record<'machine' | 'schedule', string>>;
}

/** The names of what one feed has for itself. */
export interface FeedNames {
  /** Pulumi's name of a resource of the feed; plain for events, which were there first. */
  readonly resource: (rest: string) => string;
  readonly stream: string;
  /** Of the delivery that reads the stream, or takes records directly where there is no stream. */
  readonly delivery: DeliveryNames;
  /** Of the delivery that takes records directly beside the stream. */
  readonly direct: DeliveryNames;
  readonly transform: string;
  readonly transformLogGroup: string;
  readonly schedule: string;
}

export interface DeliveryNames {
  readonly delivery: string;
  readonly logGroup: string;
  readonly role: string;
}

/** Where the stack lives. */
export interface Place {
  /** Twelve digits. */
  readonly accountId: string;
  /** `eu-west-1`. */
  readonly region: string;
}

const named = (stack: string) => (rest: string) => `lithify-${stack}-${rest}`;

/**
 * @param deliveryName what the stack calls the delivery stream that takes records directly
 */
export const feedNamesOf = (stack: string, feed: Feed, deliveryName?: string): FeedNames => {
  const name = named(stack);
  const isFirst = feed.name === FEED_NAMES[0];
  // The feed comes last: else the transform of users in stack dev would be called as that of events in stack dev-users.
  const resource = (rest: string): string => (isFirst ? rest : `${rest}-${feed.name}`);
  const delivery = (called: string, role: string): DeliveryNames => ({
    delivery: called,
    logGroup: `/aws/kinesisfirehose/${called}`,
    role: name(resource(role)),
  });
  const direct = deliveryName ?? name(feed.sources.stream ? `${feed.name}-direct` : feed.name);
  const transform = name(resource('transform'));
  return {
    resource,
    stream: name(feed.name),
    delivery: delivery(feed.sources.stream ? name(feed.name) : direct, 'delivery'),
    direct: delivery(direct, 'direct'),
    transform,
    transformLogGroup: `/aws/lambda/${transform}`,
    schedule: name(resource('compaction')),
  };
};

export const namesOf = (stack: string): Names => {
  const name = named(stack);
  const functions = stepRecord(name);
  return {
    deliveryLogStream: 'S3Delivery',
    functions,
    functionLogGroups: stepRecord((fn) => `/aws/lambda/${functions[fn]}`),
    // Glue and Athena want no hyphen in a name that is written in SQL without quotes.
    database: name('').slice(0, -1).replaceAll('-', '_'),
    compactionWorkgroup: name('compaction'),
    analystsWorkgroup: name('analysts'),
    machine: name('compaction'),
    // Under /aws/vendedlogs/ the log delivery needs no entry in the resource policy, which is limited to 5,120 characters.
    machineLogGroup: `/aws/vendedlogs/states/${name('compaction')}`,
    deadLetters: name('schedule-dead-letters'),
    roles: { machine: name('compaction'), schedule: name('schedule') },
  };
};

/** Bucket names are global, so they carry account and region. At most 63 characters for a stack of 18. */
export const lakeBucketName = (stack: string, { accountId, region }: Place): string =>
  `lithify-${stack}-lake-${accountId}-${region}`;
export const resultsBucketName = (stack: string, { accountId, region }: Place): string =>
  `lithify-${stack}-results-${accountId}-${region}`;

/** One value per step of the compaction, in the order of their names. */
export const stepRecord = <Value>(valueOf: (name: StepName) => Value): Readonly<Record<StepName, Value>> =>
  Object.fromEntries(STEP_NAMES.map((name) => [name, valueOf(name)])) as Record<StepName, Value>;
