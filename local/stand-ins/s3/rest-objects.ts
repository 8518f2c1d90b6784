import { AwsError } from '../../aws-error';
import { element } from '../../endpoint/xml';
import type { Range } from './conditions';
import { notModified, rangeOf } from './conditions';
import { receiveBody } from './rest-body';
import type { Context } from './rest-context';
import { checksumHeaders, header, isoTime, notImplemented, quoted, sendXml } from './rest-context';
import { detailsOf, writeConditionsOf } from './rest-headers';
import type { StoredObject } from './store';
import { requireStorable } from './keys';

export const putObject = async (context: Context): Promise<void> => {
  const { s3, exchange, bucket, key } = context;
  const conditions = writeConditionsOf(exchange.headers);
  s3.store.requireBucket(bucket);
  requireStorable(key);
  const { staged, checksum } = await receiveBody(context);
  const details = { ...detailsOf(exchange.headers), ...(checksum === undefined ? {} : { checksum }) };
  const object = await s3.store.commit(bucket, key, staged, { ...conditions, details });
  exchange.send(200, { ETag: quoted(object.etag), ...checksumHeaders(object) });
};

/** Query parameters of a read that replace a header of its answer. */
const overrides: Readonly<Record<string, string>> = {
  'response-cache-control': 'cache-control',
  'response-content-disposition': 'content-disposition',
  'response-content-encoding': 'content-encoding',
  'response-content-language': 'content-language',
  'response-content-type': 'content-type',
  'response-expires': 'expires',
};
export const overrideNames: readonly string[] = Object.keys(overrides);

const readHeaders = ({ exchange }: Context, object: StoredObject, range: Range | undefined): Record<string, string> => {
  const all: Record<string, string> = {
    'accept-ranges': 'bytes',
    'content-type': 'binary/octet-stream',
    ...object.details.headers,
    ETag: quoted(object.etag),
    'last-modified': new Date(object.lastModified).toUTCString(),
  };
  for (const [name, value] of Object.entries(object.details.metadata)) all[`x-amz-meta-${name}`] = value;
  for (const [parameter, name] of Object.entries(overrides)) {
    const value = exchange.query.get(parameter);
    if (value !== null) all[name] = value;
  }
  if (range !== undefined) all['content-range'] = `bytes ${range.start}-${range.end}/${object.size}`;
  else if (header(exchange.headers, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED')
    Object.assign(all, checksumHeaders(object));
  return all;
};

const isNotModified = ({ exchange: { headers } }: Context, object: StoredObject): boolean =>
  notModified(object, {
    ifMatch: headers['if-match'],
    ifNoneMatch: headers['if-none-match'],
    ifModifiedSince: headers['if-modified-since'],
    ifUnmodifiedSince: headers['if-unmodified-since'],
  });

/** Smaller answers are read at once: setting up a stream costs more than they do. */
const wholeBytes = 256 * 1024;

export const getObject = async (context: Context): Promise<void> => {
  const { s3, exchange, bucket, key } = context;
  const { object, file } = await s3.store.open(bucket, key);
  try {
    if (isNotModified(context, object)) return exchange.send(304, { ETag: quoted(object.etag) });
    const range = rangeOf(exchange.headers.range, object.size);
    const headers = readHeaders(context, object, range);
    const status = range === undefined ? 200 : 206;
    const { start, end } = range ?? { start: 0, end: object.size - 1 };
    const length = end - start + 1;
    if (length > wholeBytes) return await exchange.sendFile(status, headers, file, start, end);
    const bytes = Buffer.alloc(length);
    const { bytesRead } = length === 0 ? { bytesRead: 0 } : await file.read(bytes, 0, length, start);
    if (bytesRead !== length) throw new AwsError('SlowDown', 'The file changed while it was read.', 503);
    return exchange.send(status, headers, bytes);
  } finally {
    await file.close();
  }
};

export const headObject = async (context: Context): Promise<void> => {
  const { s3, exchange, bucket, key } = context;
  const object = await s3.store.get(bucket, key);
  if (isNotModified(context, object)) return exchange.send(304, { ETag: quoted(object.etag) });
  const range = rangeOf(exchange.headers.range, object.size);
  const length = range === undefined ? object.size : range.end - range.start + 1;
  return exchange.send(range === undefined ? 200 : 206, { ...readHeaders(context, object, range), 'content-length': length });
};

export const deleteObject = async ({ s3, exchange, bucket, key }: Context): Promise<void> => {
  await s3.store.remove(bucket, key, exchange.headers['if-match']);
  exchange.send(204, {});
};

/** The object that `x-amz-copy-source` names, if its conditions hold. */
export const copySource = async ({ s3, exchange }: Context): Promise<StoredObject> => {
  const { headers } = exchange;
  const [path = '', query] = (header(headers, 'x-amz-copy-source') ?? '').split('?', 2);
  if (query !== undefined) throw notImplemented(`The copy source's ${query}`);
  const match = /^\/?([^/]+)\/(.+)$/s.exec(decodedSource(path));
  if (match === null)
    throw new AwsError('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  const object = await s3.store.get(match[1]!, match[2]!);
  const unchanged = notModified(object, {
    ifMatch: header(headers, 'x-amz-copy-source-if-match'),
    ifNoneMatch: header(headers, 'x-amz-copy-source-if-none-match'),
    ifModifiedSince: header(headers, 'x-amz-copy-source-if-modified-since'),
    ifUnmodifiedSince: header(headers, 'x-amz-copy-source-if-unmodified-since'),
  });
  if (unchanged) throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
  return object;
};

const decodedSource = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    throw new AwsError('InvalidArgument', `Invalid copy source encoding: ${(error as Error).message}`);
  }
};

export const copyObject = async (context: Context): Promise<void> => {
  const { s3, exchange, bucket, key } = context;
  const conditions = writeConditionsOf(exchange.headers);
  requireStorable(key);
  s3.store.requireBucket(bucket);
  const source = await copySource(context);
  const directive = header(exchange.headers, 'x-amz-metadata-directive') ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE') throw new AwsError('InvalidArgument', 'Unknown metadata directive.');
  if (source.bucket === bucket && source.key === key && directive === 'COPY') {
    const sentence =
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, " +
      'storage class, website redirect location or encryption attributes.';
    throw new AwsError('InvalidRequest', sentence);
  }
  if (header(exchange.headers, 'x-amz-checksum-algorithm') !== undefined) throw notImplemented('A checksum algorithm for a copy');
  // A checksum of parts does not hold for the copy, which is made in one go.
  const { checksum } = source.details;
  const details =
    directive === 'COPY' ? { headers: source.details.headers, metadata: source.details.metadata } : detailsOf(exchange.headers);
  const whole = checksum?.type === 'FULL_OBJECT' ? { checksum } : {};
  const staged = await s3.store.stageCopy(source);
  const object = await s3.store.commit(bucket, key, staged, { ...conditions, details: { ...details, ...whole } });
  sendXml(context, 'CopyObjectResult', [
    element('LastModified', isoTime(object.lastModified)),
    element('ETag', quoted(object.etag)),
  ]);
};
