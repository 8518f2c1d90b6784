import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, renameSync, rmdirSync, statSync, unlinkSync, utimesSync } from 'node:fs';
import { copyFile, constants, open, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AwsError } from '../../aws-error';
import type { Clock } from '../../clock';
import type { WriteConditions } from './conditions';
import { checkWrite, noSuchKey } from './conditions';
import { collision, keyProblem, requireStorable } from './keys';
import type { Details, FileMark, IndexEntry } from './object-index';
import { markOf, noDetails, ObjectIndex, sameMark } from './object-index';
import type { Staged } from './staging';
import { discard, Staging } from './staging';

/** An object as it lies on the disk. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  /** The absolute path of its file. */
  readonly path: string;
  /** Without quotes: the MD5 of the content in hex, or the MD5 of the parts' MD5s and their number. */
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch: the host's clock at the put, or the file's own time where a person put it there. */
  readonly lastModified: number;
  readonly details: Details;
}

export interface Commit extends WriteConditions {
  readonly details?: Details;
  /** @default the MD5 of the content */
  readonly etag?: string;
  /** Milliseconds since the epoch. @default now */
  readonly lastModified?: number;
}

/** How often a read starts over because the file changes under it, before the caller is asked to come back. */
const triesOfChangingFile = 10;

/**
 * The files behind the buckets. The disk is the truth: files may be put, changed or deleted by hand at any time.
 * Whatever decides on the state of a key and then changes it does both in one synchronous stretch, so requests cannot interleave.
 */
export class ObjectStore {
  readonly staging: Staging;
  readonly #root: string;
  readonly #buckets: ReadonlySet<string>;
  readonly #clock: Clock;
  readonly #index: ObjectIndex;

