import type { Stats } from 'node:fs';
import { Journal } from '../../journal';
import type { ChecksumAlgorithm } from './digests';

/** A checksum as S3 keeps and answers it. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; `-N` behind it where it is composed of N parts' checksums. */
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** What S3 keeps of an object beside its content. */
export interface Details {
  /** Standard headers kept with an object, by lower-case name: `content-type`, `content-encoding`, `cache-control`. */
  readonly headers: Readonly<Record<string, string>>;
  /** `x-amz-meta-…` without that prefix. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly checksum?: Checksum;
}

export const noDetails: Details = { headers: {}, metadata: {} };

/** What tells one state of a file from another without reading it. */
export interface FileMark {
  readonly size: number;
  /** Milliseconds since the epoch, rounded. */
  readonly modified: number;
  readonly inode: number;
  /** When the file, or what is noted of it, was last changed, by the clock of the machine: milliseconds since the epoch. Nobody can set it. */
  readonly changed: number;
}

export const markOf = (stats: Stats): FileMark => ({
  size: stats.size,
  modified: Math.round(stats.mtimeMs),
  inode: stats.ino,
  changed: stats.ctimeMs,
});

export const sameMark = (left: FileMark, right: FileMark): boolean =>
  left.size === right.size && left.modified === right.modified && left.inode === right.inode && left.changed === right.changed;

export interface IndexEntry {
  readonly mark: FileMark;
  /** Without quotes. */
  readonly etag: string;
  /** In hex, of the whole content; missing where it is the ETag. */
  readonly md5?: string;
  readonly details: Details;
}

type JournalEntry = readonly [name: string, entry: IndexEntry | null];

/**
 * What was known of each object when it was put. An entry counts only while its mark is that of the file on the disk, or where the
 * file has the same content still (a copy of the data directory, say); it is a memory beside the files, and losing it loses no content.
 */
export class ObjectIndex {
  readonly #entries = new Map<string, IndexEntry>();
  readonly #journal: Journal<JournalEntry>;

  constructor(path: string) {
    this.#journal = Journal.open<JournalEntry>(path);
    for (const [name, entry] of this.#journal.entries) {
      if (entry === null) this.#entries.delete(name);
      else this.#entries.set(name, entry);
    }
    if (this.#journal.entries.length > 2 * this.#entries.size + 1000) this.#journal.compact([...this.#entries]);
  }

  get(bucket: string, key: string, mark: FileMark): IndexEntry | undefined {
    const entry = this.#entries.get(nameOf(bucket, key));
    return entry !== undefined && sameMark(entry.mark, mark) ? entry : undefined;
  }

  /** What was known of the object last, whether or not its file is still the same. */
  last(bucket: string, key: string): IndexEntry | undefined {
    return this.#entries.get(nameOf(bucket, key));
  }

  set(bucket: string, key: string, entry: IndexEntry): void {
    this.#entries.set(nameOf(bucket, key), entry);
    this.#journal.append([nameOf(bucket, key), entry]);
  }

  forget(bucket: string, key: string): void {
    if (this.#entries.delete(nameOf(bucket, key))) this.#journal.append([nameOf(bucket, key), null]);
  }

  close(): void {
    this.#journal.close();
  }
}

/** A bucket's name has no slash, so this is unique. */
const nameOf = (bucket: string, key: string): string => `${bucket}/${key}`;
