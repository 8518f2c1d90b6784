import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Feed } from '../contracts/feeds';
import { partitionPath, type Partition } from '../contracts/lake';

/** A line that cannot be used, as the errors prefix keeps it: replayable from its original bytes. */
export interface RejectedLine {
  /** Counted from 1 within its object. */
  readonly lineNumber: number;
  readonly errorCode: string;
  readonly errorMessage: string;
  /** Base64. */
  readonly rawData: string;
}

export interface JudgedObject {
  /** Lines that are not empty. */
  readonly lines: number;
  /** Whether every line is usable and of the object's own partition: only then it is appended as it is. */
  readonly own: boolean;
}

export interface Piece {
  readonly partition: Partition;
  readonly lines: readonly string[];
}

/** The stable name of what is routed out of a source object: the same source always makes the same pieces. */
export const sourceHash = (key: string, etag: string): string =>
  createHash('sha256').update(`${key}\n${etag}`).digest('hex').slice(0, 32);

interface Line {
  /** Undefined where the line is no UTF-8. */
  readonly text: string | undefined;
  readonly bytes: () => Buffer;
}

/** Text is decoded in blocks that end at a line break: a string cannot be as long as a buffer can (V8: 2^29 - 24 characters). */
const BLOCK_BYTES = 4 * 1024 * 1024;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** The inflated object's lines, without line breaks (`\n` or `\r\n`). */
function* linesIn(body: Buffer): Generator<Line> {
  for (let start = 0; start < body.length;) {
    const block = body.subarray(start, blockEnd(body, start));
    yield* isUtf8(block) ? textLinesIn(block.toString('utf8')) : byteLinesIn(block);
    start += block.length;
  }
}

/** Behind the last line break within a block's length, or behind the one line that is longer. */
const blockEnd = (body: Buffer, start: number): number => {
  if (start + BLOCK_BYTES >= body.length) return body.length;
  const last = body.lastIndexOf(LINE_FEED, start + BLOCK_BYTES - 1);
  const found = last >= start ? last : body.indexOf(LINE_FEED, start + BLOCK_BYTES);
  return found === -1 ? body.length : found + 1;
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

/** Judges every line of an object against the partition that it lies in. Stops at the first line that does not belong. */
export const judgeObject = (feed: Pick<Feed, 'judgeLine'>, body: Buffer, partition: Partition): JudgedObject => {
  const columns = Object.keys(partition);
  let lines = 0;
  for (const { text } of linesIn(body)) {
    if (text === undefined || text === '') return { lines, own: false };
    const verdict = feed.judgeLine(text);
    if (!verdict.ok) return { lines, own: false };
    for (const column of columns) if (verdict.partition[column] !== partition[column]) return { lines, own: false };
    lines++;
  }
  return { lines, own: lines > 0 };
};

/** Splits an object by true type and date; what cannot be used is kept apart with its reason. Empty lines hold nothing and go. */
export const splitObject = (
  feed: Pick<Feed, 'judgeLine'>,
  body: Buffer,
): { readonly lines: number; readonly pieces: readonly Piece[]; readonly rejected: readonly RejectedLine[] } => {
  const pieces = new Map<string, { partition: Partition; lines: string[] }>();
  const rejected: RejectedLine[] = [];
  let [lines, lineNumber] = [0, 0];
  for (const { text, bytes } of linesIn(body)) {
    lineNumber++;
    if (text === '') continue;
    lines++;
    const verdict =
      text === undefined ? ({ ok: false, code: 'utf-8', reason: 'the line is not valid UTF-8' } as const) : feed.judgeLine(text);
    if (!verdict.ok || text === undefined) {
      const { code, reason } = verdict as { code: string; reason: string };
      rejected.push({ lineNumber, errorCode: code, errorMessage: reason, rawData: bytes().toString('base64') });
      continue;
    }
    const path = partitionPath(verdict.partition);
    const piece = pieces.get(path) ?? { partition: verdict.partition, lines: [] };
    piece.lines.push(text);
    pieces.set(path, piece);
  }
  return { lines, pieces: [...pieces.values()], rejected };
};
