import { AwsError } from '../../aws-error';
import { callerOf } from '../../caller';
import type { Clock, Timer } from '../../clock';
import type { RecordSource } from '../delivery/source';
import type { FunctionInvoker } from '../function/function-host';
import { verdictOf, type Verdict } from './answer';
import { streamEvent, type Discarded, type ShardPlace, type WindowEvent } from './events';
import {
  afterClosing,
  afterDiscard,
  afterInvocation,
  nextMove,
  type After,
  type GivenUp,
  type Move,
  type ShardState,
  windowEnd,
} from './shard-state';

export interface ShardReaderOptions {
  readonly place: ShardPlace;
  readonly shard: number;
  readonly source: RecordSource;
  readonly functions: FunctionInvoker;
  readonly clock: Clock;
  readonly state: ShardState;
  /** Called before the next step: what it is told survives a restart. */
  readonly checkpoint: (state: ShardState) => void;
  readonly giveUp: (discarded: Discarded) => Promise<void>;
}

/** How a shard is doing, for people. */
export interface ShardStats {
  readonly shardId: string;
  readonly invocations: number;
  readonly failedInvocations: number;
  readonly recordsDone: number;
  readonly recordsGivenUp: number;
  /** Between the arrival of the last record that was done with and that moment; undefined before the first. */
  readonly iteratorAgeMillis: number | undefined;
  /** Records that wait. */
  readonly behind: number;
}

/** Where a function cannot be invoked at all, it is tried again after so long, and that counts as no retry. */
const UNINVOCABLE_WAIT_MILLIS = 5_000;

/** Reads one shard: one batch after the other, each until it is done or given up on. It acts in steps of one invocation, on timers of the clock. */
export class ShardReader {
  #state: ShardState;
  #timer: { readonly at: number; readonly timer: Timer } | undefined;
  #step: Promise<void> | undefined;
  #closed = false;
  readonly #counts = { invocations: 0, failedInvocations: 0, recordsDone: 0, recordsGivenUp: 0 };
  #iteratorAgeMillis: number | undefined;
  readonly #unlisten: () => void;

  constructor(private readonly options: ShardReaderOptions) {
    this.#state = options.state;
    this.#unlisten = options.source.onArrival(() => this.#arm(options.clock.now()));
    this.#arm(options.clock.now());
  }

  stats(): ShardStats {
    const { source, shard, place } = this.options;
    return {
      shardId: place.shardId,
      ...this.#counts,
      iteratorAgeMillis: this.#iteratorAgeMillis,
      behind: source.nextOrdinal(shard) - this.#state.position,
    };
  }

