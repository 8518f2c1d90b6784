import type { Readable } from 'node:stream';
import { createGunzip, gzipSync } from 'node:zlib';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type * as z from 'zod';
import { PART_BYTES, Upload } from './upload';

/** ETags travel without their quotes. */
export interface ListedObject {
  readonly key: string;
  readonly etag: string;
  readonly bytes: number;
  /** ISO 8601. */
  readonly lastModified: string;
}

const unquoted = (etag: string | undefined): string => (etag ?? '').replaceAll('"', '');
/** A bucket that is not there has the status of a missing object, and is a missing right or a mistake: never just "gone". */
const isCode = (thrown: unknown, ...codes: readonly (string | number)[]): boolean =>
  thrown instanceof S3ServiceException &&
  thrown.name !== 'NoSuchBucket' &&
  (codes.includes(thrown.name) || codes.includes(thrown.$metadata.httpStatusCode ?? 0));

/** S3 answers 1,000 keys a page and takes 1,000 a deletion: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const PAGE = 1_000;

/** An object that must be there is not: a bug, or somebody's deletion. */
export class MissingObject extends Error {
  override readonly name = 'MissingObject';
}

/** The lake bucket, as the compaction's functions use it: conditional writes, sorted listings, gzip NDJSON documents. */
export class LakeObjects {
  constructor(
    private readonly bucket: string,
    private readonly client: S3Client = new S3Client({}),
  ) {}

  /** The object's bytes; undefined where it is gone (404) or is another one by now (412). */
  async read(
    key: string,
    ifMatch?: string,
  ): Promise<{ readonly body: Buffer; readonly etag: string; readonly lastModified: string } | undefined> {
    try {
      const answer = await this.client.send(
        new GetObjectCommand({ Bucket: this.bucket, Key: key, ...(ifMatch === undefined ? {} : { IfMatch: `"${ifMatch}"` }) }),
      );
      const body = Buffer.from(await answer.Body!.transformToByteArray());
      return { body, etag: unquoted(answer.ETag), lastModified: (answer.LastModified ?? new Date(0)).toISOString() };
    } catch (thrown) {
      if (isCode(thrown, 'NoSuchKey', 'NotFound', 404, 'PreconditionFailed', 412)) return undefined;
      throw thrown;
    }
  }

  /**
   * The object's bytes as they come; undefined where it is gone (404) or is another one by now (412). A connection that breaks is taken up
   * again where it broke, as long as the object is the same one.
   */
  async stream(key: string, etag: string): Promise<AsyncGenerator<Buffer> | undefined> {
    const open = async (from: number): Promise<Readable | undefined> => {
      try {
        const range = from === 0 ? {} : { Range: `bytes=${from}-` };
        const answer = await this.client.send(
          new GetObjectCommand({ Bucket: this.bucket, Key: key, IfMatch: `"${etag}"`, ...range }),
        );
        return answer.Body as Readable;
      } catch (thrown) {
        if (isCode(thrown, 'NoSuchKey', 'NotFound', 404, 'PreconditionFailed', 412)) return undefined;
        throw thrown;
      }
    };
    const body = await open(0);
    return body === undefined ? undefined : resumed(body, open);
  }

  /** An object that is written as it is made, and there only when it is completed. */
  upload(key: string, partBytes = PART_BYTES): Upload {
    return new Upload(this.client, this.bucket, key, partBytes);
  }

  async readJson<T>(key: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const object = await this.read(key);
    return object === undefined ? undefined : schema.parse(JSON.parse(object.body.toString('utf8')));
  }

  /** As `readJson`, for an object that must be there: its absence is a bug or somebody's deletion. */
  async requireJson<T>(key: string, schema: z.ZodType<T>): Promise<T> {
    const value = await this.readJson(key, schema);
    if (value === undefined) throw new MissingObject(`s3://${this.bucket}/${key} is missing`);
    return value;
  }

