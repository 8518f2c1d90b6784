import * as z from 'zod';
import { UsageError } from '../contracts/errors';
import { consoleSchema } from '../contracts/console';
import { FEED_NAMES, feedNamed, type Feed, type FeedName } from '../contracts/feeds';
import { type Policy, policySchema } from '../contracts/policy';
import { telemetrySchema } from '../contracts/telemetry';
import { contradictions, leastReceivingHours, MIN_DYNAMIC_BUFFER_MEBIBYTES } from './settings-rules';

const MAX_BUFFER_MEBIBYTES = 128;
/** Lambda answers with at most 6 MB: 3 MiB of records, as base64 and with the added fields, can pass that. */
const MAX_TRANSFORM_BUFFER_MEBIBYTES = 2;
/** What CloudWatch Logs accepts, in days. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const days = () => z.int().min(1).max(3_650);

/** One of the feeds beside events: on or off, and what the stack decides otherwise than the feed's declaration. */
const feedConfigSchema = z.strictObject({
  enabled: z.boolean(),
  /** Of the delivery stream that takes records directly; a name of the stack's own where it is not given. */
  deliveryName: z
    .string()
    .regex(/^[a-zA-Z0-9_.-]{1,64}$/, { error: 'it must be 1 to 64 letters, digits, "_", "." and "-"' })
    .optional(),
  /** Of its stream, where streams are provisioned; otherwise 1. */
  shardCount: z.int().min(1).max(500).optional(),
  bufferSeconds: z.int().min(0).max(900).optional(),
  bufferMebibytes: z.int().min(1).max(MAX_BUFFER_MEBIBYTES).optional(),
});
export type FeedConfig = z.infer<typeof feedConfigSchema>;

/** The first feed is always there: its names stand at the top of the stack's outputs. */
const EVENTS: FeedName = 'events';
const OTHER_FEEDS = FEED_NAMES.filter((name) => name !== EVENTS);

/** The stack's config: one structured value per key of the `lithify:` namespace. */
export const configSchema = z.strictObject({
  stream: z.strictObject({
    mode: z.enum(['on-demand', 'provisioned']),
    /** With `provisioned` only: 1 MB/s or 1,000 records/s each. */
    shardCount: z.int().min(1).max(500).optional(),
    retentionHours: z.int().min(24).max(8_760),
  }),
  delivery: z.strictObject({
    bufferSeconds: z.int().min(60).max(900),
    bufferMebibytes: z.int().min(MIN_DYNAMIC_BUFFER_MEBIBYTES).max(MAX_BUFFER_MEBIBYTES),
    transformBufferSeconds: z.int().min(0).max(900),
    transformBufferMebibytes: z.number().min(0.2).max(MAX_TRANSFORM_BUFFER_MEBIBYTES),
  }),
  events: z.strictObject({
    /** An event created on the UTC date of its arrival, or this many days before it, is on time. */
    onTimeDaysBefore: z.int().min(0).max(30),
    /** Any other type is late; without the list every type is accepted. */
    eventTypes: z
      .array(z.string().regex(/^[a-z0-9_-]{1,64}$/, { error: 'event types are 1 to 64 characters of a-z, 0-9, "_" and "-"' }))
      .min(1)
      .optional(),
  }),
  /** The feeds beside events, by name; one that is not named is off. */
  feeds: z.strictObject(Object.fromEntries(OTHER_FEEDS.map((name) => [name, feedConfigSchema.optional()]))).optional(),
  retention: z.strictObject({
    rawDays: days().min(7),
    /** Pieces of late objects, and the markers that name their sources. */
    lateDays: days(),
    errorsDays: days(),
    runsDays: days(),
    queryResultsDays: days(),
    /** How long an overwritten or deleted object can be brought back. */
    noncurrentDays: days(),
    logsDays: z.literal([...LOG_RETENTION_DAYS]),
  }),
  compaction: z.strictObject({
    enabled: z.boolean(),
    /** `cron(…)` or `rate(…)` of EventBridge Scheduler, in `timeZone`. */
    schedule: z.string(),
    /** IANA name. */
    timeZone: z.string(),
    /** The machine's: shorter than the schedule's interval, and longer than a new owner of the lock may have to wait. */
    timeoutHours: z.number().min(0.5).max(168),
    /** `receivingHours` follows from stream and delivery where it is not given. */
    policy: z.strictObject({ ...policySchema.shape, receivingHours: policySchema.shape.receivingHours.unwrap().optional() }),
  }),
  analysts: z.strictObject({
    /** What one query may scan before Athena cancels it; Athena's least is 10 MB. */
    scanCutoffBytes: z.int().min(10_485_760),
  }),
  /** The members page; without it there is none. */
  console: consoleSchema.optional(),
  /** The functions around the stream of the telemetry feed, where the stack has that feed. */
  telemetry: telemetrySchema.prefault({}),
  protection: z.strictObject({
    /** Data is protected from deletion, and kept when its resource leaves the stack. */
    protect: z.boolean(),
    /** Buckets and workgroups are emptied when they are deleted. */
    forceDestroy: z.boolean(),
  }),
});

