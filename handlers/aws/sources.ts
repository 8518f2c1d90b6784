import { messageOf } from '../../contracts/errors';
import type { Source } from '../../workflows/documents';
import { hasLineAbove, LineBlocks, LineTooLong, MAX_LINE_BYTES, tooLong } from '../../workflows/lines';
import { inflate, inflated, TooLarge, Unreadable } from './inflate';
import type { LakeObjects } from './objects';

const MIB = 1024 * 1024;

/** Compressed; what is larger, or inflates to more than is held as a whole, is read as a stream. */
const WHOLE_BYTES = 16 * MIB;
/** Objects fetched ahead while one is checked: bounds memory to so many small objects. */
const AHEAD = 16;
const AHEAD_BYTES = 64 * MIB;

/**
 * What one invocation inflates and judges at most; an object that inflates to more is set aside. Judging is the slowest part: at the 60 MB/s of one
 * processor that were measured (`npm run bench -- gather`) this takes a third of the 15 minutes that a function has, and what has to be read
 * twice, to be split, ends in time as well. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const INVOCATION_BYTES = 16 * 1024 * MIB;

/** What is left of what one invocation may inflate. */
export class Budget {
  #spent = 0;

  constructor(readonly bytes: number = INVOCATION_BYTES) {}

  get left(): number {
    return Math.max(0, this.bytes - this.#spent);
  }

  get untouched(): boolean {
    return this.#spent === 0;
  }

  spend(bytes: number): void {
    this.#spent += bytes;
  }
}

/** Why nothing of a source is used. */
export type Refusal =
  /** Vanished, or another object by now: the next run sees what is there then. */
  | { readonly kind: 'gone' }
  /** Could not be fetched just now: it stays new. */
  | { readonly kind: 'unread'; readonly reason: string; readonly failure: unknown }
  /** Fine, for all that is known, but more than what is left of this invocation's budget: another one takes it. */
  | { readonly kind: 'spent'; readonly reason: string }
  /** Corrupt, or beyond what any invocation can check: set aside. */
  | { readonly kind: 'unreadable'; readonly reason: string };

export type ReadSource =
  | Refusal
  | { readonly kind: 'whole'; readonly body: Buffer; readonly text: Buffer }
  /** To be read with `blocksOf`. */
  | { readonly kind: 'large' };

const failed = (failure: unknown): Refusal => ({ kind: 'unread', reason: messageOf(failure), failure });

const spent = (budget: Budget): Refusal => ({
  kind: 'spent',
  reason: `left for another invocation: this one has inflated ${budget.bytes} bytes`,
});

/** Reads small sources whole, in order, some ahead; of large ones it says only that they are. */
export async function* readSources<S extends Source>(
  objects: LakeObjects,
  sources: readonly S[],
  budget: Budget,
): AsyncGenerator<{ readonly source: S; readonly read: ReadSource }> {
  const queue: { readonly source: S; readonly bytes: number; readonly read: Promise<ReadSource | { readonly body: Buffer }> }[] =
    [];
  let [next, bytes] = [0, 0];
  const aheadBytes = (source: S): number => (source.bytes > WHOLE_BYTES ? 0 : source.bytes);
  while (next < sources.length || queue.length > 0) {
    while (next < sources.length && queue.length < AHEAD && bytes + aheadBytes(sources[next]!) <= AHEAD_BYTES) {
      const source = sources[next++]!;
      bytes += aheadBytes(source);
      queue.push({ source, bytes: aheadBytes(source), read: fetch(objects, source) });
    }
    const taken = queue.shift()!;
    const read = await taken.read;
    yield { source: taken.source, read: 'body' in read && !('kind' in read) ? checked(read.body, budget) : read };
    bytes -= taken.bytes;
  }
}

const fetch = async (objects: LakeObjects, source: Source): Promise<ReadSource | { readonly body: Buffer }> => {
  if (source.bytes > WHOLE_BYTES) return { kind: 'large' };
  try {
    const object = await objects.read(source.key, source.etag);
    return object === undefined ? { kind: 'gone' } : { body: object.body };
  } catch (thrown) {
    return failed(thrown);
  }
};

const checked = (body: Buffer, budget: Budget): ReadSource => {
  if (budget.left === 0) return spent(budget);
  const whole = inflate(body);
  if (whole.ok) {
    if (hasLineAbove(whole.text, MAX_LINE_BYTES)) return { kind: 'unreadable', reason: tooLong(MAX_LINE_BYTES) };
    budget.spend(whole.text.length);
    return { kind: 'whole', body, text: whole.text };
  }
  return whole.tooLarge ? { kind: 'large' } : { kind: 'unreadable', reason: whole.reason };
};

/** Thrown by `blocksOf`; carries what became of the source. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(readonly refusal: Refusal) {
    super('reason' in refusal ? refusal.reason : refusal.kind);
  }
}

/** A failure of what takes the compressed bytes: not the source's. */
class TapFailed extends Error {
  override readonly name = 'TapFailed';
}

/**
 * The blocks of whole lines of a large source, as they are read. **Only after the last one the source is known to be whole.** `tap` takes the
 * object's own bytes as they pass; `unpack` makes text of them.
 * @throws Refused, and what `tap` throws
 */
export async function* blocksOf(
  objects: LakeObjects,
  source: Source,
  budget: Budget,
  tap: (compressed: Buffer) => Promise<void> = () => Promise.resolve(),
  unpack: (body: AsyncIterable<Buffer>, mostBytes: number) => AsyncGenerator<Buffer> = inflated,
): AsyncGenerator<Buffer> {
  const first = budget.untouched;
  const tapped = async function* (body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of body) {
      await tap(chunk).catch((cause: unknown) => {
        throw new TapFailed('the bytes were not taken', { cause });
      });
      yield chunk;
    }
  };
  try {
    const body = await objects.stream(source.key, source.etag);
    if (body === undefined) throw new Refused({ kind: 'gone' });
    const lines = new LineBlocks();
    for await (const chunk of unpack(tapped(body), budget.left)) {
      budget.spend(chunk.length);
      const block = lines.push(chunk);
      if (block !== undefined) yield block;
    }
    const last = lines.end();
    if (last !== undefined) yield last;
  } catch (thrown) {
    throw reasonFor(thrown, budget, first);
  }
}

const reasonFor = (thrown: unknown, budget: Budget, first: boolean): unknown => {
  if (thrown instanceof Refused) return thrown;
  if (thrown instanceof TapFailed) return thrown.cause;
  if (thrown instanceof Unreadable || thrown instanceof LineTooLong)
    return new Refused({ kind: 'unreadable', reason: thrown.message });
  if (thrown instanceof TooLarge)
    return new Refused(
      first ? { kind: 'unreadable', reason: `${thrown.message}, more than one invocation checks` } : spent(budget),
    );
  return new Refused(failed(thrown));
};
