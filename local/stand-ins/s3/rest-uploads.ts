import { AwsError } from '../../aws-error';
import type { Markup, Node } from '../../endpoint/xml';
import { element, textOf } from '../../endpoint/xml';
import { checksumAlgorithms } from './digests';
import { compareKeys } from './keys';
import type { CompletedPart } from './multipart';
import { mostParts } from './multipart';
import { receiveXml, xmlOf } from './rest-body';
import type { Context } from './rest-context';
import { checksumHeaders, encoder, header, isoTime, ownerOf, malformedXml, numberOf, quoted, sendXml } from './rest-context';
import { detailsOf, statedChecksum, writeConditionsOf } from './rest-headers';
import { checksumOfUpload } from './rest-parts';

const pageLimit = 1000;

export const createUpload = async (context: Context): Promise<void> => {
  const { s3, exchange, bucket, key } = context;
  const checksum = checksumOfUpload(context);
  const upload = s3.uploads.create(bucket, key, { details: detailsOf(exchange.headers), ...checksum });
  const headers: Record<string, string> = {};
  if (upload.checksumAlgorithm !== undefined) headers['x-amz-checksum-algorithm'] = upload.checksumAlgorithm;
  if (upload.checksumType !== undefined) headers['x-amz-checksum-type'] = upload.checksumType;
  const members = [element('Bucket', bucket), element('Key', key), element('UploadId', upload.id)];
  return Promise.resolve(sendXml(context, 'InitiateMultipartUploadResult', members, headers));
};

const completedPart = (node: Node): CompletedPart => {
  const number = Number(textOf(node, 'PartNumber'));
  const etag = textOf(node, 'ETag')?.trim().replaceAll('"', '');
  if (node.name !== 'Part' || etag === undefined || !Number.isInteger(number) || number < 1 || number > mostParts)
    throw malformedXml();
  const checksum = checksumAlgorithms
    .map((algorithm) => textOf(node, `Checksum${algorithm}`))
    .find((value) => value !== undefined);
  return { number, etag, ...(checksum === undefined ? {} : { checksum }) };
};

export const completeUpload = async (context: Context): Promise<void> => {
  const { s3, exchange, bucket, key } = context;
  const { headers } = exchange;
  const conditions = writeConditionsOf(headers);
  const id = exchange.query.get('uploadId') ?? '';
  const parts = xmlOf(await receiveXml(context), 'CompleteMultipartUpload').children.map(completedPart);
  const upload = s3.uploads.get(bucket, key, id);
  const stated = header(headers, 'x-amz-mp-object-size');
  const chosen = new Set(parts.map((part) => part.number));
  const size = upload.parts.reduce((sum, part) => sum + (chosen.has(part.number) ? part.size : 0), 0);
  if (stated !== undefined && Number(stated) !== size) {
    throw new AwsError(
      'InvalidRequest',
      `The provided 'x-amz-mp-object-size' header value ${stated} does not match what was computed: ${size}`,
    );
  }
  const object = await s3.uploads.complete(bucket, key, id, parts, { ...conditions, checksum: statedChecksum(headers)?.value });
  const { checksum } = object.details;
  const members = [
    element('Location', `/${bucket}/${key}`),
    element('Bucket', bucket),
    element('Key', key),
    element('ETag', quoted(object.etag)),
    ...(checksum === undefined
      ? []
      : [element(`Checksum${checksum.algorithm}`, checksum.value), element('ChecksumType', checksum.type)]),
  ];
  sendXml(context, 'CompleteMultipartUploadResult', members, checksumHeaders(object));
};

export const abortUpload = async ({ s3, exchange, bucket, key }: Context): Promise<void> => {
  s3.uploads.abort(bucket, key, exchange.query.get('uploadId') ?? '');
  return Promise.resolve(exchange.send(204, {}));
};

export const listParts = async (context: Context): Promise<void> => {
  const { s3, exchange, bucket, key } = context;
  const { query } = exchange;
  const upload = s3.uploads.get(bucket, key, query.get('uploadId') ?? '');
  const marker = numberOf(query, 'part-number-marker', 0, mostParts) ?? 0;
  const limit = Math.min(numberOf(query, 'max-parts', 0, 2 ** 31) ?? pageLimit, pageLimit);
  const rest = upload.parts.filter((part) => part.number > marker);
  const shown = rest.slice(0, limit);
  const algorithm = upload.checksumAlgorithm;
  const members: Markup[] = [
    element('Bucket', bucket),
    element('Key', key),
    element('UploadId', upload.id),
    element('PartNumberMarker', marker),
    element('NextPartNumberMarker', shown.at(-1)?.number ?? 0),
    element('MaxParts', limit),
    element('IsTruncated', rest.length > shown.length),
    element('Initiator', ownerOf(s3.accountId)),
    element('Owner', ownerOf(s3.accountId)),
    element('StorageClass', 'STANDARD'),
    element('ChecksumAlgorithm', algorithm),
    element('ChecksumType', upload.checksumType),
  ];
  for (const part of shown) {
    const content = [
      element('PartNumber', part.number),
      element('LastModified', isoTime(part.lastModified)),
      element('ETag', quoted(part.etag)),
      element('Size', part.size),
      ...(algorithm === undefined ? [] : [element(`Checksum${algorithm}`, part.checksum)]),
    ];
    members.push(element('Part', content));
  }
  return Promise.resolve(sendXml(context, 'ListPartsResult', members));
};

export const listUploads = async (context: Context): Promise<void> => {
  const { s3, exchange, bucket } = context;
  const { query } = exchange;
  const encode = encoder(query);
  const [prefix, keyMarker, idMarker] = [
    query.get('prefix') ?? '',
    query.get('key-marker') ?? '',
    query.get('upload-id-marker') ?? '',
  ];
  const limit = Math.min(numberOf(query, 'max-uploads', 1, 2 ** 31) ?? pageLimit, pageLimit);
  const after = (key: string, id: string): boolean => {
    const order = compareKeys(key, keyMarker);
    return keyMarker === '' || order > 0 || (order === 0 && idMarker !== '' && id > idMarker);
  };
  const all = s3.uploads
    .list(bucket)
    .filter((upload) => upload.key.startsWith(prefix) && after(upload.key, upload.id))
    .sort((left, right) => compareKeys(left.key, right.key) || (left.id < right.id ? -1 : 1));
  const shown = all.slice(0, limit);
  const members: Markup[] = [
    element('Bucket', bucket),
    element('KeyMarker', encode(keyMarker)),
    element('UploadIdMarker', idMarker),
    element('NextKeyMarker', all.length > shown.length ? encode(shown.at(-1)?.key ?? '') : undefined),
    element('NextUploadIdMarker', all.length > shown.length ? shown.at(-1)?.id : undefined),
    element('Prefix', encode(prefix)),
    element('EncodingType', query.get('encoding-type') ?? undefined),
    element('MaxUploads', limit),
    element('IsTruncated', all.length > shown.length),
  ];
  for (const upload of shown) {
    const content = [
      element('Key', encode(upload.key)),
      element('UploadId', upload.id),
      element('Initiator', ownerOf(s3.accountId)),
      element('Owner', ownerOf(s3.accountId)),
      element('StorageClass', 'STANDARD'),
      element('Initiated', isoTime(upload.initiated)),
    ];
    members.push(element('Upload', content));
  }
  return Promise.resolve(sendXml(context, 'ListMultipartUploadsResult', members));
};
