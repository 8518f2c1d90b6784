import type { TrafficRecord } from '../../corpora/kdg/traffic';
import type { Sent } from '../sending';
import { batchesOf, NOTHING_SENT, send, sumOf } from '../sending';
import type { Stop } from '../stop-signal';
import { windowsOf } from './pacing';
import type { Target } from './target';

export interface RunOptions {
  readonly target: Target;
  readonly traffic: AsyncIterable<TrafficRecord>;
  /** Whether records wait for their time. */
  readonly paced: boolean;
  /** When the traffic is over: virtual time passes up to it. Undefined ends with the last record. */
  readonly endMillis?: number;
  readonly stop: Pick<Stop, 'asked'>;
  readonly random: () => number;
  /** Waits on the wall's clock, at most until a stop is asked for. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Milliseconds of a clock that only goes forward. */
  readonly monotonic: () => number;
  readonly onProgress: (sent: Sent) => void;
}

export interface Ran extends Sent {
  /** Records made, copies apart. */
  readonly records: number;
  readonly copies: number;
  readonly late: number;
  readonly stopped: boolean;
}

/** What is sent together: often enough on the wall's clock, rarely enough where each wait is a request to the host. Unpaced, whole requests. */
const WALL_WINDOW_MILLIS = 250;
const VIRTUAL_WINDOW_MILLIS = 10_000;

/**
 * Sends traffic in its time. On the wall's clock requests overlap, so that one that is retried does not hold up the others; on virtual time
 * a window is acknowledged before time passes on. Asked to stop, it makes no more records and waits for those that it has made.
 */
export const runTraffic = async (options: RunOptions): Promise<Ran> => {
  const { target, stop } = options;
  const counts = { records: 0, copies: 0, late: 0 };
  let refused = NOTHING_SENT;
  const refuse = (firstFailure: string): void => {
    refused = sumOf(refused, { acknowledged: 0, retried: 0, failed: 1, firstFailure });
  };
  /** Counts what is about to be sent; false once a stop is asked for: what was made and not sent is not made at all. */
  const goesOut = (records: readonly TrafficRecord[]): boolean => {
    if (stop.asked) return false;
    counts.copies += records.filter(({ copy }) => copy).length;
    counts.records += records.filter(({ copy }) => !copy).length;
    counts.late += records.filter(({ copy, late }) => late && !copy).length;
    return true;
  };
  const windows = (millis: number) => windowsOf(options.traffic, { records: target.destination.maxRecords, millis });
  const sending = { destination: target.destination, random: options.random, sleep: options.sleep };
  const { maxRecords } = target.destination;
  const sent = await (target.advanceTo === undefined || !options.paced ? onTheWall() : onVirtualTime(target.advanceTo));
  return { ...sumOf(sent, refused), ...counts, stopped: stop.asked };

  async function onTheWall(): Promise<Sent> {
    const start = options.monotonic();
    async function* batches() {
      for await (const { atMillis, records } of windows(options.paced ? WALL_WINDOW_MILLIS : Infinity)) {
        const wait = options.paced ? start + (atMillis - target.nowMillis) - options.monotonic() : 0;
        if (wait > 0) await options.sleep(wait);
        if (!goesOut(records)) return;
        yield* batchesOf(records, target.destination, maxRecords, refuse);
      }
    }
    return send({ ...sending, batches: batches(), onProgress: (part) => options.onProgress(sumOf(part, refused)) });
  }

  async function onVirtualTime(advanceTo: (millis: number) => Promise<void>): Promise<Sent> {
    let total = NOTHING_SENT;
    for await (const { atMillis, records } of windows(VIRTUAL_WINDOW_MILLIS)) {
      await advanceTo(atMillis);
      if (!goesOut(records)) break;
      total = sumOf(total, await send({ ...sending, batches: batchesOf(records, target.destination, maxRecords, refuse) }));
      options.onProgress(sumOf(total, refused));
    }
    if (options.endMillis !== undefined && !stop.asked) await advanceTo(options.endMillis);
    return total;
  }
};