  /** The documents of a gzip NDJSON object, one after another; none where the object is missing and `optional`. */
  async *readLines<T>(key: string, schema: z.ZodType<T>, optional = false): AsyncGenerator<T> {
    let body: Readable;
    try {
      body = (await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }))).Body as Readable;
    } catch (thrown) {
      if (!isCode(thrown, 'NoSuchKey', 404)) throw thrown;
      if (optional) return;
      throw new MissingObject(`s3://${this.bucket}/${key} is missing`, { cause: thrown });
    }
    const inflated = body.pipe(createGunzip());
    body.on('error', (error) => inflated.destroy(error));
    try {
      let rest = '';
      for await (const chunk of inflated.setEncoding('utf8') as AsyncIterable<string>) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) yield schema.parse(JSON.parse(line));
      }
      if (rest !== '') yield schema.parse(JSON.parse(rest));
    } finally {
      // A reader that stops early must not keep the connection.
      body.destroy();
    }
  }

  async put(key: string, body: string | Buffer): Promise<void> {
    await this.client.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body }));
  }

  async putJson(key: string, value: unknown): Promise<void> {
    await this.put(key, JSON.stringify(value));
  }

  async putLines(key: string, documents: readonly unknown[]): Promise<void> {
    await this.put(key, gzipLines(documents));
  }

  /** Creates the object; false where one is there already (412). A concurrent writer's conflict (409) is tried again. */
  async create(key: string, body: string | Buffer): Promise<boolean> {
    return this.#conditionally({ IfNoneMatch: '*' }, key, body);
  }

  /** Overwrites exactly the object that was seen; false where it is another one by now. */
  async replace(key: string, etag: string, body: string | Buffer): Promise<boolean> {
    return this.#conditionally({ IfMatch: `"${etag}"` }, key, body);
  }

  async #conditionally(
    condition: { IfNoneMatch: string } | { IfMatch: string },
    key: string,
    body: string | Buffer,
  ): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.client.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body, ...condition }));
        return true;
      } catch (thrown) {
        if (isCode(thrown, 'PreconditionFailed', 412, 'NoSuchKey', 404)) return false;
        if (!isCode(thrown, 'ConditionalRequestConflict', 409) || attempt === 5) throw thrown;
      }
    }
  }

  /** Deletes exactly the object that was seen; false where it is gone or another one by now. */
  async remove(key: string, etag: string): Promise<boolean> {
    try {
      await this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key, IfMatch: `"${etag}"` }));
      return true;
    } catch (thrown) {
      if (isCode(thrown, 'PreconditionFailed', 412, 'NoSuchKey', 404)) return false;
      throw thrown;
    }
  }

  /** Deletes keys in requests of 1,000; only failed keys are tried again. Throws with the first failure that stays. */
  async removeAll(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += PAGE) {
      let left = keys.slice(start, start + PAGE);
      for (let attempt = 1; left.length > 0; attempt++) {
        const answer = await this.client.send(
          new DeleteObjectsCommand({ Bucket: this.bucket, Delete: { Objects: left.map((Key) => ({ Key })), Quiet: true } }),
        );
        const errors = answer.Errors ?? [];
        if (errors.length > 0 && attempt === 5)
          throw new Error(`deleting s3://${this.bucket}/${errors[0]?.Key}: ${errors[0]?.Code}`);
        left = errors.flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
        if (left.length > 0) await backoff(attempt);
      }
    }
  }

  /** Every object below the prefix, in UTF-8 order of keys. */
  async *list(prefix: string, options: { readonly startAfter?: string } = {}): AsyncGenerator<ListedObject> {
    for await (const page of this.#pages(prefix, options.startAfter, undefined))
      for (const { Key, ETag, Size, LastModified } of page.Contents ?? [])
        yield {
          key: Key ?? '',
          etag: unquoted(ETag),
          bytes: Size ?? 0,
          lastModified: (LastModified ?? new Date(0)).toISOString(),
        };
  }

  /** The folders right below the prefix, with their closing slash. */
  async *folders(prefix: string, options: { readonly startAfter?: string } = {}): AsyncGenerator<string> {
    for await (const page of this.#pages(prefix, options.startAfter, '/'))
      for (const { Prefix } of page.CommonPrefixes ?? []) if (Prefix !== undefined) yield Prefix;
  }

  /** What lies right below the prefix: folders, with their closing slash, and objects. */
  async *level(prefix: string): AsyncGenerator<string> {
    for await (const page of this.#pages(prefix, undefined, '/')) {
      for (const { Prefix } of page.CommonPrefixes ?? []) if (Prefix !== undefined) yield Prefix;
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
    }
  }

  async *#pages(prefix: string, startAfter: string | undefined, delimiter: string | undefined) {
    let token: string | undefined;
    do {
      const page = await this.client.send(
        new ListObjectsV2Command({
          Bucket: this.bucket,
          Prefix: prefix,
          ...(startAfter === undefined ? {} : { StartAfter: startAfter }),
          ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
      yield page;
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }
}

const RESUMPTIONS = 5;

async function* resumed(body: Readable, open: (from: number) => Promise<Readable | undefined>): AsyncGenerator<Buffer> {
  let from = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        yield chunk;
        from += chunk.length;
      }
      return;
    } catch (thrown) {
      if (attempt > RESUMPTIONS) throw thrown;
      await backoff(attempt);
      const next = await open(from);
      if (next === undefined) throw thrown;
      body = next;
    }
  }
}

export const gzipLines = (documents: readonly unknown[]): Buffer =>
  gzipSync(documents.map((document) => `${JSON.stringify(document)}\n`).join(''));

/** Full jitter, capped at 5 s. */
export const backoff = (attempt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(5_000, 50 * 2 ** attempt)));
