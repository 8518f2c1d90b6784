import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../../aws-error';
import type { WriteConditions } from './conditions';
import type { ChecksumAlgorithm } from './digests';
import { checksumAlgorithms } from './digests';
import type { Details } from './object-index';
import { header, notImplemented } from './rest-context';

/** `x-amz-…` headers that are honoured, or carry nothing that this host could show. */
const known = new Set([
  'x-amz-checksum-algorithm',
  'x-amz-checksum-mode',
  'x-amz-checksum-type',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-decoded-content-length',
  'x-amz-metadata-directive',
  'x-amz-mp-object-size',
  'x-amz-optional-object-attributes',
  'x-amz-request-payer',
  'x-amz-sdk-checksum-algorithm',
  'x-amz-security-token',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
  'x-amz-server-side-encryption-context',
  'x-amz-te',
  'x-amz-trailer',
  'x-amz-user-agent',
]);

/** Headers that are honoured for these values alone. */
const knownValues: Readonly<Record<string, readonly string[]>> = {
  'x-amz-server-side-encryption': ['AES256', 'aws:kms', 'aws:kms:dsse'],
  'x-amz-storage-class': ['STANDARD'],
  'x-amz-tagging-directive': ['COPY'],
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html: all that an owner-enforced bucket accepts. */
const acceptedAcls = ['private', 'bucket-owner-full-control'];

/** Refuses a request with a header that asks for what is not modelled. */
export const requireKnownHeaders = (headers: IncomingHttpHeaders, accountId: string): void => {
  for (const name of Object.keys(headers)) {
    if (!name.startsWith('x-amz-') || known.has(name) || name.startsWith('x-amz-meta-')) continue;
    if (name.startsWith('x-amz-copy-source') && !name.includes('customer')) continue;
    if (checksumAlgorithms.some((algorithm) => name === checksumHeader(algorithm))) continue;
    const value = header(headers, name) ?? '';
    if (name === 'x-amz-acl' || name.startsWith('x-amz-grant-')) {
      if (name === 'x-amz-acl' && acceptedAcls.includes(value)) continue;
      throw new AwsError('AccessControlListNotSupported', 'The bucket does not allow ACLs');
    }
    if (name === 'x-amz-expected-bucket-owner' || name === 'x-amz-source-expected-bucket-owner') {
      if (value === accountId) continue;
      throw new AwsError('AccessDenied', 'Access Denied', 403);
    }
    if (knownValues[name]?.includes(value) !== true) throw notImplemented(`The header ${name}: ${value}`);
  }
};

export const checksumHeader = (algorithm: ChecksumAlgorithm): string => `x-amz-checksum-${algorithm.toLowerCase()}`;

/** The checksum that a request states, by its header. */
export const statedChecksum = (
  headers: IncomingHttpHeaders,
): { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined => {
  for (const algorithm of checksumAlgorithms) {
    const value = header(headers, checksumHeader(algorithm));
    if (value !== undefined) return { algorithm, value };
  }
  return undefined;
};

export const algorithmOf = (name: string | undefined): ChecksumAlgorithm | undefined => {
  if (name === undefined) return undefined;
  const algorithm = checksumAlgorithms.find((each) => each === name.toUpperCase());
  if (algorithm === undefined)
    throw new AwsError(
      'InvalidRequest',
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    );
  return algorithm;
};

const keptHeaders = ['content-type', 'cache-control', 'content-disposition', 'content-language', 'expires'] as const;

/** What a write keeps of its headers. */
export const detailsOf = (headers: IncomingHttpHeaders): Details => {
  const kept: Record<string, string> = {};
  for (const name of keptHeaders) {
    const value = header(headers, name);
    if (value !== undefined && value !== '') kept[name] = value;
  }
  const encodings = (header(headers, 'content-encoding') ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && each !== 'aws-chunked');
  if (encodings.length > 0) kept['content-encoding'] = encodings.join(',');
  const metadata: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    if (name.startsWith('x-amz-meta-')) metadata[name.slice('x-amz-meta-'.length)] = header(headers, name) ?? '';
  }
  return { headers: kept, metadata };
};

/** If-Match and If-None-Match of a write. S3 knows no other If-None-Match than `*` there. */
export const writeConditionsOf = (headers: IncomingHttpHeaders): WriteConditions => {
  const [ifMatch, ifNoneMatch] = [header(headers, 'if-match'), header(headers, 'if-none-match')];
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw notImplemented(`The header If-None-Match: ${ifNoneMatch}`);
  if (ifMatch === '*') throw notImplemented('The header If-Match: *');
  return { ifMatch, ifNoneMatch };
};
