import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError } from '../../aws-error';
import type { Clock } from '../../clock';
import type { WriteConditions } from './conditions';
import type { ChecksumAlgorithm } from './digests';
import { digestOf } from './digests';
import { requireStorable } from './keys';
import type { Checksum, Details } from './object-index';
import type { Staged } from './staging';
import { discard } from './staging';
import type { ObjectStore, StoredObject } from './store';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const leastPartBytes = 5 * 1024 * 1024;
export const mostParts = 10_000;

export interface Part {
  readonly number: number;
  readonly size: number;
  /** In hex, without quotes: the part's MD5. */
  readonly etag: string;
  readonly lastModified: number;
  /** Base64. */
  readonly checksum?: string;
}

export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  /** Milliseconds since the epoch; becomes the object's LastModified, as S3 has it. */
  readonly initiated: number;
  readonly details: Details;
  readonly checksumAlgorithm?: ChecksumAlgorithm;
  readonly checksumType?: Checksum['type'];
  /** By number, ascending. */
  readonly parts: readonly Part[];
}

export interface CompletedPart {
  readonly number: number;
  readonly etag: string;
  readonly checksum?: string;
}

const noSuchUpload = (id: string): AwsError => {
  const sentence =
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
  return new AwsError('NoSuchUpload', sentence, 404, { UploadId: id });
};

/** Uploads under way. Each is a folder with its parts and a description, so that it survives a restart. */
export class MultipartUploads {
  readonly #folder: string;
  readonly #uploads = new Map<string, Upload>();
  readonly #completing = new Set<string>();

