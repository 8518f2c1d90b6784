import { AwsError } from '../../aws-error';

/**
 * The path of an object below its bucket's folder is its key, letter for letter. What a file system cannot carry that way is
 * refused rather than escaped, so that a person and every engine find each object where its key says.
 */

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const keyBytesLimit = 1024;
/** NAME_MAX of Linux and macOS. */
const segmentBytesLimit = 255;
// eslint wants no control characters in expressions, so they are given by code.
const isControl = (code: number): boolean => code < 0x20 || code === 0x7f || code === 0xfffe || code === 0xffff;

/** Why a key cannot be a path; undefined for a key that can. */
export const keyProblem = (key: string): string | undefined => {
  if (key === '') return 'is empty';
  if (/\p{Surrogate}/u.test(key)) return 'is not valid Unicode';
  for (const segment of key.split('/')) {
    if (segment === '') return 'has an empty segment ("//", or a "/" at its start or end)';
    if (segment === '.' || segment === '..') return `has the segment "${segment}"`;
    if (segment.length * 3 > segmentBytesLimit && Buffer.byteLength(segment) > segmentBytesLimit) {
      return `has a segment of more than ${segmentBytesLimit} bytes`;
    }
    for (let index = 0; index < segment.length; index++)
      if (isControl(segment.charCodeAt(index))) return 'has a control character';
  }
  return undefined;
};

/** Refuses a key that cannot be stored: KeyTooLongError as S3 does, and InvalidRequest for what only a file system cannot hold. */
export const requireStorable = (key: string): void => {
  if (Buffer.byteLength(key) > keyBytesLimit) throw new AwsError('KeyTooLongError', 'Your key is too long', 400, { Key: key });
  const problem = keyProblem(key);
  if (problem !== undefined) {
    const sentence = `The key "${key}" ${problem}: objects are plain files here, so this key cannot be stored.`;
    throw new AwsError('InvalidRequest', sentence, 400, { Key: key });
  }
};

/** Two keys that cannot both be there: one would be a file and a folder at once. */
export const collision = (key: string): AwsError => {
  const sentence =
    `The key "${key}" collides with an object whose key is a folder of it, or lies below it: ` +
    'objects are plain files here, and a file cannot be a folder too.';
  return new AwsError('InvalidRequest', sentence, 400, { Key: key });
};

/** A code unit moved to where UTF-8 sorts it: surrogates come after everything else in the basic plane. */
const rank = (unit: number): number => (unit < 0xd800 ? unit : unit >= 0xe000 ? unit - 0x800 : unit + 0x2000);

/** S3's order: by the bytes of UTF-8. JavaScript's own order differs from it beyond U+D7FF only. */
export const compareKeys = (left: string, right: string): number => {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const [a, b] = [left.charCodeAt(index), right.charCodeAt(index)];
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
};