  constructor(dataDir: string, buckets: readonly string[], clock: Clock) {
    this.#root = join(dataDir, 's3');
    this.#buckets = new Set(buckets);
    this.#clock = clock;
    for (const bucket of buckets) mkdirSync(join(this.#root, bucket), { recursive: true });
    this.staging = new Staging(join(dataDir, 's3-staging'));
    this.#index = new ObjectIndex(join(dataDir, 's3-index.jsonl'));
  }

  close(): void {
    this.#index.close();
  }

  requireBucket(bucket: string): void {
    if (!this.#buckets.has(bucket))
      throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: bucket });
  }

  folderOf(bucket: string): string {
    this.requireBucket(bucket);
    return join(this.#root, bucket);
  }

  pathOf(bucket: string, key: string): string {
    requireStorable(key);
    return join(this.folderOf(bucket), key);
  }

  #mark(bucket: string, key: string): FileMark | undefined {
    this.requireBucket(bucket);
    if (keyProblem(key) !== undefined) return undefined;
    try {
      const stats = statSync(join(this.#root, bucket, key), { throwIfNoEntry: false });
      return stats?.isFile() === true ? markOf(stats) : undefined;
    } catch (error) {
      // Below a file, or too long to be a path: no object can be there.
      if (['ENOTDIR', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw error;
    }
  }

  #object(bucket: string, key: string, entry: IndexEntry): StoredObject {
    const { etag, mark, details } = entry;
    return { bucket, key, path: join(this.#root, bucket, key), etag, size: mark.size, lastModified: mark.modified, details };
  }

  /** The object, if its ETag is known without reading it. */
  known(bucket: string, key: string): StoredObject | undefined {
    const mark = this.#mark(bucket, key);
    const entry = mark === undefined ? undefined : this.#index.get(bucket, key, mark);
    return entry === undefined ? undefined : this.#object(bucket, key, entry);
  }

  /** The object; a file that came by hand, or is not the one that was written, is read for its MD5: by that it is known again, or new. */
  async find(bucket: string, key: string): Promise<StoredObject | undefined> {
    for (let tries = 0; tries < triesOfChangingFile; tries++) {
      const mark = this.#mark(bucket, key);
      if (mark === undefined) {
        this.#index.forget(bucket, key);
        return undefined;
      }
      const entry = this.#index.get(bucket, key, mark);
      if (entry !== undefined) return this.#object(bucket, key, entry);
      const md5 = await md5Of(join(this.#root, bucket, key));
      const again = this.#mark(bucket, key);
      if (md5 === undefined || again === undefined || !sameMark(mark, again)) continue;
      const last = this.#index.last(bucket, key);
      const same = last !== undefined && (last.md5 ?? last.etag) === md5;
      this.#index.set(bucket, key, same ? { ...last, mark } : { mark, etag: md5, details: noDetails });
    }
    throw new AwsError('SlowDown', `The file of "${key}" keeps changing while it is read.`, 503, { Key: key });
  }

  async get(bucket: string, key: string): Promise<StoredObject> {
    const object = await this.find(bucket, key);
    if (object === undefined) throw noSuchKey(key);
    return object;
  }

  /** The object and its open file, which stays readable whatever happens to the key. The caller closes it. */
  async open(bucket: string, key: string): Promise<{ readonly object: StoredObject; readonly file: FileHandle }> {
    for (let tries = 0; tries < triesOfChangingFile; tries++) {
      const object = await this.get(bucket, key);
      const file = await open(object.path, 'r').catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      });
      if (file === undefined) continue;
      const entry = this.#index.get(bucket, key, markOf(await file.stat()));
      if (entry?.etag === object.etag) return { object, file };
      await file.close();
    }
    throw new AwsError('SlowDown', `The file of "${key}" keeps changing while it is read.`, 503, { Key: key });
  }

  /** Makes a staged body the object, if the conditions hold; the staged file is gone either way. */
  async commit(bucket: string, key: string, staged: Staged, options: Commit = {}): Promise<StoredObject> {
    try {
      const path = this.pathOf(bucket, key);
      const check = await this.#conditions(bucket, key, options);
      check();
      const modified = options.lastModified ?? this.#clock.now();
      utimesSync(staged.path, modified / 1000, modified / 1000);
      place(staged.path, path, key);
      const { etag = staged.md5, details = noDetails } = options;
      const mark = markOf(statSync(path));
      const entry = { mark, etag, details, ...(etag === staged.md5 ? {} : { md5: staged.md5 }) };
      this.#index.set(bucket, key, entry);
      return this.#object(bucket, key, entry);
    } catch (error) {
      await discard(staged);
      throw error;
    }
  }

  /** Deletes the object, if the condition holds; a key that nothing has is no error without one. */
  async remove(bucket: string, key: string, ifMatch?: string): Promise<void> {
    const check = await this.#conditions(bucket, key, { ifMatch });
    check();
    if (this.#mark(bucket, key) !== undefined) this.#unlink(bucket, key);
  }

  /** Deletes the object where what its last modification says holds, in one stretch; whether it did. */
  removeIf(bucket: string, key: string, holds: (lastModified: number) => boolean): boolean {
    const mark = this.#mark(bucket, key);
    if (mark === undefined || !holds(mark.modified)) return false;
    this.#unlink(bucket, key);
    return true;
  }

  #unlink(bucket: string, key: string): void {
    const path = this.pathOf(bucket, key);
    unlinkSync(path);
    this.#index.forget(bucket, key);
    this.#prune(dirname(path), this.folderOf(bucket));
  }

  /**
   * What checks the conditions: to be called at once, in the stretch that acts on them. Unconditional writes need no ETag of
   * what is there, so a large file that came by hand is not read for them.
   */
  async #conditions(bucket: string, key: string, conditions: WriteConditions): Promise<() => void> {
    this.requireBucket(bucket);
    const { ifMatch, ifNoneMatch } = conditions;
    if (ifMatch === undefined && ifNoneMatch === undefined) return () => undefined;
    if (ifMatch !== undefined) await this.find(bucket, key);
    return () => {
      const there = this.#mark(bucket, key) !== undefined;
      const known = this.known(bucket, key);
      if (there && ifMatch !== undefined && known === undefined) {
        throw new AwsError('ConditionalRequestConflict', 'The object changed while the condition was checked.', 409, {
          Key: key,
        });
      }
      checkWrite(key, known?.etag ?? (there ? '' : undefined), conditions);
    };
  }

  /** Removes folders that a delete left empty. Nothing else runs in between, so no put loses the folder that it made. */
  #prune(folder: string, bucketFolder: string): void {
    for (let path = folder; path !== bucketFolder; path = dirname(path)) {
      try {
        rmdirSync(path);
      } catch (error) {
        if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return;
        throw error;
      }
    }
  }

  /** Moves a finished file into the staging folder and reads it for its MD5, as if it had been sent. */
  async stageFile(path: string): Promise<Staged> {
    const staged = this.staging.path();
    try {
      await rename(path, staged);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
      await copyFile(path, staged);
      unlinkSync(path);
    }
    return measured(staged);
  }

  /** A copy of an object's file in the staging folder; sharing blocks with it where the file system can. */
  async stageCopy(object: StoredObject): Promise<Staged> {
    const staged = this.staging.path();
    await copyFile(object.path, staged, constants.COPYFILE_FICLONE);
    return measured(staged);
  }
}

const measured = async (path: string): Promise<Staged> => {
  const md5 = await md5Of(path);
  if (md5 === undefined) throw new Error(`The staged file ${path} vanished.`);
  return { path, size: statSync(path).size, md5, checksums: new Map() };
};

/** In hex; undefined for a file that is not there. */
const md5Of = async (path: string): Promise<string | undefined> => {
  const hash = createHash('md5');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) hash.update(chunk as Buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return hash.digest('hex');
};

/** Renames a file to where a key lies, making folders on the way. */
const place = (from: string, to: string, key: string): void => {
  try {
    try {
      renameSync(from, to);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') mkdirSync(dirname(to), { recursive: true });
      else if (code !== 'EISDIR' && code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
      // A folder at the very path may be empty, left by hand: then the key is free.
      else rmdirSync(to);
      renameSync(from, to);
    }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOTDIR', 'EISDIR', 'ENOTEMPTY', 'EEXIST'].includes(code)) throw collision(key);
    if (code === 'ENAMETOOLONG')
      throw new AwsError('KeyTooLongError', 'Your key is too long for the file system of the host', 400, { Key: key });
    throw error;
  }
};
