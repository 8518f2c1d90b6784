import { appendFileSync, existsSync, readFileSync } from 'node:fs';

const MINUTE = 60_000;

/**
 * How many records arrived when, also of records whose files are gone: what is trimmed is counted by the minute first. Minutes are
 * the finest that CloudWatch tells.
 */
export class ArrivalHistory {
  readonly #byMinute = new Map<number, number>();

  constructor(private readonly path: string) {
    if (!existsSync(path)) return;
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      if (line === '') continue;
      for (const [minute, count] of JSON.parse(line) as readonly (readonly [number, number])[]) this.#add(minute, count);
    }
  }

  #add(minute: number, count: number): void {
    this.#byMinute.set(minute, (this.#byMinute.get(minute) ?? 0) + count);
  }

  /** Remembers arrivals, milliseconds since the epoch, of records that are about to go. */
  remember(arrivals: Iterable<number>): void {
    const counts = new Map<number, number>();
    for (const arrival of arrivals) {
      const minute = Math.floor(arrival / MINUTE) * MINUTE;
      counts.set(minute, (counts.get(minute) ?? 0) + 1);
    }
    appendFileSync(this.path, `${JSON.stringify([...counts])}\n`);
    for (const [minute, count] of counts) this.#add(minute, count);
  }

  /** Minutes (their first millisecond) and their counts. */
  counts(): Iterable<readonly [minute: number, count: number]> {
    return this.#byMinute;
  }
}