export type Config = z.infer<typeof configSchema>;

/** Everything that one stack decides. */
export interface Settings extends Omit<Config, 'compaction'> {
  readonly stack: string;
  readonly compaction: Omit<Config['compaction'], 'policy'> & { readonly policy: Policy };
}

/** The feeds that a stack deploys, events first. */
export const enabledFeeds = ({ feeds = {} }: Pick<Config, 'feeds'>): readonly Feed[] =>
  [EVENTS, ...OTHER_FEEDS.filter((name) => feeds[name]?.enabled === true)].map(feedNamed);

/** Lower case and short: the longest bucket name, with account and region, must stay within 63 characters. */
const STACK = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,17}$/;

/**
 * Checks the config of a stack. `config` has the keys of the `lithify:` namespace without it.
 * @throws UsageError with one sentence per mistake, each on its own line.
 */
export const parseSettings = (stack: string, config: Readonly<Record<string, unknown>>): Settings => {
  const parsed = configSchema.safeParse(config);
  const mistakes = [
    ...(STACK.test(stack)
      ? []
      : [`the stack's name is "${stack}"; it must be 1 to 18 characters of a-z, 0-9 and single "-", a letter first`]),
    ...(parsed.success ? contradictions(stack, parsed.data) : parsed.error.issues.flatMap((issue) => sentences(issue, config))),
  ];
  if (!parsed.success || mistakes.length > 0) throw new UsageError(mistakes.join('\n'));
  const { compaction, ...rest } = parsed.data;
  const receivingHours = compaction.policy.receivingHours ?? leastReceivingHours(parsed.data);
  return { ...rest, stack, compaction: { ...compaction, policy: { ...compaction.policy, receivingHours } } };
};

const NAMESPACE = 'lithify:';

/** The keys of the program's own namespace, without it, out of a stack's whole config. */
export const ownConfig = (config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(NAMESPACE))
      .map(([key, value]) => [key.slice(NAMESPACE.length), value]),
  );

const sentences = (issue: z.core.$ZodIssue, config: Readonly<Record<string, unknown>>): readonly string[] => {
  const key = keyOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => `${key} has no key "${name}"; known: ${knownKeys(configSchema, issue.path).join(', ')}`);
  }
  const value = issue.path.reduce<unknown>((node, part) => (node as Record<PropertyKey, unknown> | undefined)?.[part], config);
  return [`${key} is ${value === undefined ? 'missing' : JSON.stringify(value)}; ${allowed(issue)}`];
};

const keyOf = (path: readonly PropertyKey[]): string =>
  path.length === 0 ? 'the namespace lithify' : `lithify:${path.map((part) => String(part)).join('.')}`;

const allowed = (issue: z.core.$ZodIssue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return `it must be ${issue.expected === 'int' ? 'a whole number' : (TYPE_NAMES[issue.expected] ?? issue.expected)}`;
    case 'too_small':
      return issue.origin === 'array' ? 'it must have at least one entry' : `it must be at least ${issue.minimum}`;
    case 'too_big':
      return `it must be at most ${issue.maximum}`;
    case 'invalid_value':
      return `it must be one of ${issue.values.map(String).join(', ')}`;
    default:
      return issue.message;
  }
};

const TYPE_NAMES: Readonly<Record<string, string>> = {
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  object: 'a group of keys',
  array: 'a list',
};

const knownKeys = (schema: unknown, path: readonly PropertyKey[]): readonly string[] => {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return knownKeys(schema.unwrap(), path);
  if (!(schema instanceof z.ZodObject)) return [];
  const [head, ...rest] = path;
  const shape = schema.shape as Readonly<Record<PropertyKey, unknown>>;
  return head === undefined ? Object.keys(shape) : knownKeys(shape[head], rest);
};
