import type { Caller } from '../../caller';
import { AwsError } from '../../aws-error';
import type { Clock } from '../../clock';
import type { Trace } from '../../service';
import type { WriteConditions } from './conditions';
import type { LifecycleRule } from './lifecycle-settings';
import type { ListPage, ListRequest } from './listing';
import { listEverything, listPage } from './listing';
import { MultipartUploads } from './multipart';
import { ObjectStore } from './store';
import type { StoredObject } from './store';

/**
 * Amazon S3, general purpose buckets: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 * Objects are plain files, path = key, below `<dataDir>/s3/<bucket>/`; the disk is the truth.
 *
 * Honoured: objects with metadata and standard headers, ranges, conditional reads, writes and deletes, copies, listings in
 * UTF-8 order with prefix, delimiter and pages of 1,000, multipart uploads, `aws-chunked` bodies, checksums and Content-MD5.
 * Ignored, because nothing here can show it: encryption at rest (SSE-S3, SSE-KMS), storage class STANDARD, request payer,
 * the canned ACLs that an owner-enforced bucket accepts, signatures. Versioning is reported as configured, but old versions are
 * not kept. Lifecycle rules run on the host's clock (lifecycle.ts).
 * Refused, because files cannot hold it: keys with empty, "." or ".." segments, control characters or segments above 255 bytes;
 * a key beside another that is a folder of it. A file system that folds case or Unicode forms folds keys with it.
 * Everything else is answered with NotImplemented (501).
 */
export interface S3Options {
  /** Objects, staging, uploads and the index of ETags live below it. */
  readonly dataDir: string;
  /** The buckets of the graph: there are no others. */
  readonly buckets: readonly string[];
  /** Those of them with versioning enabled. @default none */
  readonly versioned?: readonly string[];
  /** Their lifecycle rules, to be answered; `Lifecycle` applies them. @default none */
  readonly lifecycle?: ReadonlyMap<string, readonly LifecycleRule[]>;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly region: string;
  /** @default 000000000000 */
  readonly accountId?: string;
}

export interface PutRequest extends WriteConditions {
  readonly bucket: string;
  readonly key: string;
  readonly body: Buffer;
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
}

/** The S3 stand-in, as the other stand-ins call it. Every call is traced; failures are AwsErrors in the words of S3. */
export class S3StandIn {
  readonly store: ObjectStore;
  readonly uploads: MultipartUploads;
  readonly buckets: readonly string[];
  readonly versioned: ReadonlySet<string>;
  readonly lifecycle: ReadonlyMap<string, readonly LifecycleRule[]>;
  readonly region: string;
  readonly accountId: string;
  readonly #clock: Clock;
  readonly #trace: Trace;

  constructor(options: S3Options) {
    this.store = new ObjectStore(options.dataDir, options.buckets, options.clock);
    this.uploads = new MultipartUploads(options.dataDir, this.store, options.clock);
    this.buckets = [...options.buckets].sort();
    this.versioned = new Set(options.versioned ?? []);
    this.lifecycle = options.lifecycle ?? new Map();
    this.region = options.region;
    this.accountId = options.accountId ?? '000000000000';
    this.#clock = options.clock;
    this.#trace = options.trace;
  }

  /** Runs one call and traces it, however it ends. */
  async traced<T>(caller: Caller, operation: string, resource: string, work: () => Promise<T>): Promise<T> {
    let error: string | undefined;
    try {
      return await work();
    } catch (thrown) {
      error = thrown instanceof AwsError ? thrown.code : 'InternalError';
      throw thrown;
    } finally {
      this.#trace({
        service: 's3',
        operation,
        caller,
        at: this.#clock.now(),
        resource,
        ...(error === undefined ? {} : { error }),
      });
    }
  }

  /** Errors: NoSuchBucket; PreconditionFailed and NoSuchKey by the conditions; InvalidRequest for a key that no file can have. */
  putObject(caller: Caller, request: PutRequest): Promise<StoredObject> {
    const { bucket, key, contentType, contentEncoding, metadata = {} } = request;
    return this.traced(caller, 'PutObject', uriOf(request), async () => {
      this.store.pathOf(bucket, key);
      const headers = {
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
        ...(contentEncoding === undefined ? {} : { 'content-encoding': contentEncoding }),
      };
      const { ifMatch, ifNoneMatch } = request;
      return this.store.commit(bucket, key, await this.store.staging.keep(request.body), {
        ifMatch,
        ifNoneMatch,
        details: { headers, metadata },
      });
    });
  }

  /** The object; its content is the file at `path`. Errors: NoSuchBucket, NoSuchKey. */
  getObject(caller: Caller, name: ObjectName): Promise<StoredObject> {
    return this.traced(caller, 'GetObject', uriOf(name), () => this.store.get(name.bucket, name.key));
  }

  /** As `getObject`, but a key that nothing has is undefined. */
  head(caller: Caller, name: ObjectName): Promise<StoredObject | undefined> {
    return this.traced(caller, 'HeadObject', uriOf(name), () => this.store.find(name.bucket, name.key));
  }

  /** Deleting what is not there succeeds, unless `ifMatch` is given (NoSuchKey; PreconditionFailed for another ETag). */
  deleteObject(caller: Caller, name: ObjectName & Pick<WriteConditions, 'ifMatch'>): Promise<void> {
    return this.traced(caller, 'DeleteObject', uriOf(name), () => this.store.remove(name.bucket, name.key, name.ifMatch));
  }

  /** One page of at most 1,000 objects and common prefixes. */
  list(caller: Caller, request: ListRequest): Promise<ListPage> {
    return this.traced(caller, 'ListObjectsV2', `s3://${request.bucket}/${request.prefix ?? ''}`, () =>
      listPage(this.store, request),
    );
  }

  /** All objects below a prefix, in the order of S3; traced once. */
  async *listAll(caller: Caller, request: { readonly bucket: string; readonly prefix?: string }): AsyncGenerator<StoredObject> {
    const { bucket, prefix = '' } = request;
    await this.traced(caller, 'ListObjectsV2', `s3://${bucket}/${prefix}`, () =>
      Promise.resolve(this.store.requireBucket(bucket)),
    );
    yield* listEverything(this.store, bucket, prefix);
  }

  /** The absolute path of an object's file, whether it is there or not. Throws NoSuchBucket or InvalidRequest. */
  pathOf(bucket: string, key: string): string {
    return this.store.pathOf(bucket, key);
  }

  /** Makes a finished file the object, by moving it; the file is gone afterwards, unless the key or the bucket is refused. */
  adoptFile(
    caller: Caller,
    request: ObjectName & WriteConditions & { readonly path: string; readonly contentType?: string },
  ): Promise<StoredObject> {
    const { bucket, key, path, contentType, ifMatch, ifNoneMatch } = request;
    return this.traced(caller, 'PutObject', uriOf(request), async () => {
      this.store.pathOf(bucket, key);
      const headers: Record<string, string> = contentType === undefined ? {} : { 'content-type': contentType };
      const staged = await this.store.stageFile(path);
      return this.store.commit(bucket, key, staged, { ifMatch, ifNoneMatch, details: { headers, metadata: {} } });
    });
  }

  close(): void {
    this.store.close();
  }
}

export const uriOf = (name: ObjectName): string => `s3://${name.bucket}/${name.key}`;
