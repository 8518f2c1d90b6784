import { messageOf } from '../../../contracts/errors';
import { type Caller, callerOf } from '../../caller';
import type { Clock, Timer } from '../../clock';
import type { FunctionInvoker } from '../function/function-host';
import type { BufferIdentity, ObjectBuffer } from './object-buffer';
import { MOST_PREFIX_CHARACTERS, ObjectNames } from './object-names';
import { OpenBuffers } from './open-buffers';
import { partitionKeyNames } from './prefix';
import type { Progress } from './progress';
import type { DeliverySettings } from './settings';
import type { ObjectSink, RecordSource } from './source';
import { errorLine, type Failure, FAILURES, type PendingRecord, requestBytesOf, type Verdict } from './transform';
import { type TransformOutcome, Transformer } from './transformer';

export interface DeliveryStats {
  /** Records of the source that were not read yet. */
  readonly unread: number;
  /** Records read and neither delivered, dropped nor written as errors. */
  readonly inFlight: number;
  readonly activePartitions: number;
  /** Since the host started. */
  readonly delivered: { readonly records: number; readonly objects: number; readonly bytes: number };
  readonly errors: { readonly records: number; readonly objects: number };
  readonly dropped: number;
  /** Why the last write to S3 failed, while objects wait to be tried again. */
  readonly waitingBecause?: string;
}

export interface EngineOptions {
  readonly settings: DeliverySettings;
  readonly source: RecordSource;
  readonly progress: Progress;
  readonly sink: ObjectSink;
  readonly functions: FunctionInvoker;
  readonly clock: Clock;
  readonly region: string;
  readonly log: (entry: Readonly<Record<string, unknown>>) => void;
  /** Hears of each checkpoint. */
  readonly checkpointed?: (positions: readonly number[]) => void;
}

/** "Firehose reads from each shard once per second" (GetRecords); what is put directly is there at once. */
const POLL_MILLIS = 1000;
const READ_BYTES = 1024 * 1024;
const READ_RECORDS = 10_000;
/** "500 active partitions" per delivery stream. https://docs.aws.amazon.com/firehose/latest/dev/limits.html */
export const ACTIVE_PARTITIONS = 500;
/** "Up to 5 outstanding Lambda invocations per shard"; two keep two cores busy, and memory small. */
const OUTSTANDING_TRANSFORMS = 2;
/** A synchronous invocation takes 6 MB; the function's own limit is a little above. */
const REQUEST_BYTES = 6_000_000;
const RETRY_MILLIS = 30_000;
const PARALLEL_WRITES = 4;

/**
 * One delivery stream at work: reads its source, has batches transformed, collects records per partition and writes objects.
 * Nothing ticks while nothing happens: an arrival schedules the next read, a buffer its own delivery. All work runs inside the
 * actions of the clock, one after another, so virtual time waits for it.
 */
export class DeliveryEngine {
  readonly #options: EngineOptions;
  readonly #names: ObjectNames;
  readonly #transformer: Transformer;
  readonly #caller: Caller;
  readonly #keyNames: readonly string[];
  readonly #next: number[];
  readonly #buffers: OpenBuffers;
  #pending: PendingRecord[] = [];
  #pendingBytes = 0;
  #pendingRequestBytes = 0;
  #pendingSince = 0;
  readonly #outstanding: { readonly records: readonly PendingRecord[]; readonly outcome: Promise<TransformOutcome> }[] = [];
  #readTimer: Timer | undefined;
  #dueTimer: { readonly at: number; readonly timer: Timer } | undefined;
  #retryAt: number | undefined;
  #work: Promise<void> = Promise.resolve();
  #closed = false;
  readonly #unsubscribe: () => void;
  readonly #counts = { records: 0, objects: 0, bytes: 0, errorRecords: 0, errorObjects: 0, dropped: 0 };
  #waitingBecause: string | undefined;

