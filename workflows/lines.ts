import { isUtf8 } from 'node:buffer';

/** One line of an object, without its line break. */
export interface Line {
  /** Undefined where the line is no UTF-8. */
  readonly text: string | undefined;
  readonly bytes: () => Buffer;
}

/**
 * The longest line that an object may have, in bytes: Athena reads no longer rows, and one that is longer would fail the query of its whole
 * batch. A stream's record is at most 10 MiB. https://docs.aws.amazon.com/athena/latest/ug/other-notable-limitations.html
 */
export const MAX_LINE_BYTES = 32_000_000;

/** An object that cannot be taken apart into lines within bounds. */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';
}

/** Text is decoded in blocks that end at a line break: a string cannot be as long as a buffer can (V8: 2^29 - 24 characters). */
const BLOCK_BYTES = 4 * 1024 * 1024;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * The lines of whole blocks, without line breaks (`\n` or `\r\n`). A body that lacks its last line break ends with a line all the same.
 * @throws LineTooLong
 */
export function* linesIn(body: Buffer, longest = MAX_LINE_BYTES): Generator<Line> {
  for (let start = 0; start < body.length;) {
    const block = body.subarray(start, blockEnd(body, start));
    // Only a block of one line is longer than blocks are.
    if (block.length > longest) bound(block.at(-1) === LINE_FEED ? block.length - 1 : block.length, longest);
    yield* isUtf8(block) ? textLinesIn(block.toString('utf8')) : byteLinesIn(block);
    start += block.length;
  }
}

export const tooLong = (longest: number): string => `a line is longer than ${longest} bytes`;

const bound = (bytes: number, longest: number): void => {
  if (bytes > longest) throw new LineTooLong(tooLong(longest));
};

/** Whether a body that is held as a whole has a line of more than `longest` bytes. */
export const hasLineAbove = (body: Buffer, longest: number): boolean => {
  for (let start = 0; body.length - start > longest;) {
    const found = body.indexOf(LINE_FEED, start);
    if (found === -1 || found - start > longest) return true;
    start = found + 1;
  }
  return false;
};

/** Behind the last line break within a block's length, or behind the one line that is longer. */
const blockEnd = (body: Buffer, start: number): number => {
  if (start + BLOCK_BYTES >= body.length) return body.length;
  const last = body.lastIndexOf(LINE_FEED, start + BLOCK_BYTES - 1);
  const found = last >= start ? last : body.indexOf(LINE_FEED, start + BLOCK_BYTES);
  return found === -1 ? body.length : found + 1;
};

/** Lines that hold anything, as routing and gathering count them. */
export const lineCount = (inflated: Buffer): number => {
  let lines = 0;
  for (let start = 0; start < inflated.length;) {
    const found = inflated.indexOf(LINE_FEED, start);
    const end = found === -1 ? inflated.length : found;
    const length = end - start - (end > start && inflated[end - 1] === CARRIAGE_RETURN ? 1 : 0);
    if (length > 0) lines++;
    start = end + 1;
  }
  return lines;
};

function* textLinesIn(text: string): Generator<Line> {
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    const line = text.slice(start, end > start && text.charCodeAt(end - 1) === CARRIAGE_RETURN ? end - 1 : end);
    yield { text: line, bytes: () => Buffer.from(line) };
    start = end + 1;
  }
}

function* byteLinesIn(block: Buffer): Generator<Line> {
  for (let start = 0; start < block.length;) {
    const found = block.indexOf(LINE_FEED, start);
    const end = found === -1 ? block.length : found;
    const bytes = block.subarray(start, end > start && block[end - 1] === CARRIAGE_RETURN ? end - 1 : end);
    yield { text: isUtf8(bytes) ? bytes.toString('utf8') : undefined, bytes: () => bytes };
    start = end + 1;
  }
}

/**
 * Cuts the chunks of an inflated object into blocks that end with a line break (the last one may lack it), and holds what is begun. Where a
 * block ends depends on the chunks; which lines come out does not.
 */
export class LineBlocks {
  #held: Buffer[] = [];
  #heldBytes = 0;

  /** `longest` is for tests. */
  constructor(private readonly longest: number = MAX_LINE_BYTES) {}

  /**
   * The whole lines that this chunk completes, if any.
   * @throws LineTooLong
   */
  push(chunk: Buffer): Buffer | undefined {
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    if (end === 0) {
      this.#hold(chunk);
      return undefined;
    }
    const whole = chunk.subarray(0, end);
    const block = this.#held.length === 0 ? whole : Buffer.concat([...this.#held, whole]);
    [this.#held, this.#heldBytes] = [[], 0];
    if (end < chunk.length) this.#hold(chunk.subarray(end));
    return block;
  }

  /** The last line, where it lacks its line break. */
  end(): Buffer | undefined {
    return this.#held.length === 0 ? undefined : Buffer.concat(this.#held);
  }

  #hold(bytes: Buffer): void {
    this.#heldBytes += bytes.length;
    bound(this.#heldBytes, this.longest);
    this.#held.push(bytes);
  }
}
