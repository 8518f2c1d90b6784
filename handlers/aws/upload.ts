import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
  type S3Client,
} from '@aws-sdk/client-s3';
import { isPassing, PassingTrouble } from './passing';

/**
 * Parts have at least 5 MiB, but for the last, and there are at most 10,000: so an object may have 156 GiB.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
 */
export const PART_BYTES = 16 * 1024 * 1024;

/** Named by no upload: it never was, or has been completed or aborted. */
const isNoUpload = (thrown: unknown): boolean => thrown instanceof Error && thrown.name === 'NoSuchUpload';

/**
 * An object that is written as it is made, with one part in memory. Nobody sees anything of it before `complete`, and nothing of it at all
 * after `abort`; what a function that died had begun is removed by the bucket's lifecycle. What fits one part is put at once.
 */
export class Upload {
  #held: Buffer[] = [];
  #heldBytes = 0;
  #id: string | undefined;
  readonly #parts: CompletedPart[] = [];
  bytes = 0;

  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
    private readonly key: string,
    private readonly partBytes: number = PART_BYTES,
  ) {}

  async write(bytes: Buffer): Promise<void> {
    this.bytes += bytes.length;
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes >= this.partBytes) await this.#send();
  }

  /**
   * Makes the object. Throws PassingTrouble where the upload is gone: the answer to its completion got lost and the SDK asked again, or
   * somebody ended it. Which of the two cannot be told, and written again from its beginning the object is right in either case.
   */
  async complete(): Promise<void> {
    const where = { Bucket: this.bucket, Key: this.key };
    if (this.#id === undefined) {
      await this.client.send(new PutObjectCommand({ ...where, Body: Buffer.concat(this.#held) }));
      return;
    }
    if (this.#heldBytes > 0) await this.#send();
    try {
      await this.client.send(
        new CompleteMultipartUploadCommand({ ...where, UploadId: this.#id, MultipartUpload: { Parts: this.#parts } }),
      );
    } catch (thrown) {
      if (!isNoUpload(thrown)) throw thrown;
      throw new PassingTrouble(`s3://${this.bucket}/${this.key}: its upload was gone when it was to be completed`, {
        cause: thrown,
      });
    }
  }

  /** Gives it up. Where S3 is busy or knows no such upload, that must not hide why it is given up: the lifecycle removes what is left. */
  async abort(): Promise<void> {
    this.#held = [];
    if (this.#id === undefined) return;
    try {
      await this.client.send(new AbortMultipartUploadCommand({ Bucket: this.bucket, Key: this.key, UploadId: this.#id }));
    } catch (thrown) {
      if (!isNoUpload(thrown) && !isPassing(thrown)) throw thrown;
    }
  }

  async #send(): Promise<void> {
    const where = { Bucket: this.bucket, Key: this.key };
    if (this.#id === undefined) {
      // The SDK sends each part with its CRC32; S3 takes parts with the checksum that the upload was created for alone.
      const { UploadId } = await this.client.send(new CreateMultipartUploadCommand({ ...where, ChecksumAlgorithm: 'CRC32' }));
      if (UploadId === undefined) throw new Error(`s3://${this.bucket}/${this.key}: an upload without an id`);
      this.#id = UploadId;
    }
    const body = Buffer.concat(this.#held);
    [this.#held, this.#heldBytes] = [[], 0];
    const PartNumber = this.#parts.length + 1;
    const { ETag, ChecksumCRC32 } = await this.client.send(
      new UploadPartCommand({ ...where, UploadId: this.#id, PartNumber, Body: body }),
    );
    this.#parts.push({
      PartNumber,
      ...(ETag === undefined ? {} : { ETag }),
      ...(ChecksumCRC32 === undefined ? {} : { ChecksumCRC32 }),
    });
  }
}
