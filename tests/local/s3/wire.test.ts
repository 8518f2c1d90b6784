import { createHash, randomBytes } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type { ChecksumAlgorithm, CompletedPart, PutObjectCommandInput } from '@aws-sdk/client-s3';
import type { Wire } from './fixture';
import { caller, Fixture, start, wireOf } from './fixture';

let fixture: Fixture;
let wire: Wire;
const Bucket = 'lake';

beforeEach(async () => {
  fixture = new Fixture();
  wire = await wireOf(fixture);
});

afterEach(async () => {
  await wire.end();
  fixture.end();
  expect(wire.bugs).toEqual([]);
});

const put = (Key: string, Body: PutObjectCommandInput['Body'] = Key, more: Partial<PutObjectCommandInput> = {}) =>
  wire.client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));

const text = async (Key: string, Range?: string): Promise<string | undefined> => {
  const { Body } = await wire.client.send(new GetObjectCommand({ Bucket, Key, ...(Range === undefined ? {} : { Range }) }));
  return Body?.transformToString();
};

const authorization = (): string =>
  `AWS4-HMAC-SHA256 Credential=${caller.accessKeyId}/20260102/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=00`;

const raw = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer = '',
): Promise<{ readonly status: number; readonly body: string }> =>
  new Promise((resolve, reject) => {
    const authorization = `AWS4-HMAC-SHA256 Credential=${caller.accessKeyId}/20260102/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=00`;
    const sent = request(
      `${wire.endpoint.url}${path}`,
      { method, headers: { authorization, ...headers }, agent: false },
      (response) => {
        let answer = '';
        response.on('data', (chunk) => (answer += String(chunk)));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: answer }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });

test('an object is a plain file whose path is its key, with the time of the virtual clock', async () => {
  const key = 'raw/events/event_type=zahlung/é x+y&z=1.json';
  const { ETag } = await put(key, 'hello', { ContentType: 'application/json', Metadata: { origin: 'test' } });
  expect(readFileSync(fixture.file(key), 'utf8')).toBe('hello');
  expect(ETag).toBe(`"${createHash('md5').update('hello').digest('hex')}"`);
  const head = await wire.client.send(new HeadObjectCommand({ Bucket, Key: key }));
  expect(head).toMatchObject({ ContentLength: 5, ContentType: 'application/json', ETag, Metadata: { origin: 'test' } });
  expect(head.LastModified).toEqual(new Date(start - 678));
  expect(await text(key)).toBe('hello');
  expect(fixture.log.recent()[0]).toMatchObject({ service: 's3', operation: 'PutObject', resource: `s3://lake/${key}`, caller });
});

test('ranges are cut as asked, a suffix included', async () => {
  await put('a', '0123456789');
  expect(await text('a', 'bytes=2-4')).toBe('234');
  expect(await text('a', 'bytes=7-')).toBe('789');
  expect(await text('a', 'bytes=-3')).toBe('789');
  expect(await text('a', 'bytes=8-100')).toBe('89');
  await expect(text('a', 'bytes=10-')).rejects.toMatchObject({ name: 'InvalidRange' });
});

test('an object that outgrows memory and an empty one come back whole', async () => {
  const body = randomBytes(3 * 1024 * 1024 + 1);
  await put('large', body);
  await put('stream', Readable.from([body.subarray(0, 10), body.subarray(10)]), { ContentLength: body.length });
  await put('empty', Buffer.alloc(0));
  for (const key of ['large', 'stream']) {
    const { Body } = await wire.client.send(new GetObjectCommand({ Bucket, Key: key }));
    expect(body.equals(Buffer.from((await Body?.transformToByteArray()) ?? []))).toBe(true);
  }
  expect(await text('empty')).toBe('');
});

test('conditional reads answer 304 or 412', async () => {
  const { ETag } = await put('a', 'one');
  const read = (more: object) => wire.client.send(new GetObjectCommand({ Bucket, Key: 'a', ...more }));
  await expect(read({ IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
  await expect(read({ IfModifiedSince: new Date(start) })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
  await expect(read({ IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await expect(read({ IfMatch: ETag, IfModifiedSince: new Date(start - 60_000) })).resolves.toMatchObject({ ETag });
});

test('of concurrent writers with If-None-Match one wins', async () => {
  const tries = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => put('lock', `writer ${index}`, { IfNoneMatch: '*' })),
  );
  const won = tries.flatMap((result, index) => (result.status === 'fulfilled' ? [index] : []));
  expect(won).toHaveLength(1);
  expect(await text('lock')).toBe(`writer ${won[0]}`);
  const losers = tries.filter((result) => result.status === 'rejected').map((result) => (result.reason as Error).name);
  expect(new Set(losers)).toEqual(new Set(['PreconditionFailed']));
});

test('of concurrent writers with If-Match on one state one wins, and a delete takes the same condition', async () => {
  const { ETag } = await put('lock', 'first');
  const tries = await Promise.allSettled(
    Array.from({ length: 10 }, (_, index) => put('lock', `w${index}`, ETag === undefined ? {} : { IfMatch: ETag })),
  );
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const remove = (IfMatch: string) => wire.client.send(new DeleteObjectCommand({ Bucket, Key: 'lock', IfMatch }));
  await expect(remove(ETag ?? '')).rejects.toMatchObject({ name: 'PreconditionFailed' });
  const { ETag: current } = await wire.client.send(new HeadObjectCommand({ Bucket, Key: 'lock' }));
  await remove(current ?? '');
  await expect(put('lock', 'x', { IfMatch: current ?? '' })).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
  'a %s checksum is verified, kept and given back',
  async (algorithm) => {
    const member = `Checksum${algorithm}` as const;
    const sent = await put('sum', '123456789', { ChecksumAlgorithm: algorithm as ChecksumAlgorithm });
    expect(sent[member]).toBeDefined();
    const got = await wire.client.send(new GetObjectCommand({ Bucket, Key: 'sum', ChecksumMode: 'ENABLED' }));
    expect(got[member]).toBe(sent[member]);
    expect(await got.Body?.transformToString()).toBe('123456789');
    const wrong = put('sum', 'other content', { [member]: sent[member] });
    await expect(wrong).rejects.toMatchObject({ name: 'BadDigest' });
    expect(await text('sum')).toBe('123456789');
  },
);

test('a wrong Content-MD5 or trailing checksum stores nothing', async () => {
  const md5 = await raw('PUT', '/lake/a', { 'content-md5': createHash('md5').update('y').digest('base64') }, 'x');
  const framed = { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'x-amz-trailer': 'x-amz-checksum-crc32' };
  const trailer = await raw('PUT', '/lake/a', framed, '1\r\nx\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n');
  const short = await raw(
    'PUT',
    '/lake/a',
    { ...framed, 'x-amz-decoded-content-length': '2' },
    '1\r\nx\r\n0\r\nx-amz-checksum-crc32:jNwbgw==\r\n\r\n',
  );
  expect([md5, trailer, short].map(({ status, body }) => [status, /<Code>(\w+)/.exec(body)?.[1]])).toEqual([
    [400, 'BadDigest'],
    [400, 'BadDigest'],
    [400, 'IncompleteBody'],
  ]);
  await expect(text('a')).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('signed chunks lose their framing', async () => {
  const body = `5;chunk-signature=${'0'.repeat(64)}\r\nhello\r\n0;chunk-signature=${'0'.repeat(64)}\r\n\r\n`;
  const answer = await raw('PUT', '/lake/a', { 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' }, body);
  expect(answer.status).toBe(200);
  expect(await text('a')).toBe('hello');
});

test('a body that breaks off stores nothing and leaves nothing', async () => {
  const headers = { authorization: authorization(), 'content-length': String(4 * 1024 * 1024) };
  const sent = request(`${wire.endpoint.url}/lake/half`, { method: 'PUT', headers, agent: false });
  sent.on('error', () => undefined);
  await new Promise<void>((resolve) => sent.write(Buffer.alloc(1024 * 1024), () => resolve()));
  await wire.end();
  sent.destroy();
  expect(readdirSync(join(fixture.dataDir, 's3-staging'))).toEqual([]);
  expect(await fixture.s3.head(caller, { bucket: Bucket, key: 'half' })).toBeUndefined();
});

test('listings page, roll up and encode', async () => {
  for (const key of ['a/1', 'a/2', 'b/ü', 'c', 'd e+f&']) await put(key);
  const list = (more: object) => wire.client.send(new ListObjectsV2Command({ Bucket, ...more }));
  const rolled = await list({ Delimiter: '/' });
  expect(rolled.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['a/', 'b/']);
  expect(rolled.Contents?.map(({ Key }) => Key)).toEqual(['c', 'd e+f&']);
  expect(rolled).toMatchObject({ KeyCount: 4, IsTruncated: false, MaxKeys: 1000, Name: 'lake' });

  const first = await list({ MaxKeys: 3, FetchOwner: true });
  expect(first).toMatchObject({ IsTruncated: true, KeyCount: 3 });
  expect(first.Contents?.[0]?.Owner?.DisplayName).toBe('lithify');
  const second = await list({ MaxKeys: 3, ContinuationToken: first.NextContinuationToken });
  expect(second.Contents?.map(({ Key }) => Key)).toEqual(['c', 'd e+f&']);
  expect((await list({ StartAfter: 'b/ü', EncodingType: 'url' })).Contents?.map(({ Key }) => Key)).toEqual(['c', 'd+e%2Bf%26']);
  await expect(list({ ContinuationToken: 'made up' })).rejects.toMatchObject({ name: 'InvalidArgument' });

  const old = await wire.client.send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 1 }));
  expect(old).toMatchObject({ NextMarker: 'a/', IsTruncated: true });
  const next = await wire.client.send(new ListObjectsCommand({ Bucket, Delimiter: '/', Marker: 'a/' }));
  expect(next.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['b/']);
});

test('a delete of many tells of each key', async () => {
  await put('a');
  await put('b');
  const answer = await wire.client.send(
    new DeleteObjectsCommand({
      Bucket,
      Delete: { Objects: [{ Key: 'a' }, { Key: 'b', ETag: '"other"' }, { Key: 'not there' }] },
    }),
  );
  expect(answer.Deleted?.map(({ Key }) => Key)).toEqual(['a', 'not there']);
  expect(answer.Errors).toMatchObject([{ Key: 'b', Code: 'PreconditionFailed' }]);
  const many = Array.from({ length: 1001 }, (_, index) => ({ Key: String(index) }));
  await expect(wire.client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: many } }))).rejects.toMatchObject({
    name: 'MalformedXML',
  });
});

test('a copy keeps metadata unless it replaces it, and reads an encoded source', async () => {
  await put('ü/a=1', 'content', { Metadata: { from: 'source' } });
  const copy = (Key: string, more: object = {}) =>
    wire.client.send(new CopyObjectCommand({ Bucket, Key, CopySource: `lake/${encodeURIComponent('ü/a=1')}`, ...more }));
  await copy('b');
  await copy('c', { MetadataDirective: 'REPLACE', Metadata: { from: 'copy' } });
  const metadata = async (Key: string) => (await wire.client.send(new HeadObjectCommand({ Bucket, Key }))).Metadata;
  expect([await metadata('b'), await metadata('c'), await text('b')]).toEqual([{ from: 'source' }, { from: 'copy' }, 'content']);
  await expect(copy('ü/a=1')).rejects.toMatchObject({ name: 'InvalidRequest' });
  await expect(copy('b', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
});

test('a multipart upload joins its parts under the ETag and the conditions of S3, and survives a restart', async () => {
  const Key = 'big/object';
  const parts = [randomBytes(5 * 1024 * 1024), Buffer.from('the end')];
  const { UploadId } = await wire.client.send(new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'CRC32' }));
  const upload = { Bucket, Key, UploadId };
  const sent: CompletedPart[] = [];
  for (const [index, Body] of parts.entries()) {
    const { ETag, ChecksumCRC32 } = await wire.client.send(new UploadPartCommand({ ...upload, PartNumber: index + 1, Body }));
    sent.push({ PartNumber: index + 1, ETag, ChecksumCRC32 });
  }
  expect((await wire.client.send(new ListPartsCommand(upload))).Parts?.map(({ Size }) => Size)).toEqual([5 * 1024 * 1024, 7]);
  expect((await wire.client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toMatchObject([{ Key, UploadId }]);
  expect((await wire.client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);

  await wire.end();
  fixture.reopen();
  wire = await wireOf(fixture);
  const complete = (Parts: CompletedPart[], more: object = {}) =>
    wire.client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...more }));
  await expect(complete([...sent].reverse())).rejects.toMatchObject({ name: 'InvalidPartOrder' });
  await expect(complete(sent.map(({ PartNumber, ETag }) => ({ PartNumber, ETag })))).rejects.toMatchObject({
    name: 'InvalidRequest',
    message: expect.stringContaining('created using a crc32 checksum'),
  });
  await expect(complete([{ ...sent[0], ETag: '"00"' }])).rejects.toMatchObject({ name: 'InvalidPart' });
  await put(Key, 'in the way');
  await expect(complete(sent, { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  const { ETag } = await complete(sent);
  const md5s = Buffer.concat(parts.map((part) => createHash('md5').update(part).digest()));
  expect(ETag).toBe(`"${createHash('md5').update(md5s).digest('hex')}-2"`);
  expect(readFileSync(fixture.file(Key)).equals(Buffer.concat(parts))).toBe(true);
  await expect(complete(sent)).rejects.toMatchObject({ name: 'NoSuchUpload' });
  // A data directory that was copied elsewhere has other inodes and times, and the same objects.
  cpSync(fixture.file(Key), join(fixture.dataDir, 'copy'));
  renameSync(join(fixture.dataDir, 'copy'), fixture.file(Key));
  expect((await wire.client.send(new HeadObjectCommand({ Bucket, Key }))).ETag).toBe(ETag);
});

test('a part comes with the checksum that its upload was created for, or with none', async () => {
  const { UploadId } = await wire.client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'a' }));
  // The SDK's own default is CRC32.
  const part = new UploadPartCommand({ Bucket, Key: 'a', UploadId, PartNumber: 1, Body: 'x' });
  await expect(wire.client.send(part)).rejects.toMatchObject({
    name: 'InvalidRequest',
    message: 'Checksum Type mismatch occurred, expected checksum Type: null, actual checksum Type: crc32',
  });
  const hashed = await wire.client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'b', ChecksumAlgorithm: 'SHA256' }));
  const other = new UploadPartCommand({ Bucket, Key: 'b', UploadId: hashed.UploadId, PartNumber: 1, Body: 'x' });
  await expect(wire.client.send(other)).rejects.toThrow('expected checksum Type: sha256, actual checksum Type: crc32');
});

test('small parts are refused, copied parts are taken, an aborted upload is gone', async () => {
  await put('source', '0123456789');
  const { UploadId } = await wire.client.send(
    new CreateMultipartUploadCommand({ Bucket, Key: 'a', ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' }),
  );
  const upload = { Bucket, Key: 'a', UploadId };
  const copied = await wire.client.send(
    new UploadPartCopyCommand({ ...upload, PartNumber: 1, CopySource: 'lake/source', CopySourceRange: 'bytes=2-4' }),
  );
  const { ETag } = await wire.client.send(new UploadPartCommand({ ...upload, PartNumber: 2, Body: 'x' }));
  const parts = [
    { PartNumber: 1, ETag: copied.CopyPartResult?.ETag },
    { PartNumber: 2, ETag },
  ];
  const complete = (Parts: typeof parts) =>
    wire.client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
  await expect(complete(parts)).rejects.toMatchObject({ name: 'EntityTooSmall' });
  await complete(parts.slice(0, 1));
  expect(await text('a')).toBe('234');
  const second = await wire.client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'b' }));
  await wire.client.send(new AbortMultipartUploadCommand({ Bucket, Key: 'b', UploadId: second.UploadId }));
  await expect(wire.client.send(new ListPartsCommand({ Bucket, Key: 'b', UploadId: second.UploadId }))).rejects.toMatchObject({
    name: 'NoSuchUpload',
  });
});