  /** Waits for the invocation under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unlisten();
    this.#timer?.timer.cancel();
    await this.#step;
  }

  #arm(at: number): void {
    // A step under way arms the next one itself.
    if (this.#closed || this.#step !== undefined) return;
    if (this.#timer !== undefined) {
      if (this.#timer.at <= at) return;
      this.#timer.timer.cancel();
    }
    const timer = this.options.clock.schedule(at, async () => {
      this.#timer = undefined;
      this.#step = this.#run();
      try {
        await this.#step;
      } finally {
        this.#step = undefined;
      }
      const next = this.#next();
      if (next.kind !== 'wait') this.#arm(this.options.clock.now());
      else if (next.until !== undefined) this.#arm(next.until);
    });
    this.#timer = { at, timer };
  }

  #next(): Move {
    const { source, shard, clock, place } = this.options;
    const { batchRecords } = place.settings;
    const records = source.read(shard, this.#state.position, batchRecords, MOST_READ_BYTES);
    const first = records[0];
    // What retention has removed is lost to a reader that came too late.
    if (first !== undefined && first.ordinal > this.#state.position) {
      const pieces = this.#state.pieces.filter(({ to }) => to > first.ordinal);
      this.#state = { ...this.#state, position: first.ordinal, pieces };
    }
    const more = records.length > 0 && records.at(-1)!.ordinal + 1 < source.nextOrdinal(shard);
    return nextMove(this.#state, records, more, place.settings, clock.now());
  }

  async #run(): Promise<void> {
    const move = this.#next();
    if (move.kind === 'invoke') await this.#invoke(move);
    if (move.kind === 'discard') await this.#settle(afterDiscard(this.#state, move));
    if (move.kind === 'close') await this.#closeWindow(move.terminatedEarly);
  }

  async #invoke(move: Extract<Move, { readonly kind: 'invoke' }>): Promise<void> {
    const { place, clock } = this.options;
    const { settings } = place;
    const window = this.#windowEvent(move);
    const answer = await this.#call(streamEvent(place, move.records, window));
    if (answer === undefined) return;
    const verdict: Verdict = answer.failed
      ? { kind: 'failed' }
      : verdictOf(answer.payload, {
          sequenceNumbers: move.records.map(({ sequenceNumber }) => sequenceNumber),
          reportsItemFailures: settings.reportsItemFailures,
          windowed: window !== undefined,
        });
    if (verdict.kind !== 'done') this.#counts.failedInvocations++;
    const done =
      verdict.kind === 'done' ? move.records : verdict.kind === 'failedFrom' ? move.records.slice(0, verdict.index) : [];
    this.#counts.recordsDone += done.length;
    const last = done.at(-1);
    if (last !== undefined) this.#iteratorAgeMillis = clock.now() - last.arrivalMillis;
    await this.#settle(afterInvocation(this.#state, move, verdict, settings, clock.now()));
  }

  #windowEvent({ records }: Extract<Move, { readonly kind: 'invoke' }>): WindowEvent | undefined {
    const { settings } = this.options.place;
    if (settings.windowSeconds === 0) return undefined;
    const length = settings.windowSeconds * 1_000;
    const startMillis = this.#state.window?.startMillis ?? Math.floor(records[0]!.arrivalMillis / length) * length;
    const state = this.#state.window?.state ?? {};
    return { startMillis, endMillis: startMillis + length, state, final: false, terminatedEarly: false };
  }

  async #closeWindow(terminatedEarly: boolean): Promise<void> {
    const { place, clock } = this.options;
    const window = this.#state.window!;
    const endMillis = windowEnd(place.settings, window);
    const event = streamEvent(place, [], { ...window, endMillis, final: true, terminatedEarly });
    const answer = await this.#call(event);
    if (answer === undefined) return;
    if (answer.failed) this.#counts.failedInvocations++;
    this.#state = afterClosing(this.#state, !answer.failed, clock.now());
    this.options.checkpoint(this.#state);
  }

  /** Undefined where the function could not be invoked. */
  async #call(event: object): Promise<{ readonly payload: unknown; readonly failed: boolean } | undefined> {
    const { place, functions, clock } = this.options;
    const { roleArn, functionArn } = place.settings;
    try {
      const { payload, functionError } = await functions.invoke(callerOf(roleArn), functionArn, event);
      this.#counts.invocations++;
      return { payload, failed: functionError !== undefined };
    } catch (thrown) {
      if (!(thrown instanceof AwsError)) throw thrown;
      this.#state = { ...this.#state, waitUntil: clock.now() + UNINVOCABLE_WAIT_MILLIS };
      return undefined;
    }
  }

  async #settle({ state, givenUp }: After): Promise<void> {
    // Described before it is passed over: a stop in between describes it twice rather than never.
    if (givenUp !== undefined) await this.#describe(givenUp);
    this.#state = state;
    this.options.checkpoint(state);
  }

  async #describe(givenUp: GivenUp): Promise<void> {
    this.#counts.recordsGivenUp += givenUp.records.length;
    await this.options.giveUp({ ...givenUp, atMillis: this.options.clock.now() });
  }
}

/** More than an event can hold. */
const MOST_READ_BYTES = 6 * 1024 * 1024;
