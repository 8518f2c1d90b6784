import { AwsError } from '../../aws-error';
import { bodyOf } from '../../endpoint/exchange';
import type { Node } from '../../endpoint/xml';
import { parseXml } from '../../endpoint/xml';
import { unframe } from './chunked';
import type { ChecksumAlgorithm } from './digests';
import { checksumAlgorithms, digestOf } from './digests';
import type { Checksum } from './object-index';
import type { Context } from './rest-context';
import { header, malformedXml } from './rest-context';
import { algorithmOf, checksumHeader, statedChecksum } from './rest-headers';
import type { Staged } from './staging';
import { discard } from './staging';

/** The 5 GiB of one PutObject: https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html */
const bodyLimit = 5 * 1024 ** 3;
export const xmlBodyLimit = 2 * 1024 * 1024;

export interface Received {
  readonly staged: Staged;
  readonly checksum?: Checksum;
}

const badDigest = (name: string): AwsError =>
  new AwsError(
    'BadDigest',
    name === 'Content-MD5'
      ? 'The Content-MD5 you specified did not match what we received.'
      : `The ${name} you specified did not match the calculated checksum.`,
  );

/** Writes the body of a request to a staged file, unframed, and verifies every checksum that came with it. */
export const receiveBody = async (context: Context, also?: ChecksumAlgorithm): Promise<Received> => {
  const { headers, body } = context.exchange;
  const framed =
    header(headers, 'x-amz-content-sha256')?.startsWith('STREAMING-') === true || isAwsChunked(headers['content-encoding']);
  const decoded = header(headers, 'x-amz-decoded-content-length');
  if (Number(decoded ?? headers['content-length'] ?? 0) > bodyLimit) {
    throw new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, {
      MaxSizeAllowed: bodyLimit,
    });
  }
  const trailerNames = (header(headers, 'x-amz-trailer') ?? '').split(',').map((name) => name.trim().toLowerCase());
  const trailing = checksumAlgorithms.find((algorithm) => trailerNames.includes(checksumHeader(algorithm)));
  const stated = statedChecksum(headers);
  const announced = algorithmOf(header(headers, 'x-amz-sdk-checksum-algorithm'));
  if (announced !== undefined && trailing === undefined && stated === undefined) {
    const sentence =
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.';
    throw new AwsError('InvalidRequest', sentence);
  }
  const algorithms = new Set([stated?.algorithm, trailing, also].filter((algorithm) => algorithm !== undefined));
  const unframed = framed ? unframe(body, decoded === undefined ? undefined : Number(decoded)) : undefined;
  const staged = await context.s3.store.staging.receive(unframed?.data ?? body, [...algorithms]);
  try {
    verifyMd5(header(headers, 'content-md5'), Buffer.from(staged.md5, 'hex'));
    const trailer = trailing === undefined ? undefined : unframed?.trailers.get(checksumHeader(trailing));
    if (trailing !== undefined && trailer === undefined) {
      throw new AwsError(
        'MalformedTrailerError',
        'The request contained trailing data that was not well-formed or did not conform to our published schema.',
      );
    }
    const sent =
      stated ?? (trailing === undefined || trailer === undefined ? undefined : { algorithm: trailing, value: trailer });
    if (sent === undefined) return { staged };
    if (staged.checksums.get(sent.algorithm)?.toString('base64') !== sent.value) throw badDigest(sent.algorithm);
    return { staged, checksum: { ...sent, type: 'FULL_OBJECT' } };
  } catch (error) {
    await discard(staged);
    throw error;
  }
};

const isAwsChunked = (encoding: string | undefined): boolean =>
  encoding?.split(',').some((each) => each.trim() === 'aws-chunked') === true;

const verifyMd5 = (stated: string | undefined, md5: Buffer): void => {
  if (stated === undefined) return;
  if (Buffer.from(stated, 'base64').length !== 16)
    throw new AwsError('InvalidDigest', 'The Content-MD5 you specified was invalid.');
  if (stated !== md5.toString('base64')) throw badDigest('Content-MD5');
};

/** The XML body of a request, verified like any other. */
export const receiveXml = async (context: Context): Promise<string> => {
  const { headers } = context.exchange;
  const body = await bodyOf(context.exchange, xmlBodyLimit);
  verifyMd5(header(headers, 'content-md5'), digestOf('MD5', body));
  return body.toString('utf8');
};

/** A DeleteObjects request states the checksum of its body in the headers; CompleteMultipartUpload states the object's there. */
export const verifyXmlChecksum = (context: Context, body: string): void => {
  const stated = statedChecksum(context.exchange.headers);
  if (stated === undefined) return;
  if (digestOf(stated.algorithm, Buffer.from(body, 'utf8')).toString('base64') !== stated.value)
    throw badDigest(stated.algorithm);
};

/** A body of XML; anything else is MalformedXML. */
export const xmlOf = (body: string, root: string): Node => {
  let node: Node;
  try {
    node = parseXml(body);
  } catch (error) {
    if (error instanceof SyntaxError) throw malformedXml();
    throw error;
  }
  if (node.name !== root) throw malformedXml();
  return node;
};
