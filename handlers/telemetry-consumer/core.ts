import { isUtf8 } from 'node:buffer';
import * as z from 'zod';
import { countsKey, type Counts, pointSchema, type Point } from '../../contracts/telemetry';

/** An invocation by an event source mapping with a tumbling window. */
export const consumerEventSchema = z.object({
  Records: z.array(z.object({ kinesis: z.object({ sequenceNumber: z.string(), data: z.string() }) })),
  window: z.object({ start: z.iso.datetime(), end: z.iso.datetime() }),
  state: z.unknown(),
  shardId: z.string(),
  isFinalInvokeForWindow: z.boolean(),
});
export type ConsumerEvent = z.infer<typeof consumerEventSchema>;

/** What one invocation hands to the next one of its window: at most 64,800 cells of one degree, far below the megabyte that it may have. */
const stateSchema = z.object({ since: z.string().optional(), cells: z.record(z.string(), z.int()).default({}) });
export type ConsumerState = z.infer<typeof stateSchema>;

export interface ConsumerAnswer {
  readonly state: ConsumerState;
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** The south-western corner of the cell that a point lies in. The pole and the date line belong to the last cell before them. */
export const cellOf = ({ latitude, longitude }: Pick<Point, 'latitude' | 'longitude'>, gridDegrees: number): string => {
  const corner = (value: number, limit: number): number => {
    const last = Math.ceil((2 * limit) / gridDegrees) - 1;
    return Math.min(Math.floor((value + limit) / gridDegrees), last) * gridDegrees - limit;
  };
  return `${corner(latitude, 90)},${corner(longitude, 180)}`;
};

/** The position in a record; undefined where there is none. */
export const pointIn = (data: string): Point | undefined => {
  const bytes = Buffer.from(data, 'base64');
  if (!isUtf8(bytes)) return undefined;
  try {
    return pointSchema.safeParse(JSON.parse(bytes.toString())).data;
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    return undefined;
  }
};

export interface Consumed {
  readonly answer: ConsumerAnswer;
  /** The points before the first record that is none, for the log. */
  readonly points: readonly Point[];
}

/**
 * Counts the points of a batch by cell. The first record that is no point ends it: Lambda hands over that one and what follows again, alone in
 * the end, and describes it where it describes what nobody could take.
 */
export const consumed = (event: ConsumerEvent, gridDegrees: number): Consumed => {
  const state = stateSchema.parse(event.state ?? {});
  const cells = new Map(Object.entries(state.cells));
  const points: Point[] = [];
  for (const { kinesis } of event.Records) {
    const point = pointIn(kinesis.data);
    if (point === undefined) break;
    const cell = cellOf(point, gridDegrees);
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
    points.push(point);
  }
  const failed = event.Records[points.length];
  const since = state.since ?? (points.length > 0 ? event.Records[0]?.kinesis.sequenceNumber : undefined);
  return {
    answer: {
      state: { ...(since !== undefined && { since }), cells: Object.fromEntries(cells) },
      batchItemFailures: failed === undefined ? [] : [{ itemIdentifier: failed.kinesis.sequenceNumber }],
    },
    points,
  };
};

/** One line of JSON: `count` is a text. */
export const logLine = (points: readonly Point[]): string => JSON.stringify({ count: String(points.length), data: points });

/** The object that a window's last invocation writes; undefined where the window counted nothing. */
export const countsObject = (
  { window, state, shardId }: ConsumerEvent,
  gridDegrees: number,
): { readonly key: string; readonly counts: Counts } | undefined => {
  const { since, cells } = stateSchema.parse(state ?? {});
  if (since === undefined) return undefined;
  const counts = { windowStart: window.start, windowEnd: window.end, shardId, cells, gridDegrees };
  return { key: countsKey(window.start, shardId, since), counts };
};
