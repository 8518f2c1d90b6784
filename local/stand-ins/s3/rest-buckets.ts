import { AwsError } from '../../aws-error';
import type { Markup, Node } from '../../endpoint/xml';
import { element, textOf } from '../../endpoint/xml';
import type { LifecycleRule } from './lifecycle-settings';
import type { ListPage } from './listing';
import { listPage, pageLimit } from './listing';
import { receiveXml, verifyXmlChecksum, xmlOf } from './rest-body';
import type { Context } from './rest-context';
import { encoder, isoTime, malformedXml, notImplemented, numberOf, ownerOf, quoted, sendXml } from './rest-context';
import type { StoredObject } from './store';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const deleteLimit = 1000;

/** Buckets have been there since before the clock of any host started. */
const creationDate = '2020-01-01T00:00:00.000Z';

export const listBuckets = async (context: Context): Promise<void> => {
  const { s3, exchange } = context;
  const { query } = exchange;
  const [prefix, token] = [query.get('prefix') ?? '', query.get('continuation-token') ?? ''];
  const limit = numberOf(query, 'max-buckets', 1, 10_000) ?? 10_000;
  const region = query.get('bucket-region') ?? s3.region;
  const all = s3.buckets.filter((bucket) => bucket.startsWith(prefix) && bucket > token && region === s3.region);
  const shown = all.slice(0, limit);
  const members = [
    element('Owner', ownerOf(s3.accountId)),
    element(
      'Buckets',
      shown.map((name) =>
        element('Bucket', [element('Name', name), element('CreationDate', creationDate), element('BucketRegion', s3.region)]),
      ),
    ),
    element('Prefix', query.get('prefix') ?? undefined),
    element('ContinuationToken', all.length > shown.length ? shown.at(-1) : undefined),
  ];
  return Promise.resolve(sendXml(context, 'ListAllMyBucketsResult', members));
};

export const headBucket = async ({ s3, exchange, bucket }: Context): Promise<void> => {
  s3.store.requireBucket(bucket);
  return Promise.resolve(exchange.send(200, { 'x-amz-bucket-region': s3.region, 'content-type': 'application/xml' }));
};

export const createBucket = async ({ s3, bucket }: Context): Promise<void> => {
  if (!s3.buckets.includes(bucket)) throw notImplemented('Creating a bucket (buckets come from the program)');
  const sentence = 'Your previous request to create the named bucket succeeded and you already own it.';
  return Promise.reject(new AwsError('BucketAlreadyOwnedByYou', sentence, 409, { BucketName: bucket }));
};

export const getLocation = async (context: Context): Promise<void> => {
  const { s3, bucket } = context;
  s3.store.requireBucket(bucket);
  // The oldest region is spelt as nothing.
  const region = s3.region === 'us-east-1' ? '' : s3.region;
  return Promise.resolve(sendXml(context, 'LocationConstraint', [{ text: region }]));
};

export const getVersioning = async (context: Context): Promise<void> => {
  const { s3, bucket } = context;
  s3.store.requireBucket(bucket);
  const status = s3.versioned.has(bucket) ? 'Enabled' : undefined;
  return Promise.resolve(sendXml(context, 'VersioningConfiguration', [element('Status', status)]));
};

export const getLifecycle = async (context: Context): Promise<void> => {
  const { s3, bucket } = context;
  s3.store.requireBucket(bucket);
  const rules = s3.lifecycle.get(bucket) ?? [];
  if (rules.length === 0)
    throw new AwsError('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist', 404, { BucketName: bucket });
  return Promise.resolve(sendXml(context, 'LifecycleConfiguration', rules.map(ruleMarkup)));
};

const ruleMarkup = ({ id, prefix, expirationDays, expiredMarkers, noncurrentDays, abortUploadDays }: LifecycleRule): Markup => {
  const days = (name: string, member: string, value: number | undefined): Markup | undefined =>
    value === undefined ? undefined : element(name, [element(member, value)]);
  return element('Rule', [
    element('ID', id),
    element('Filter', [element('Prefix', prefix)]),
    element('Status', 'Enabled'),
    ...[
      days('Expiration', 'Days', expirationDays),
      expiredMarkers === true ? element('Expiration', [element('ExpiredObjectDeleteMarker', true)]) : undefined,
      days('NoncurrentVersionExpiration', 'NoncurrentDays', noncurrentDays),
      days('AbortIncompleteMultipartUpload', 'DaysAfterInitiation', abortUploadDays),
    ].filter((markup) => markup !== undefined),
  ]);
};