  constructor(options: EngineOptions) {
    const { settings, source, progress, functions, clock, region } = options;
    const seed = `${settings.arn}:${progress.incarnation}`;
    this.#options = options;
    this.#names = new ObjectNames(settings, seed);
    this.#transformer = new Transformer(settings, source, functions, clock, region, seed);
    this.#caller = callerOf(settings.roleArn);
    this.#keyNames = settings.dynamicPartitioning ? partitionKeyNames(settings.prefix) : [];
    this.#next = [...progress.positions];
    const gzip = settings.compression === 'GZIP';
    const { bufferBytes, bufferSeconds } = settings;
    const shape = { shardCount: source.shardCount, gzip, bufferBytes, bufferMillis: bufferSeconds * 1000 };
    this.#buffers = new OpenBuffers(shape, progress.buffers);
    this.#unsubscribe = source.onArrival(() => this.#readSoon());
    if (this.#unread() > 0) this.#readSoon();
    this.#arm();
  }

  stats(): DeliveryStats {
    const { records, objects, bytes, errorRecords, errorObjects, dropped } = this.#counts;
    return {
      unread: this.#unread(),
      inFlight: this.inFlight(),
      activePartitions: this.#buffers.partitions,
      delivered: { records, objects, bytes },
      errors: { records: errorRecords, objects: errorObjects },
      dropped,
      ...(this.#waitingBecause === undefined ? {} : { waitingBecause: this.#waitingBecause }),
    };
  }

  /** Records read but not delivered. */
  inFlight(): number {
    const waiting = [
      ...this.#outstanding.map(({ records }) => records.length),
      ...this.#buffers.all().map(({ records }) => records),
    ];
    return waiting.reduce((sum, count) => sum + count, this.#pending.length);
  }

  /** Lets the work under way end and writes down what is not delivered, so that a next opening goes on with it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unsubscribe();
    this.#readTimer?.cancel();
    this.#dueTimer?.timer.cancel();
    await this.#work;
    // What was read but not transformed is simply read again.
    for (const { shard, ordinal } of this.#pending) this.#next[shard] = Math.min(this.#next[shard]!, ordinal);
    this.#pending = [];
    this.#checkpoint();
    this.#options.progress.close(this.#next, this.#buffers.all());
  }

  #readSoon(): void {
    if (this.#readTimer !== undefined || this.#closed) return;
    const { clock, settings } = this.#options;
    const wait = settings.source === undefined ? 0 : POLL_MILLIS;
    this.#readTimer = clock.schedule(clock.now() + wait, () => {
      this.#readTimer = undefined;
      return this.#serially(() => this.#read());
    });
  }

  /** One piece of work at a time; a failure is the caller's, and does not stop what follows. */
  #serially(work: () => Promise<void>): Promise<void> {
    const run = this.#work.then(async () => {
      if (this.#closed) return;
      await work();
      this.#checkpoint();
      this.#arm();
    });
    this.#work = run.catch(() => undefined);
    return run;
  }

  async #read(): Promise<void> {
    const { source } = this.#options;
    for (let found = true; found && !this.#closed;) {
      found = false;
      for (let shard = 0; shard < source.shardCount; shard++) {
        const records = source.read(shard, this.#next[shard]!, READ_RECORDS, READ_BYTES);
        for (const record of records) {
          this.#next[shard] = record.ordinal + 1;
          await this.#take({ ...record, shard });
        }
        found ||= records.length > 0;
      }
      await this.#writeFull();
    }
    if (this.#options.settings.transform?.bufferSeconds === 0) this.#send();
    await this.#applyAll(0);
  }

  /** Puts a record into the buffer before the transform, or right into an object where there is none. */
  async #take(record: PendingRecord): Promise<void> {
    const { transform } = this.#options.settings;
    if (transform === undefined) return this.#collect(this.#bufferOf(UNPARTITIONED), record, record.data);
    const requestBytes = requestBytesOf(record);
    const full =
      this.#pendingBytes + record.data.length > transform.bufferBytes || this.#pendingRequestBytes + requestBytes > REQUEST_BYTES;
    if (full && this.#pending.length > 0) {
      this.#send();
      await this.#applyAll(OUTSTANDING_TRANSFORMS - 1);
    }
    if (this.#pending.length === 0) this.#pendingSince = this.#options.clock.now();
    this.#pending.push(record);
    this.#pendingBytes += record.data.length;
    this.#pendingRequestBytes += requestBytes;
  }

  #send(): void {
    const records = this.#pending;
    if (records.length === 0) return;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#pendingRequestBytes = 0;
    const outcome = this.#transformer.run(records);
    // Awaited in order below; until then a rejection must not count as unhandled.
    outcome.catch(() => undefined);
    this.#outstanding.push({ records, outcome });
  }

  /** Takes in the outcomes of all but the last `keep` invocations, in the order in which they were sent. */
  async #applyAll(keep: number): Promise<void> {
    while (this.#outstanding.length > keep) {
      const { records, outcome } = this.#outstanding[0]!;
      const settled = await outcome;
      this.#apply(records, settled);
      this.#outstanding.shift();
      await this.#writeFull();
    }
  }

