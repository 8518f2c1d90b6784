import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * The memory of one stand-in across restarts: an append-only file of JSON lines. Opening replays it; `compact` rewrites it as a
 * snapshot (written beside it, then renamed over it). A last line that a crash cut in half is dropped: its call was never answered.
 */
export class Journal<Entry> {
  #descriptor: number;

  private constructor(
    private readonly path: string,
    readonly entries: readonly Entry[],
  ) {
    this.#descriptor = openSync(path, 'a');
  }

  static open<Entry>(path: string): Journal<Entry> {
    mkdirSync(dirname(path), { recursive: true });
    const entries: Entry[] = [];
    if (existsSync(path)) {
      const text = readFileSync(path, 'utf8');
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      for (const line of whole.split('\n')) if (line !== '') entries.push(JSON.parse(line) as Entry);
      if (whole.length !== text.length) Journal.#replace(path, entries);
    }
    return new Journal(path, entries);
  }

  append(...entries: readonly Entry[]): void {
    if (entries.length > 0) writeSync(this.#descriptor, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  }

  compact(entries: readonly Entry[]): void {
    closeSync(this.#descriptor);
    Journal.#replace(this.path, entries);
    this.#descriptor = openSync(this.path, 'a');
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  static #replace(path: string, entries: readonly unknown[]): void {
    const fresh = `${path}.new`;
    const descriptor = openSync(fresh, 'w');
    for (const entry of entries) appendFileSync(descriptor, `${JSON.stringify(entry)}\n`);
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(fresh, path);
  }
}
