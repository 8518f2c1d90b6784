import { createHash } from 'node:crypto';
import type { Feed } from '../contracts/feeds';
import { partitionPath, type Partition } from '../contracts/lake';
import { linesIn, type Line } from './lines';

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

/** What the pieces of one stretch of a source are called. */
export const stretchName = (hash: string, stretch: number): string =>
  stretch === 0 ? hash : `${hash}-${String(stretch).padStart(4, '0')}`;

/** Judges the lines of an object, block by block, against the partition that it lies in. */
export class ObjectJudge {
  readonly #columns: readonly string[];
  #lines = 0;
  #own = true;

  constructor(
    private readonly feed: Pick<Feed, 'judgeLine'>,
    private readonly partition: Partition,
  ) {
    this.#columns = Object.keys(partition);
  }

  /** Whole lines. What follows the first that does not belong is not judged. */
  take(block: Buffer): void {
    if (!this.#own) return;
    for (const { text } of linesIn(block)) {
      if (!this.#belongs(text)) {
        this.#own = false;
        return;
      }
      this.#lines++;
    }
  }

  get own(): boolean {
    return this.#own && this.#lines > 0;
  }

  /** A line did not belong. */
  get disowned(): boolean {
    return !this.#own;
  }

  /** Lines that belong, up to the first that does not. */
  get judged(): JudgedObject {
    return { lines: this.#lines, own: this.own };
  }

  #belongs(text: string | undefined): boolean {
    if (text === undefined || text === '') return false;
    const verdict = this.feed.judgeLine(text);
    return (
      verdict.ok &&
      verdict.line === undefined &&
      this.#columns.every((column) => verdict.partition[column] === this.partition[column])
    );
  }
}

/** Judges every line of an object that is held as a whole. */
export const judgeObject = (feed: Pick<Feed, 'judgeLine'>, body: Buffer, partition: Partition): JudgedObject => {
  const judge = new ObjectJudge(feed, partition);
  judge.take(body);
  return judge.judged;
};

/** What a stretch of an object is split into. */
export interface Split {
  /** Lines that are not empty. */
  readonly lines: number;
  readonly pieces: readonly Piece[];
  readonly rejected: readonly RejectedLine[];
}

/** Text that is split at once: what is made of it is held in memory. */
export const STRETCH_CHARACTERS = 64 * 1024 * 1024;

/**
 * Splits an object by true type and date, block by block; what cannot be used is kept apart with its reason. Empty lines hold nothing and
 * go. A large object comes out in several stretches, whose ends follow from its lines alone: the same object always makes the same ones.
 */
export class ObjectSplitter {
  #pieces = new Map<string, { partition: Partition; lines: string[] }>();
  #rejected: RejectedLine[] = [];
  #lines = 0;
  #characters = 0;
  #lineNumber = 0;

  constructor(
    private readonly feed: Pick<Feed, 'judgeLine'>,
    private readonly stretchCharacters: number = STRETCH_CHARACTERS,
  ) {}

  /** Takes whole lines, and gives the stretches that they complete. */
  *take(block: Buffer): Generator<Split> {
    for (const line of linesIn(block)) {
      this.#lineNumber++;
      if (line.text === '') continue;
      this.#lines++;
      this.#file(line);
      if (this.#characters >= this.stretchCharacters) yield this.#close();
    }
  }

  /** The last stretch, where something is left. */
  *end(): Generator<Split> {
    if (this.#lines > 0) yield this.#close();
  }

  #file({ text, bytes }: Line): void {
    const verdict = text === undefined ? NO_TEXT : this.feed.judgeLine(text);
    if (text === undefined || !verdict.ok) {
      const { code, reason } = verdict as { code: string; reason: string };
      const rawData = bytes().toString('base64');
      this.#rejected.push({ lineNumber: this.#lineNumber, errorCode: code, errorMessage: reason, rawData });
      this.#characters += rawData.length;
      return;
    }
    const path = partitionPath(verdict.partition);
    const piece = this.#pieces.get(path);
    const line = verdict.line ?? text;
    if (piece === undefined) this.#pieces.set(path, { partition: verdict.partition, lines: [line] });
    else piece.lines.push(line);
    this.#characters += text.length;
  }

  #close(): Split {
    const split = { lines: this.#lines, pieces: [...this.#pieces.values()], rejected: this.#rejected };
    this.#pieces = new Map();
    this.#rejected = [];
    this.#lines = 0;
    this.#characters = 0;
    return split;
  }
}

const NO_TEXT = { ok: false, code: 'utf-8', reason: 'the line is not valid UTF-8' } as const;
