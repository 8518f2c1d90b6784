import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callerOf } from '../../caller';
import type { Clock, Timer } from '../../clock';
import type { Trace } from '../../service';
import type { LifecycleRule } from './lifecycle-settings';
import type { S3StandIn } from './s3';
import { uriOf } from './s3';
import { walk } from './walk';

const DAY = 24 * 3_600_000;
/** Objects looked at in one go, so that a large lake does not keep requests waiting. */
const STRETCH = 1_000;
const S3_ITSELF = callerOf('s3.amazonaws.com');

/**
 * When a rule applies to what came to be at `since`: so many days later, rounded up to the next midnight UTC.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html#intro-lifecycle-rules-number-of-days
 */
export const appliesAt = (since: number, days: number): number => Math.ceil((since + days * DAY) / DAY) * DAY;

export interface LifecycleOptions {
  readonly s3: S3StandIn;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly dataDir: string;
  /** Rules by bucket. */
  readonly rules: ReadonlyMap<string, readonly LifecycleRule[]>;
}

/**
 * The lifecycle of the buckets: at every midnight (UTC) of the host's clock, and once after a start, what has reached the age of a
 * rule leaves. With versioning S3 writes a delete marker, and the object is gone for whoever reads or lists; so it is here.
 * An object counts as no older than the lake: a file's own time may be of any year.
 */
export class Lifecycle {
  readonly #options: LifecycleOptions;
  readonly #lakeSince: number;
  #timer: Timer;
  #closed = false;

  constructor(options: LifecycleOptions) {
    this.#options = options;
    this.#lakeSince = firstStart(join(options.dataDir, 's3-since.json'), options.clock.now());
    this.#timer = this.#at(options.clock.now());
  }

  #at(when: number): Timer {
    return this.#options.clock.schedule(when, async () => {
      await this.apply();
      if (!this.#closed) this.#timer = this.#at(appliesAt(this.#options.clock.now() + 1, 0));
    });
  }

  /** Applies every rule to everything that is there. */
  async apply(): Promise<void> {
    for (const [bucket, rules] of this.#options.rules)
      for (const rule of rules) {
        if (rule.abortUploadDays !== undefined) this.#abortUploads(bucket, rule.prefix, rule.abortUploadDays);
        if (rule.expirationDays !== undefined) await this.#expire(bucket, rule.prefix, rule.expirationDays);
      }
  }

  async #expire(bucket: string, prefix: string, days: number): Promise<void> {
    const { s3, clock } = this.#options;
    // What was modified by now minus the days, rounded, has reached its midnight.
    const now = clock.now();
    let looked = 0;
    for (const entry of walk(s3.store.folderOf(bucket), { prefix, delimiter: '', after: '' })) {
      if (this.#closed) return;
      if (!('key' in entry)) continue;
      const expired = (modified: number): boolean => appliesAt(Math.max(modified, this.#lakeSince), days) <= now;
      if (s3.store.removeIf(bucket, entry.key, expired)) this.#tell('LifecycleExpiration', bucket, entry.key);
      if (++looked % STRETCH === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  #abortUploads(bucket: string, prefix: string, days: number): void {
    const { s3, clock } = this.#options;
    for (const { key, id, initiated } of s3.uploads.list(bucket)) {
      if (!key.startsWith(prefix) || appliesAt(initiated, days) > clock.now()) continue;
      s3.uploads.abort(bucket, key, id);
      this.#tell('AbortMultipartUpload', bucket, key);
    }
  }

  #tell(operation: string, bucket: string, key: string): void {
    const { clock, trace } = this.#options;
    trace({ service: 's3', operation, caller: S3_ITSELF, at: clock.now(), resource: uriOf({ bucket, key }) });
  }

  close(): void {
    this.#closed = true;
    this.#timer.cancel();
  }
}

/** When a host first opened this data directory, milliseconds since the epoch. */
const firstStart = (path: string, now: number): number => {
  if (!existsSync(path)) writeFileSync(path, JSON.stringify({ since: new Date(now).toISOString() }));
  return Date.parse((JSON.parse(readFileSync(path, 'utf8')) as { since: string }).since);
};
