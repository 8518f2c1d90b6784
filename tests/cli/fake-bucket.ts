import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { compareKeys } from '../../contracts/lake';
import { LakeObjects } from '../../handlers/aws/objects';

export interface FakeBucket {
  readonly objects: LakeObjects;
  /** Puts an object and answers its ETag. */
  put(key: string, body: string | Buffer, lastModified?: string): string;
}

/** A bucket in memory: listings by prefix and delimiter in pages of three, and reads with If-Match. */
export const fakeBucket = (): FakeBucket => {
  const held = new Map<string, { readonly body: Buffer; readonly etag: string; readonly lastModified: Date }>();
  const list = ({
    Prefix = '',
    Delimiter,
    StartAfter = '',
    ContinuationToken = '',
  }: {
    Prefix?: string;
    Delimiter?: string;
    StartAfter?: string;
    ContinuationToken?: string;
  }) => {
    const entries = new Map<string, object>();
    for (const key of [...held.keys()].sort(compareKeys)) {
      if (!key.startsWith(Prefix) || key <= StartAfter) continue;
      const slash = Delimiter === undefined ? -1 : key.indexOf(Delimiter, Prefix.length);
      const { body, etag, lastModified } = held.get(key)!;
      if (slash >= 0) entries.set(key.slice(0, slash + 1), { Prefix: key.slice(0, slash + 1) });
      else entries.set(key, { Key: key, ETag: `"${etag}"`, Size: body.length, LastModified: lastModified });
    }
    const names = [...entries.keys()].filter((name) => name > ContinuationToken);
    const page = names.slice(0, 3).map((name) => entries.get(name)!);
    return {
      Contents: page.filter((entry) => 'Key' in entry),
      CommonPrefixes: page.filter((entry) => 'Prefix' in entry),
      IsTruncated: names.length > 3,
      NextContinuationToken: names[2],
    };
  };
  const get = ({ Key, IfMatch }: { Key: string; IfMatch?: string }) => {
    const object = held.get(Key);
    const missing = object === undefined;
    if (missing || (IfMatch !== undefined && IfMatch !== `"${object.etag}"`)) {
      throw new S3ServiceException({
        name: missing ? 'NoSuchKey' : 'PreconditionFailed',
        $fault: 'client',
        $metadata: { httpStatusCode: missing ? 404 : 412 },
      });
    }
    const Body = Object.assign(Readable.from([object.body]), { transformToByteArray: () => Promise.resolve(object.body) });
    return { Body, ETag: `"${object.etag}"`, LastModified: object.lastModified };
  };
  const send = async (command: { readonly input: object }): Promise<object> => {
    await Promise.resolve();
    if (command.constructor.name === 'ListObjectsV2Command') return list(command.input);
    if (command.constructor.name === 'GetObjectCommand') return get(command.input as { Key: string });
    throw new Error(`unexpected ${command.constructor.name}`);
  };
  return {
    objects: new LakeObjects('lake', { send } as unknown as S3Client),
    put(key, content, lastModified = '2026-11-21T10:00:00.000Z') {
      const body = Buffer.from(content);
      const etag = createHash('md5').update(body).digest('hex');
      held.set(key, { body, etag, lastModified: new Date(lastModified) });
      return etag;
    },
  };
};
