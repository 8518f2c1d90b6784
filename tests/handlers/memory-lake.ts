import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { S3ServiceException, type S3Client } from '@aws-sdk/client-s3';
import { compareKeys } from '../../contracts/lake';
import { LakeObjects } from '../../handlers/aws/objects';

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: Readonly<Record<string, unknown>>;
}

interface Stored {
  readonly body: Buffer;
  readonly etag: string;
  readonly modified: Date;
}

export const refused = (name: string, status: number): S3ServiceException =>
  new S3ServiceException({ name, $fault: 'client', message: name, $metadata: { httpStatusCode: status } });

/** A bucket in memory, for the requests that the compaction's functions send; counts them. */
export class MemoryLake {
  readonly stored = new Map<string, Stored>();
  readonly calls: string[] = [];
  /** Keys whose bytes are not handed out, with the error that answers instead. */
  readonly refused = new Map<string, S3ServiceException>();
  readonly #uploads = new Map<string, Map<number, Buffer>>();
  #sorted: readonly string[] | undefined;

  constructor(private readonly pageKeys = 1_000) {}

  get objects(): LakeObjects {
    return new LakeObjects('lake', { send: (command: Command) => this.#answer(command) } as unknown as S3Client);
  }

  put(key: string, body: Buffer | string = key, modified = new Date(0)): void {
    const bytes = Buffer.from(body);
    this.stored.set(key, { body: bytes, etag: createHash('md5').update(bytes).digest('hex'), modified });
    this.#sorted = undefined;
  }

  etagOf(key: string): string {
    return this.stored.get(key)?.etag ?? '';
  }

  async #answer({ constructor: { name }, input }: Command): Promise<unknown> {
    const key = input['Key'] as string;
    this.calls.push(`${name.replace('Command', '')} ${key ?? (input['Prefix'] as string)}`);
    switch (name) {
      case 'ListObjectsV2Command':
        return this.#list(input);
      case 'GetObjectCommand': {
        if (this.refused.has(key)) throw this.refused.get(key)!;
        const object = this.stored.get(key);
        if (object === undefined) throw refused('NoSuchKey', 404);
        if (input['IfMatch'] !== undefined && input['IfMatch'] !== `"${object.etag}"`) throw refused('PreconditionFailed', 412);
        const body = Object.assign(Readable.from([object.body]), { transformToByteArray: async () => object.body });
        return { Body: body, ETag: `"${object.etag}"`, LastModified: object.modified };
      }
      case 'PutObjectCommand':
        if (input['IfNoneMatch'] !== undefined && this.stored.has(key)) throw refused('PreconditionFailed', 412);
        this.put(key, input['Body'] as Buffer | string);
        return {};
      case 'CreateMultipartUploadCommand':
        this.#uploads.set(key, new Map());
        return { UploadId: key };
      case 'UploadPartCommand':
        this.#uploads.get(key)!.set(input['PartNumber'] as number, input['Body'] as Buffer);
        return { ETag: `"${String(input['PartNumber'])}"` };
      case 'CompleteMultipartUploadCommand':
        this.put(
          key,
          Buffer.concat([...this.#uploads.get(key)!].sort(([left], [right]) => left - right).map(([, part]) => part)),
        );
        return {};
      case 'AbortMultipartUploadCommand':
        this.#uploads.delete(key);
        return {};
      default:
        throw new Error(`${name} is not modelled`);
    }
  }

  #list(input: Command['input']): unknown {
    const prefix = input['Prefix'] as string;
    const after = (input['ContinuationToken'] ?? input['StartAfter'] ?? '') as string;
    this.#sorted ??= [...this.stored.keys()].sort(compareKeys);
    const contents: object[] = [];
    const folders = new Set<string>();
    let last = '';
    for (const key of this.#sorted) {
      if (
        !key.startsWith(prefix) ||
        compareKeys(key, after) <= 0 ||
        (after.endsWith('/') && folders.size === 0 && key.startsWith(after) && input['Delimiter'] !== undefined)
      )
        continue;
      if (contents.length + folders.size === this.pageKeys)
        return {
          Contents: contents,
          CommonPrefixes: [...folders].map((Prefix) => ({ Prefix })),
          IsTruncated: true,
          NextContinuationToken: last,
        };
      const slash = input['Delimiter'] === undefined ? -1 : key.indexOf('/', prefix.length);
      if (slash >= 0) {
        folders.add(key.slice(0, slash + 1));
        last = key.slice(0, slash + 1);
        continue;
      }
      const { body, etag, modified } = this.stored.get(key)!;
      contents.push({ Key: key, ETag: `"${etag}"`, Size: body.length, LastModified: modified });
      last = key;
    }
    return { Contents: contents, CommonPrefixes: [...folders].map((Prefix) => ({ Prefix })), IsTruncated: false };
  }
}