const contentsOf = (object: StoredObject, encode: (text: string) => string, owner: readonly Markup[] | undefined): Markup => {
  const { checksum } = object.details;
  return element('Contents', [
    element('Key', encode(object.key)),
    element('LastModified', isoTime(object.lastModified)),
    element('ETag', quoted(object.etag)),
    element('ChecksumAlgorithm', checksum?.algorithm),
    element('ChecksumType', checksum?.type),
    element('Size', object.size),
    element('Owner', owner),
    element('StorageClass', 'STANDARD'),
  ]);
};

const pageMarkup = (
  page: ListPage,
  encode: (text: string) => string,
  owner: readonly Markup[] | undefined,
): readonly Markup[] => [
  ...page.objects.map((object) => contentsOf(object, encode, owner)),
  ...page.commonPrefixes.map((prefix) => element('CommonPrefixes', [element('Prefix', encode(prefix))])),
];

const requestOf = ({ exchange: { query }, bucket }: Context) => ({
  bucket,
  prefix: query.get('prefix') ?? '',
  delimiter: query.get('delimiter') ?? '',
  maxKeys: Math.min(numberOf(query, 'max-keys', 0, 2 ** 31 - 1) ?? pageLimit, pageLimit),
});

export const listObjectsV2 = async (context: Context): Promise<void> => {
  const { s3, exchange, bucket } = context;
  const { query } = exchange;
  if (query.get('list-type') !== '2') throw new AwsError('InvalidArgument', 'Invalid List Type specified in Request');
  const encode = encoder(query);
  const [token, startAfter] = [query.get('continuation-token') ?? undefined, query.get('start-after') ?? undefined];
  const request = requestOf(context);
  const page = await listPage(s3.store, { ...request, continuationToken: token, startAfter });
  const owner = query.get('fetch-owner') === 'true' ? ownerOf(s3.accountId) : undefined;
  sendXml(context, 'ListBucketResult', [
    element('Name', bucket),
    element('Prefix', encode(request.prefix)),
    element('Delimiter', request.delimiter === '' ? undefined : encode(request.delimiter)),
    element('StartAfter', startAfter === undefined ? undefined : encode(startAfter)),
    element('ContinuationToken', token),
    element('NextContinuationToken', page.nextContinuationToken),
    element('KeyCount', page.objects.length + page.commonPrefixes.length),
    element('MaxKeys', request.maxKeys),
    element('EncodingType', query.get('encoding-type') ?? undefined),
    element('IsTruncated', page.isTruncated),
    ...pageMarkup(page, encode, owner),
  ]);
};

export const listObjectsV1 = async (context: Context): Promise<void> => {
  const { s3, exchange, bucket } = context;
  const { query } = exchange;
  const encode = encoder(query);
  const marker = query.get('marker') ?? '';
  const request = requestOf(context);
  const page = await listPage(s3.store, { ...request, startAfter: marker });
  // S3 names the next marker only where keys are rolled up; otherwise it is the last key.
  const next = request.delimiter === '' || page.last === undefined ? undefined : encode(page.last);
  sendXml(context, 'ListBucketResult', [
    element('Name', bucket),
    element('Prefix', encode(request.prefix)),
    element('Marker', encode(marker)),
    element('NextMarker', next),
    element('MaxKeys', request.maxKeys),
    element('Delimiter', request.delimiter === '' ? undefined : encode(request.delimiter)),
    element('EncodingType', query.get('encoding-type') ?? undefined),
    element('IsTruncated', page.isTruncated),
    ...pageMarkup(page, encode, ownerOf(s3.accountId)),
  ]);
};

const deleteOne = async ({ s3, bucket }: Context, node: Node): Promise<Markup> => {
  const key = textOf(node, 'Key') ?? '';
  try {
    const extra = node.children.find(({ name }) => name !== 'Key' && name !== 'ETag');
    if (extra !== undefined) throw notImplemented(`The member ${extra.name}`);
    await s3.store.remove(bucket, key, textOf(node, 'ETag'));
    return element('Deleted', [element('Key', key)]);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return element('Error', [element('Key', key), element('Code', error.code), element('Message', error.message)]);
  }
};

export const deleteObjects = async (context: Context): Promise<void> => {
  const { s3, bucket } = context;
  const body = await receiveXml(context);
  verifyXmlChecksum(context, body);
  s3.store.requireBucket(bucket);
  const request = xmlOf(body, 'Delete');
  const objects = request.children.filter(({ name }) => name === 'Object');
  const isSound = objects.every((node) => (textOf(node, 'Key') ?? '') !== '');
  if (objects.length === 0 || objects.length > deleteLimit || !isSound) throw malformedXml();
  const quiet = textOf(request, 'Quiet')?.trim() === 'true';
  const results: Markup[] = [];
  for (const node of objects) results.push(await deleteOne(context, node));
  sendXml(context, 'DeleteResult', quiet ? results.filter(({ text }) => text.startsWith('<Error>')) : results);
};