  constructor(
    dataDir: string,
    private readonly store: ObjectStore,
    private readonly clock: Clock,
  ) {
    this.#folder = join(dataDir, 's3-uploads');
    mkdirSync(this.#folder, { recursive: true });
    for (const id of readdirSync(this.#folder)) {
      const description = join(this.#folder, id, 'upload.json');
      // A folder without a description is an upload whose creation was never answered, or one that had ended.
      if (existsSync(description)) this.#uploads.set(id, JSON.parse(readFileSync(description, 'utf8')) as Upload);
      else rmSync(join(this.#folder, id), { recursive: true, force: true });
    }
  }

  create(bucket: string, key: string, description: Pick<Upload, 'details' | 'checksumAlgorithm' | 'checksumType'>): Upload {
    this.store.requireBucket(bucket);
    requireStorable(key);
    const upload: Upload = {
      id: randomUUID().replaceAll('-', ''),
      bucket,
      key,
      initiated: this.clock.now(),
      parts: [],
      ...description,
    };
    mkdirSync(join(this.#folder, upload.id));
    this.#save(upload);
    return upload;
  }

  get(bucket: string, key: string, id: string): Upload {
    this.store.requireBucket(bucket);
    const upload = this.#uploads.get(id);
    if (upload === undefined || upload.bucket !== bucket || upload.key !== key) throw noSuchUpload(id);
    return upload;
  }

  /** By key, then by time. */
  list(bucket: string): readonly Upload[] {
    this.store.requireBucket(bucket);
    return [...this.#uploads.values()].filter((upload) => upload.bucket === bucket);
  }

  #save(upload: Upload): void {
    const path = join(this.#folder, upload.id, 'upload.json');
    writeFileSync(`${path}.new`, JSON.stringify(upload));
    renameSync(`${path}.new`, path);
    this.#uploads.set(upload.id, upload);
  }

  /** Takes over a staged body as a part; one of the same number is replaced. */
  async addPart(bucket: string, key: string, id: string, number: number, staged: Staged): Promise<Part> {
    try {
      const upload = this.get(bucket, key, id);
      renameSync(staged.path, this.#partPath(id, number));
      const checksum = upload.checksumAlgorithm === undefined ? undefined : staged.checksums.get(upload.checksumAlgorithm);
      const part: Part = {
        number,
        size: staged.size,
        etag: staged.md5,
        lastModified: this.clock.now(),
        ...(checksum === undefined ? {} : { checksum: checksum.toString('base64') }),
      };
      const parts = [...upload.parts.filter((other) => other.number !== number), part].sort(
        (left, right) => left.number - right.number,
      );
      this.#save({ ...upload, parts });
      return part;
    } catch (error) {
      await discard(staged);
      throw error;
    }
  }

  #partPath(id: string, number: number): string {
    return join(this.#folder, id, String(number));
  }

  abort(bucket: string, key: string, id: string): void {
    this.get(bucket, key, id);
    this.#end(id);
  }

  #end(id: string): void {
    this.#uploads.delete(id);
    rmSync(join(this.#folder, id), { recursive: true, force: true });
  }

  /** Joins the parts into the object. When a condition does not hold the upload stays, to be completed again or aborted. */
  async complete(
    bucket: string,
    key: string,
    id: string,
    listed: readonly CompletedPart[],
    options: WriteConditions & { readonly checksum?: string | undefined },
  ): Promise<StoredObject> {
    const upload = this.get(bucket, key, id);
    const parts = chosenParts(upload, listed);
    if (this.#completing.has(id)) {
      const sentence = 'A conflicting conditional operation is currently in progress against this resource. Please try again.';
      throw new AwsError('OperationAborted', sentence, 409);
    }
    this.#completing.add(id);
    try {
      const { checksumAlgorithm: algorithm, checksumType: type } = upload;
      const isWhole = algorithm !== undefined && type === 'FULL_OBJECT';
      const staged = await this.store.staging.receive(this.#contentOf(id, parts), isWhole ? [algorithm] : []);
      const checksum = checksumOf(upload, parts, staged);
      if (options.checksum !== undefined && checksum !== undefined && options.checksum !== checksum.value) {
        await discard(staged);
        throw new AwsError('BadDigest', `The ${checksum.algorithm} you specified did not match the calculated checksum.`);
      }
      const etag = `${createHash('md5')
        .update(Buffer.concat(parts.map((part) => Buffer.from(part.etag, 'hex'))))
        .digest('hex')}-${parts.length}`;
      const details = { ...upload.details, ...(checksum === undefined ? {} : { checksum }) };
      const object = await this.store.commit(bucket, key, staged, { ...options, etag, details, lastModified: upload.initiated });
      this.#end(id);
      return object;
    } finally {
      this.#completing.delete(id);
    }
  }

  async *#contentOf(id: string, parts: readonly Part[]): AsyncGenerator<Buffer> {
    for (const part of parts) {
      for await (const chunk of createReadStream(this.#partPath(id, part.number), { highWaterMark: 256 * 1024 }))
        yield chunk as Buffer;
    }
  }
}

const checksumOf = (upload: Upload, parts: readonly Part[], staged: Staged): Checksum | undefined => {
  const { checksumAlgorithm: algorithm, checksumType: type = 'COMPOSITE' } = upload;
  if (algorithm === undefined) return undefined;
  const whole = staged.checksums.get(algorithm);
  if (whole !== undefined) return { algorithm, type, value: whole.toString('base64') };
  // A part that was sent without its checksum has none to compose.
  if (parts.some((part) => part.checksum === undefined)) return undefined;
  const joined = Buffer.concat(parts.map((part) => Buffer.from(part.checksum ?? '', 'base64')));
  return { algorithm, type, value: `${digestOf(algorithm, joined).toString('base64')}-${parts.length}` };
};

/** The parts that a client lists, checked as S3 checks them. */
const chosenParts = (upload: Upload, listed: readonly CompletedPart[]): readonly Part[] => {
  if (listed.length === 0) {
    throw new AwsError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  const byNumber = new Map(upload.parts.map((part) => [part.number, part]));
  if (listed.some((each, index) => index > 0 && each.number <= listed[index - 1]!.number)) {
    throw new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order. Parts must be ordered by part number.');
  }
  return listed.map((each, index) => {
    if (upload.checksumType === 'COMPOSITE' && each.checksum === undefined) {
      const algorithm = upload.checksumAlgorithm?.toLowerCase();
      const sentence =
        `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for each part. ` +
        `It was missing for part ${each.number} in the request.`;
      throw new AwsError('InvalidRequest', sentence);
    }
    const part = byNumber.get(each.number);
    const differs = each.checksum !== undefined && part?.checksum !== undefined && each.checksum !== part.checksum;
    if (part === undefined || part.etag !== each.etag || differs) {
      const sentence =
        'One or more of the specified parts could not be found. The part may not have been uploaded, ' +
        "or the specified entity tag may not match the part's entity tag.";
      throw new AwsError('InvalidPart', sentence, 400, { UploadId: upload.id, PartNumber: each.number, ETag: each.etag });
    }
    if (index < listed.length - 1 && part.size < leastPartBytes) {
      const members = { ProposedSize: part.size, MinSizeAllowed: leastPartBytes, PartNumber: part.number, ETag: part.etag };
      throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, members);
    }
    return part;
  });
};