test('buckets are those of the program', async () => {
  expect((await wire.client.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual(['lake', 'results']);
  expect((await wire.client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe('eu-west-1');
  expect((await wire.client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
  expect((await wire.client.send(new GetBucketVersioningCommand({ Bucket: 'results' }))).Status).toBeUndefined();
  await expect(wire.client.send(new HeadBucketCommand({ Bucket: 'other' }))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 404 },
  });
  await expect(wire.client.send(new PutObjectCommand({ Bucket: 'other', Key: 'a', Body: 'x' }))).rejects.toMatchObject({
    name: 'NoSuchBucket',
  });
  await expect(wire.client.send(new CreateBucketCommand({ Bucket: 'other' }))).rejects.toMatchObject({ name: 'NotImplemented' });
});

test('what is not modelled is never a false success', async () => {
  await put('a');
  await expect(wire.client.send(new GetObjectAclCommand({ Bucket, Key: 'a' }))).rejects.toMatchObject({ name: 'NotImplemented' });
  await expect(wire.client.send(new GetObjectCommand({ Bucket, Key: 'a', VersionId: 'v' }))).rejects.toMatchObject({
    name: 'NotImplemented',
  });
  await expect(put('b', 'x', { Tagging: 'a=b' })).rejects.toMatchObject({ name: 'NotImplemented' });
  await expect(put('b', 'x', { StorageClass: 'GLACIER' })).rejects.toMatchObject({ name: 'NotImplemented' });
  await expect(put('b', 'x', { ACL: 'public-read' })).rejects.toMatchObject({ name: 'AccessControlListNotSupported' });
  await expect(put('b', 'x', { ExpectedBucketOwner: '111111111111' })).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(put('a/b')).rejects.toMatchObject({
    name: 'InvalidRequest',
    message: expect.stringContaining('plain files') as string,
  });
  expect((await raw('GET', '/lake/a', { authorization: '' })).status).toBe(403);
  expect((await raw('GET', '/lake/%ff', {})).body).toContain('<Code>InvalidURI</Code>');
  expect((await raw('GET', '/lake/..%2f..%2fs3-index.jsonl', {})).status).toBe(404);
});
