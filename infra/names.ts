import { FUNCTION_NAMES, type FunctionName } from '../contracts/environments';
import { FEED_NAMES } from '../contracts/feeds';

/** The explicit AWS names of a stack. A name is an identity: changing one replaces its resource. */
export interface Names {
  /** The stream and the delivery stream of the events feed. */
  readonly stream: string;
  readonly delivery: string;
  readonly deliveryLogGroup: string;
  readonly deliveryLogStream: string;
  readonly functions: Readonly<Record<FunctionName, string>>;
  readonly functionLogGroups: Readonly<Record<FunctionName, string>>;
  readonly database: string;
  readonly compactionWorkgroup: string;
  readonly analystsWorkgroup: string;
  readonly machine: string;
  readonly machineLogGroup: string;
  readonly schedule: string;
  readonly deadLetters: string;
  /** Roles other than the functions', whose role is called as the function. */
  readonly roles: Readonly<Record<'delivery' | 'machine' | 'schedule', string>>;
}

/** Where the stack lives. */
export interface Place {
  /** Twelve digits. */
  readonly accountId: string;
  /** `eu-west-1`. */
  readonly region: string;
}

const EVENTS = FEED_NAMES[0];

export const namesOf = (stack: string): Names => {
  const name = (rest: string): string => `lithify-${stack}-${rest}`;
  const functions = functionRecord(name);
  return {
    stream: name(EVENTS),
    delivery: name(EVENTS),
    deliveryLogGroup: `/aws/kinesisfirehose/${name(EVENTS)}`,
    deliveryLogStream: 'S3Delivery',
    functions,
    functionLogGroups: functionRecord((fn) => `/aws/lambda/${functions[fn]}`),
    // Glue and Athena want no hyphen in a name that is written in SQL without quotes.
    database: name('').slice(0, -1).replaceAll('-', '_'),
    compactionWorkgroup: name('compaction'),
    analystsWorkgroup: name('analysts'),
    machine: name('compaction'),
    // Under /aws/vendedlogs/ the log delivery needs no entry in the resource policy, which is limited to 5,120 characters.
    machineLogGroup: `/aws/vendedlogs/states/${name('compaction')}`,
    schedule: name('compaction'),
    deadLetters: name('schedule-dead-letters'),
    roles: { delivery: name('delivery'), machine: name('compaction'), schedule: name('schedule') },
  };
};

/** Bucket names are global, so they carry account and region. At most 63 characters for a stack of 18. */
export const lakeBucketName = (stack: string, { accountId, region }: Place): string =>
  `lithify-${stack}-lake-${accountId}-${region}`;
export const resultsBucketName = (stack: string, { accountId, region }: Place): string =>
  `lithify-${stack}-results-${accountId}-${region}`;

/** One value per function, in the order of their names. */
export const functionRecord = <Value>(valueOf: (name: FunctionName) => Value): Readonly<Record<FunctionName, Value>> =>
  Object.fromEntries(FUNCTION_NAMES.map((name) => [name, valueOf(name)])) as Record<FunctionName, Value>;
