import { AwsError } from '../../aws-error';

/** Conditions on a write or a delete: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html */
export interface WriteConditions {
  /** Only if nothing has the key: 412 otherwise. */
  readonly ifNoneMatch?: '*' | undefined;
  /** Only if the object has this ETag: 412 otherwise, 404 where there is none. Quotes make no difference. */
  readonly ifMatch?: string | undefined;
}

const failed = (condition: string): AwsError =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition: condition,
  });

export const noSuchKey = (key: string): AwsError =>
  new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });

const bare = (etag: string): string =>
  etag
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1');

const matches = (header: string, etag: string): boolean =>
  header.split(',').some((each) => bare(each) === '*' || bare(each) === etag);

export const checkWrite = (key: string, etag: string | undefined, conditions: WriteConditions): void => {
  if (conditions.ifNoneMatch !== undefined && etag !== undefined) throw failed('If-None-Match');
  if (conditions.ifMatch === undefined) return;
  if (etag === undefined) throw noSuchKey(key);
  if (!matches(conditions.ifMatch, etag)) throw failed('If-Match');
};

/** Conditions on a read, as headers. A date that cannot be read is ignored, as HTTP has it. */
export interface ReadConditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: string | undefined;
  readonly ifUnmodifiedSince?: string | undefined;
}

/** Whether the client has what it asks for already (304). A condition that does not hold is PreconditionFailed. */
export const notModified = (
  object: { readonly etag: string; readonly lastModified: number },
  conditions: ReadConditions,
): boolean => {
  const { ifMatch, ifNoneMatch } = conditions;
  const changed = Math.floor(object.lastModified / 1000);
  if (ifMatch !== undefined && !matches(ifMatch, object.etag)) throw failed('If-Match');
  const unmodifiedSince = secondsOf(conditions.ifUnmodifiedSince);
  if (ifMatch === undefined && unmodifiedSince !== undefined && changed > unmodifiedSince) throw failed('If-Unmodified-Since');
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, object.etag);
  const modifiedSince = secondsOf(conditions.ifModifiedSince);
  return modifiedSince !== undefined && changed <= modifiedSince;
};

const secondsOf = (header: string | undefined): number | undefined => {
  const millis = header === undefined ? Number.NaN : Date.parse(header);
  return Number.isNaN(millis) ? undefined : Math.floor(millis / 1000);
};

export interface Range {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

/** The bytes that a `Range` header asks for; undefined for the whole object, which is also S3's answer to several ranges. */
export const rangeOf = (header: string | undefined, size: number): Range | undefined => {
  const match = header === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (match === null || header === undefined) return undefined;
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') return undefined;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(from) > Number(to)) return undefined;
  if (start > end) {
    const members = { ActualObjectSize: size, RangeRequested: header };
    throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416, members);
  }
  return { start, end };
};
