import * as z from 'zod';

/** One position of a device, as the producer sends it. */
export interface Point {
  /** A UUID. */
  readonly id: string;
  /** Degrees, -90 to 90. */
  readonly latitude: number;
  /** Degrees, -180 to 180. */
  readonly longitude: number;
}

/** A record of the feed; whatever else it says stays with it. */
export const pointSchema = z.looseObject({
  id: z.string().min(1).max(128),
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
});

/** What a stack decides about the two functions of the telemetry feed; every part has a default. */
export const telemetrySchema = z.strictObject({
  /** Whether the producer runs by its schedule. It can be invoked by hand in any case. */
  scheduleEnabled: z.boolean().default(false),
  /** `cron(…)` or `rate(…)`, in UTC. */
  schedule: z.string().default('rate(5 minutes)'),
  /** The producer's time; it stops sending before it ends. */
  producerTimeoutSeconds: z.int().min(10).max(900).default(30),
  /** The longest pause between two sends; each is drawn from 0 to this. */
  pauseSeconds: z.number().min(0).max(10).default(1),
  /** Points to a send. PutRecords takes 500. */
  pointsPerSend: z.int().min(1).max(500).default(10),
  /** Edge of a cell of the grid that points are counted in. */
  gridDegrees: z.int().min(1).max(90).default(10),
});
export type TelemetrySettings = z.infer<typeof telemetrySchema>;

/** What the producer reads from its environment. */
export const producerEnvironmentSchema = z.object({
  STREAM_NAME: z.string().min(1),
  PAUSE_SECONDS: z.coerce.number().min(0).max(10),
  POINTS_PER_SEND: z.coerce.number().int().min(1).max(500),
});

/** What the consumer reads from its environment. */
export const consumerEnvironmentSchema = z.object({
  LAKE_BUCKET: z.string().min(1),
  GRID_DEGREES: z.coerce.number().int().min(1).max(90),
});

/** A missing variable is named. */
export const telemetryEnvironment = <T>(
  name: string,
  schema: z.ZodType<T>,
  variables: Readonly<Record<string, string | undefined>>,
): T => {
  const parsed = schema.safeParse(variables);
  if (!parsed.success) throw new Error(`environment of ${name}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
};

/** The length of the consumer's tumbling window: counts are per minute. */
export const COUNT_WINDOW_SECONDS = 60;

/** Counts of one shard in one minute: one object of the lake, of which a repetition writes the same one. */
export const countsSchema = z.object({
  /** ISO 8601, UTC. */
  windowStart: z.iso.datetime(),
  windowEnd: z.iso.datetime(),
  shardId: z.string(),
  /** Points by the cell of the grid that they lie in, `<latitude>,<longitude>` of its south-western corner. */
  cells: z.record(z.string(), z.int().min(1)),
  gridDegrees: z.int(),
});
export type Counts = z.infer<typeof countsSchema>;

/** Outside every table's path. */
export const COUNTS_PREFIX = 'counts/telemetry/';

/**
 * `counts/telemetry/2026-11-22/06-15/<shard>-<first sequence number>.json`: a window that ends early and goes on has two objects, told apart
 * by the first record that each counts.
 */
export const countsKey = (windowStart: string, shardId: string, since: string): string => {
  const [date = '', time = ''] = windowStart.split('T');
  return `${COUNTS_PREFIX}${date}/${time.slice(0, 5).replace(':', '-')}/${shardId}-${since}.json`;
};

/** `06:15` on a date, of a key or of a folder below the date's; undefined for anything else. */
export const minuteOfCounts = (key: string): string | undefined => {
  const found = /^(\d{4}-\d{2}-\d{2})\/(\d{2})-(\d{2})\//.exec(key.slice(COUNTS_PREFIX.length));
  return found === null || !key.startsWith(COUNTS_PREFIX) ? undefined : `${found[1]}T${found[2]}:${found[3]}Z`;
};

/** Where Lambda describes batches that the consumer could not take, in any bucket: the key is Lambda's own. */
export const FAILED_BATCHES_PREFIX = 'aws/lambda/';
