import { AthenaClient } from '@aws-sdk/client-athena';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LithifyError, UsageError } from '../../contracts/errors';
import { dateColumn, feedNamed } from '../../contracts/feeds';
import { feedDay, type FeedRecord } from '../../corpora/feed-day';
import { Random } from '../../corpora/random';
import type { Host } from '../../local/host-types';
import { identifier } from '../../workflows/sql';
import { runQuery as ask } from '../athena-query';
import { deliveryDestination, streamDestination, type Destination } from '../destination';
import { batchesOf, send } from '../sending';
import { countQueries } from './athena';
import { compared, type Arrived, type FeedChecks, type Row } from './feed-audit';

export interface FeedDemoOptions {
  readonly feed: string;
  /** Text of the template that its records are made of. */
  readonly template: string;
  readonly records: number;
  readonly hours: number;
  readonly duplicates: number;
  readonly malformed: number;
  readonly seed: number;
}

export interface FeedDemoResult {
  readonly feed: string;
  readonly produced: {
    readonly records: number;
    readonly unique: number;
    readonly duplicates: number;
    readonly malformed: number;
  };
  readonly curated: { readonly rows: number; readonly copies: number };
  readonly checks: FeedChecks;
  readonly secondRun: { readonly queriesStarted: number };
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Records that arrive within it arrive at one instant of virtual time. */
const SLICE_MILLIS = 10 * MINUTE;

export const feedPassed = ({ checks, secondRun }: FeedDemoResult): boolean =>
  Object.values(checks).every((count) => count === 0) && secondRun.queriesStarted === 0;

interface FeedOutputs {
  readonly streamName?: string;
  readonly deliveryStreamName: string;
  readonly directDeliveryStreamName?: string;
}

/** Plays a feed's day on virtual time through the real wire, lets its nights pass, and compares the table with what was produced. */
export const runFeedDemo = async (
  options: FeedDemoOptions,
  host: Host,
  onProgress: (done: number, total: number) => void,
): Promise<FeedDemoResult> => {
  const client = {
    endpoint: host.endpoint,
    region: host.region,
    credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' },
  };
  const [kinesis, firehose, athena] = [new KinesisClient(client), new FirehoseClient(client), new AthenaClient(client)];
  try {
    const outputs = (host.outputs['feeds'] as Readonly<Record<string, FeedOutputs>>)[options.feed];
    if (outputs === undefined)
      throw new UsageError(`the feed ${options.feed} is off in this stack; enable lithify:feeds.${options.feed} in its YAML.`);
    const startMillis = host.now();
    const records = feedDay({ ...options, startMillis, endMillis: startMillis + options.hours * HOUR });
    const direct = deliveryDestination(firehose, outputs.directDeliveryStreamName ?? outputs.deliveryStreamName);
    const stream = outputs.streamName === undefined ? direct : streamDestination(kinesis, outputs.streamName);
    const arrived = await play(options.feed, records, options.seed, host, { stream, direct }, onProgress);
    await host.advance(30 * MINUTE);

    const workgroup = String(host.outputs['compactionWorkgroup']);
    await pastNight(host);
    const before = await countQueries(athena, workgroup);
    await pastNight(host);
    const queriesStarted = (await countQueries(athena, workgroup)) - before;
    const curated = await tableOf(athena, host, options.feed);
    const { unique, duplicates, malformed } = counted(records);
    return {
      feed: options.feed,
      produced: { records: records.length, unique, duplicates, malformed },
      curated: {
        rows: curated.length,
        copies: curated.reduce((sum, row) => sum + row.copies, 0),
      },
      checks: compared(feedNamed(options.feed), arrived, curated),
      secondRun: { queriesStarted },
    };
  } finally {
    for (const each of [kinesis, firehose, athena]) each.destroy();
  }
};

const counted = (records: readonly FeedRecord[]) => {
  const of = (kind: FeedRecord['kind']): number => records.filter((record) => record.kind === kind).length;
  return { unique: of('first'), duplicates: of('copy'), malformed: of('malformed') };
};

/** @returns what the lake must hold: the text of each usable record, and the day on which it arrived */
const play = async (
  feed: string,
  records: readonly FeedRecord[],
  seed: number,
  host: Host,
  destinations: { readonly stream: Destination; readonly direct: Destination },
  onProgress: (done: number, total: number) => void,
): Promise<readonly Arrived[]> => {
  const jitter = new Random(seed, 0x717);
  // The others tell their own time, which is that of the record and not of the slice.
  const byArrival = feedNamed(feed).rawLayout === 'arrival';
  const arrived: Arrived[] = [];
  for (let next = 0; next < records.length;) {
    const first = records[next]!;
    const slice: FeedRecord[] = [];
    while (next < records.length && records[next]!.arrivalMillis - first.arrivalMillis < SLICE_MILLIS)
      slice.push(records[next++]!);
    await host.advance(slice.at(-1)!.arrivalMillis - host.now());
    for (const [destination, part] of [
      [destinations.stream, slice.filter((record) => !record.direct)],
      [destinations.direct, slice.filter((record) => record.direct)],
    ] as const) {
      const refused: string[] = [];
      const batches = batchesOf(part, destination, destination.maxRecords, (reason) => refused.push(reason));
      const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
      const sent = await send({ destination, batches, random: () => jitter.fraction(), sleep });
      if (sent.acknowledged !== part.length)
        throw new LithifyError(
          'produce',
          `${part.length - sent.acknowledged} records were not acknowledged: ${sent.firstFailure ?? refused[0]}`,
        );
    }
    for (const { kind, data, arrivalMillis } of slice) {
      if (kind === 'malformed') continue;
      const millis = byArrival ? host.now() : arrivalMillis;
      arrived.push({ payload: data.trimEnd(), date: new Date(millis).toISOString().slice(0, 10) });
    }
    onProgress(next, records.length);
  }
  return arrived;
};

/** Past the scheduled run after the next midnight. */
const pastNight = (host: Host): Promise<void> => host.advance(Math.floor(host.now() / DAY) * DAY + DAY + 3 * HOUR - host.now());

const tableOf = async (athena: AthenaClient, host: Host, name: string): Promise<readonly Row[]> => {
  const sql = `SELECT payload, ${dateColumn(feedNamed(name))}, copies FROM ${identifier(name)}`;
  const { rows } = await ask(athena, {
    sql,
    database: String(host.outputs['database']),
    workgroup: String(host.outputs['workgroup']),
  });
  return rows.map(([payload, date, copies]) => ({ payload: payload ?? '', date: date ?? '', copies: Number(copies) }));
};
