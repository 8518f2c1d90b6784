import type { Arns } from './arns';
import type { Statement } from './policy-documents';

/** What a principal does with one bucket: key prefixes (or whole keys) per kind of access. */
export interface BucketUse {
  readonly list?: readonly string[];
  readonly get?: readonly string[];
  readonly put?: readonly string[];
  readonly remove?: readonly string[];
}

/** Statements for the lake bucket. */
export const onLake = (arns: Arns, use: BucketUse): readonly Statement[] => onBucket('Lake', arns.lake, use);

/** Statements for the bucket of query results. */
export const onResults = (arns: Arns, use: BucketUse): readonly Statement[] => onBucket('Results', arns.results, use);

/**
 * Reading includes listing the same prefixes, and the condition is `IfExists`: without `s3:ListBucket` in a request that has no prefix,
 * S3 answers 403 instead of 404 for a key that does not exist.
 */
const onBucket = (
  label: string,
  bucket: string,
  { list = [], get = [], put = [], remove = [] }: BucketUse,
): readonly Statement[] => {
  const objects = (prefixes: readonly string[]): readonly string[] => prefixes.map((prefix) => `${bucket}/${pattern(prefix)}`);
  const listed = [...new Set([...list, ...get])].map(pattern);
  return [
    ...(listed.length === 0
      ? []
      : [
          {
            sid: `${label}List`,
            actions: ['s3:ListBucket'],
            resources: [bucket],
            conditions: { StringLikeIfExists: { 's3:prefix': listed } },
          },
        ]),
    ...(get.length === 0 ? [] : [{ sid: `${label}Get`, actions: ['s3:GetObject'], resources: objects(get) }]),
    ...(put.length === 0
      ? []
      : [{ sid: `${label}Put`, actions: ['s3:PutObject', 's3:AbortMultipartUpload'], resources: objects(put) }]),
    ...(remove.length === 0 ? [] : [{ sid: `${label}Delete`, actions: ['s3:DeleteObject'], resources: objects(remove) }]),
  ];
};

/** A folder stands for all below it; anything else is meant as it is. */
const pattern = (prefix: string): string => (prefix.endsWith('/') ? `${prefix}*` : prefix);
