import { createReadStream } from 'node:fs';
import { AwsError } from '../../aws-error';
import { element } from '../../endpoint/xml';
import type { Range } from './conditions';
import { checkWrite, rangeOf } from './conditions';
import type { ChecksumAlgorithm } from './digests';
import { mostParts } from './multipart';
import { receiveBody } from './rest-body';
import type { Context } from './rest-context';
import { header, isoTime, numberOf, quoted, sendXml } from './rest-context';
import { algorithmOf } from './rest-headers';
import { copySource } from './rest-objects';
import type { Staged } from './staging';
import { discard } from './staging';
import type { StoredObject } from './store';

const partNumberOf = ({ exchange }: Context): number => {
  const number = numberOf(exchange.query, 'partNumber', 1, mostParts);
  if (number === undefined)
    throw new AwsError('InvalidArgument', `Part number must be an integer between 1 and ${mostParts}, inclusive`);
  return number;
};

export const uploadPart = async (context: Context): Promise<void> => {
  const { s3, exchange, bucket, key } = context;
  const id = exchange.query.get('uploadId') ?? '';
  const number = partNumberOf(context);
  const { checksumAlgorithm } = s3.uploads.get(bucket, key, id);
  const { staged, checksum } = await receiveBody(context, checksumAlgorithm);
  if (checksum !== undefined && checksum.algorithm !== checksumAlgorithm) {
    await discard(staged);
    const [expected, actual] = [checksumAlgorithm ?? 'null', checksum.algorithm].map((name) => name.toLowerCase());
    throw new AwsError(
      'InvalidRequest',
      `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${actual}`,
    );
  }
  const part = await s3.uploads.addPart(bucket, key, id, number, staged);
  const headers: Record<string, string> = { ETag: quoted(part.etag) };
  if (checksum !== undefined) headers[`x-amz-checksum-${checksum.algorithm.toLowerCase()}`] = checksum.value;
  exchange.send(200, headers);
};

export const uploadPartCopy = async (context: Context): Promise<void> => {
  const { s3, exchange, bucket, key } = context;
  const id = exchange.query.get('uploadId') ?? '';
  const number = partNumberOf(context);
  const { checksumAlgorithm } = s3.uploads.get(bucket, key, id);
  const source = await copySource(context);
  const stated = header(exchange.headers, 'x-amz-copy-source-range');
  const range = rangeOf(stated, source.size);
  if (stated !== undefined && range === undefined) {
    throw new AwsError('InvalidArgument', 'The x-amz-copy-source-range value must be of the form bytes=first-last');
  }
  const staged = await stageRange(context, source, range, checksumAlgorithm);
  const part = await s3.uploads.addPart(bucket, key, id, number, staged);
  sendXml(context, 'CopyPartResult', [element('LastModified', isoTime(part.lastModified)), element('ETag', quoted(part.etag))]);
};

const stageRange = async (
  { s3 }: Context,
  source: StoredObject,
  range: Range | undefined,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<Staged> => {
  const { object, file } = await s3.store.open(source.bucket, source.key);
  try {
    checkWrite(source.key, object.etag, { ifMatch: source.etag });
    const content = createReadStream('', { fd: file, autoClose: false, ...(range ?? {}) });
    return await s3.store.staging.receive(content as AsyncIterable<Buffer>, algorithm === undefined ? [] : [algorithm]);
  } finally {
    await file.close();
  }
};

/** The checksum that CreateMultipartUpload settles: CRC64NVME is always of the whole object, the others of parts unless asked. */
export const checksumOfUpload = (context: Context) => {
  const { headers } = context.exchange;
  const checksumAlgorithm = algorithmOf(header(headers, 'x-amz-checksum-algorithm'));
  const stated = header(headers, 'x-amz-checksum-type');
  if (checksumAlgorithm === undefined) return {};
  const isHash = checksumAlgorithm === 'SHA1' || checksumAlgorithm === 'SHA256';
  const type = stated ?? (checksumAlgorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const isPossible = type === 'FULL_OBJECT' ? !isHash : type === 'COMPOSITE' && checksumAlgorithm !== 'CRC64NVME';
  if (!isPossible) {
    throw new AwsError(
      'InvalidRequest',
      `The ${type} checksum type cannot be used with the ${checksumAlgorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return { checksumAlgorithm, checksumType: type === 'FULL_OBJECT' ? ('FULL_OBJECT' as const) : ('COMPOSITE' as const) };
};