  #apply(records: readonly PendingRecord[], outcome: TransformOutcome): void {
    const { verdicts } = outcome;
    if (!isFailure(verdicts)) {
      for (const [index, record] of records.entries()) this.#judge(record, verdicts[index]!, outcome);
      return;
    }
    const { code: errorCode, message: errorMessage } = verdicts;
    this.#options.log({
      errorCode,
      errorMessage,
      detail: outcome.detail,
      records: records.length,
      attemptsMade: outcome.attemptsMade,
    });
    for (const record of records) this.#collectError(record, verdicts, outcome);
  }

  #judge(record: PendingRecord, verdict: Verdict, outcome: TransformOutcome): void {
    if (verdict.kind === 'dropped') {
      this.#counts.dropped++;
      return;
    }
    if (verdict.kind === 'failed') return this.#collectError(record, FAILURES.processingFailed, outcome);
    const partitionKeys: Record<string, string> = {};
    for (const name of this.#keyNames) {
      const value = verdict.partitionKeys[name];
      if (typeof value !== 'string' || value === '') return this.#collectError(record, FAILURES.partitionKey, outcome);
      partitionKeys[name] = value;
    }
    const identity = { id: JSON.stringify(partitionKeys), partitionKeys };
    if (!this.#buffers.has(identity)) {
      if (this.#buffers.partitions >= ACTIVE_PARTITIONS) return this.#collectError(record, FAILURES.activePartitions, outcome);
      const prefix = this.#names.prefixOf(identity, record.arrivalMillis);
      if (prefix.length > MOST_PREFIX_CHARACTERS) return this.#collectError(record, FAILURES.prefixLength, outcome);
    }
    this.#collect(this.#bufferOf(identity), record, verdict.data);
  }

  #collectError(record: PendingRecord, failure: Failure, { attemptsMade, endedMillis }: TransformOutcome): void {
    const functionArn = this.#options.settings.transform?.functionArn;
    const line = errorLine(record, failure, { attemptsMade, endedMillis, functionArn });
    const identity = { id: 'errors', partitionKeys: {}, errorOutputType: 'processing-failed' };
    this.#collect(this.#bufferOf(identity), record, Buffer.from(line));
  }

  /** `data` is base64 text, or bytes. */
  #collect(buffer: ObjectBuffer, record: PendingRecord, data: string | Buffer): void {
    if (typeof data === 'string') buffer.appendBase64(record.shard, record, data);
    else buffer.append(record.shard, record, data);
    this.#buffers.sealIfFull(buffer);
  }

  #bufferOf(identity: BufferIdentity): ObjectBuffer {
    return this.#buffers.of(identity, this.#options.clock.now());
  }

  /** Writes what is full, unless S3 is being waited for. */
  async #writeFull(): Promise<void> {
    if (this.#retryAt === undefined && this.#buffers.sealed.length > 0) await this.#write();
  }

  /** Writes all sealed objects; those that fail stay, and are tried again later under new names. */
  async #write(): Promise<void> {
    const { clock } = this.#options;
    const objects = this.#buffers.sealed;
    const failed: ObjectBuffer[] = [];
    this.#retryAt = undefined;
    this.#waitingBecause = undefined;
    for (let start = 0; start < objects.length; start += PARALLEL_WRITES) {
      await Promise.all(
        objects.slice(start, start + PARALLEL_WRITES).map(async (buffer) => {
          if (!(await this.#put(buffer))) failed.push(buffer);
        }),
      );
    }
    this.#buffers.sealed = failed;
    if (failed.length > 0) this.#retryAt = clock.now() + RETRY_MILLIS;
  }

  async #put(buffer: ObjectBuffer): Promise<boolean> {
    const { settings, sink, log } = this.#options;
    const key = this.#names.keyOf(buffer.identity, buffer.oldestArrivalMillis);
    const body = buffer.body();
    try {
      await sink.putObject(this.#caller, { bucket: settings.bucket, key, body });
    } catch (thrown) {
      this.#waitingBecause = messageOf(thrown);
      log({
        errorCode: 'S3.WriteFailed',
        errorMessage: this.#waitingBecause,
        bucket: settings.bucket,
        key,
        records: buffer.records,
      });
      return false;
    }
    if (buffer.identity.errorOutputType === undefined) {
      this.#counts.records += buffer.records;
      this.#counts.objects++;
      this.#counts.bytes += body.length;
    } else {
      this.#counts.errorRecords += buffer.records;
      this.#counts.errorObjects++;
    }
    return true;
  }

  /** Does what the clock has reached: the transform's interval, objects whose interval is over, failed writes. */
  async #whatIsDue(): Promise<void> {
    const now = this.#options.clock.now();
    if (this.#pending.length > 0 && now >= this.#pendingDue()) {
      this.#send();
      await this.#applyAll(0);
    }
    this.#buffers.sealDue(now);
    if (this.#buffers.sealed.length > 0 && now >= (this.#retryAt ?? now)) await this.#write();
  }

  #pendingDue(): number {
    return this.#pendingSince + (this.#options.settings.transform?.bufferSeconds ?? 0) * 1000;
  }

  /** Sets the one timer to the next thing that is due. */
  #arm(): void {
    if (this.#closed) return;
    const { clock } = this.#options;
    let at = Math.min(this.#pending.length > 0 ? this.#pendingDue() : Number.POSITIVE_INFINITY, this.#buffers.nextDue());
    if (this.#buffers.sealed.length > 0) at = Math.min(at, this.#retryAt ?? clock.now());
    if (this.#dueTimer !== undefined && this.#dueTimer.at <= at) return;
    this.#dueTimer?.timer.cancel();
    this.#dueTimer = undefined;
    if (at === Number.POSITIVE_INFINITY) return;
    const timer = clock.schedule(at, () => {
      this.#dueTimer = undefined;
      return this.#serially(() => this.#whatIsDue());
    });
    this.#dueTimer = { at, timer };
  }

  #unread(): number {
    return this.#next.reduce((sum, next, shard) => sum + Math.max(0, this.#options.source.nextOrdinal(shard) - next), 0);
  }

  #checkpoint(): void {
    const positions = [...this.#next];
    const hold = (shard: number, ordinal: number): void => {
      if (ordinal >= 0 && ordinal < positions[shard]!) positions[shard] = ordinal;
    };
    for (const buffer of this.#buffers.all())
      for (let shard = 0; shard < positions.length; shard++) hold(shard, buffer.firstOf(shard));
    for (const { shard, ordinal } of this.#pending) hold(shard, ordinal);
    for (const { records } of this.#outstanding) for (const { shard, ordinal } of records) hold(shard, ordinal);
    this.#options.progress.checkpoint(positions);
    this.#options.checkpointed?.(positions);
  }
}

/** The one buffer of a stream without dynamic partitioning; its id is that of no keys. */
const UNPARTITIONED: BufferIdentity = { id: '{}', partitionKeys: {} };

const isFailure = (verdicts: readonly Verdict[] | Failure): verdicts is Failure => 'code' in verdicts;
