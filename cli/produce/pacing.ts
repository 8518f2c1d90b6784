import type { TrafficRecord } from '../../corpora/kdg/traffic';

/** Records that are sent at one instant: that of the last of them. */
export interface Window {
  readonly atMillis: number;
  readonly records: readonly TrafficRecord[];
}

/** Cuts traffic into windows of at most so many records and milliseconds. */
export async function* windowsOf(
  traffic: AsyncIterable<TrafficRecord>,
  limits: { readonly records: number; readonly millis: number },
): AsyncGenerator<Window> {
  let records: TrafficRecord[] = [];
  const window = (): Window => ({ atMillis: records.at(-1)!.atMillis, records });
  for await (const record of traffic) {
    const first = records[0];
    if (first !== undefined && (records.length >= limits.records || record.atMillis - first.atMillis >= limits.millis)) {
      yield window();
      records = [];
    }
    records.push(record);
  }
  if (records.length > 0) yield window();
}
