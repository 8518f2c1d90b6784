import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../../caller';
import { AwsError } from '../../aws-error';
import type { Exchange } from '../../endpoint/exchange';
import type { Markup } from '../../endpoint/xml';
import { document, element } from '../../endpoint/xml';
import type { S3StandIn } from './s3';
import type { StoredObject } from './store';

/** One request of S3, taken apart. */
export interface Context {
  readonly s3: S3StandIn;
  readonly exchange: Exchange;
  readonly caller: Caller;
  /** Empty for a request on the service. */
  readonly bucket: string;
  /** Empty for a request on a bucket. */
  readonly key: string;
}

export const notImplemented = (what: string): AwsError =>
  new AwsError('NotImplemented', `${what} implies functionality that is not implemented by the local host.`, 501);

export const malformedXml = (): AwsError =>
  new AwsError('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

export const sendXml = (
  context: Context,
  root: string,
  children: readonly Markup[],
  headers: Readonly<Record<string, string>> = {},
): void => context.exchange.send(200, { 'content-type': 'application/xml', ...headers }, document(root, namespace, children));

/** One value of a header. */
export const header = (headers: IncomingHttpHeaders, name: string): string | undefined => {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
};

/** S3 keeps times to the second. */
export const isoTime = (millis: number): string => new Date(Math.floor(millis / 1000) * 1000).toISOString();

export const quoted = (etag: string): string => `"${etag}"`;

/** `x-amz-checksum-crc32` and its type, where the object has one. */
export const checksumHeaders = (object: StoredObject): Record<string, string> => {
  const { checksum } = object.details;
  if (checksum === undefined) return {};
  return { [`x-amz-checksum-${checksum.algorithm.toLowerCase()}`]: checksum.value, 'x-amz-checksum-type': checksum.type };
};

/** A whole number of a query parameter within its limits; InvalidArgument otherwise. */
export const numberOf = (query: URLSearchParams, name: string, least: number, most: number): number | undefined => {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new AwsError('InvalidArgument', `Argument ${name} must be an integer between ${least} and ${most}`, 400, {
      ArgumentName: name,
      ArgumentValue: text,
    });
  }
  return value;
};

/** How keys are written in a listing: as they are, or percent-encoded with `+` for a space, as S3 does it. */
export const encoder = (query: URLSearchParams): ((text: string) => string) => {
  const type = query.get('encoding-type');
  if (type === null || type === '') return (text) => text;
  if (type !== 'url') throw new AwsError('InvalidArgument', 'Invalid Encoding Method specified in Request');
  return (text) => encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%20', '+');
};

export const ownerOf = (accountId: string): readonly Markup[] => [
  element('ID', createHash('sha256').update(accountId).digest('hex')),
  element('DisplayName', 'lithify'),
];
