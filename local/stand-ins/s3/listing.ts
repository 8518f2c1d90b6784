import { AwsError } from '../../aws-error';
import type { ObjectStore, StoredObject } from './store';
import type { Listed } from './walk';
import { walk } from './walk';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const pageLimit = 1000;

export interface ListRequest {
  readonly bucket: string;
  readonly prefix?: string | undefined;
  readonly delimiter?: string | undefined;
  /** Only keys after this one. */
  readonly startAfter?: string | undefined;
  readonly continuationToken?: string | undefined;
  /** At most 1,000 count. @default 1000 */
  readonly maxKeys?: number | undefined;
}

export interface ListPage {
  readonly objects: readonly StoredObject[];
  readonly commonPrefixes: readonly string[];
  readonly isTruncated: boolean;
  /** The last key or common prefix of the page, when more follows. */
  readonly last?: string;
  readonly nextContinuationToken?: string;
}

const tokenPrefix = 'after:';

const tokenOf = (last: string): string => Buffer.from(tokenPrefix + last, 'utf8').toString('base64');

const afterOf = ({ continuationToken, startAfter = '' }: ListRequest): string => {
  if (continuationToken === undefined) return startAfter;
  const text = Buffer.from(continuationToken, 'base64').toString('utf8');
  if (!text.startsWith(tokenPrefix)) throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect');
  return text.slice(tokenPrefix.length);
};

/** One page. Objects and common prefixes count alike towards `maxKeys`. */
export const listPage = async (store: ObjectStore, request: ListRequest): Promise<ListPage> => {
  const { bucket, prefix = '', delimiter = '' } = request;
  const maxKeys = Math.min(request.maxKeys ?? pageLimit, pageLimit);
  const entries = walk(store.folderOf(bucket), { prefix, delimiter, after: afterOf(request) });
  const commonPrefixes: string[] = [];
  const found: (StoredObject | string)[] = [];
  let last: string | undefined;
  let isTruncated = false;
  for (const entry of maxKeys === 0 ? ([] as Listed[]) : entries) {
    if (found.length + commonPrefixes.length === maxKeys) {
      isTruncated = true;
      break;
    }
    if ('commonPrefix' in entry) commonPrefixes.push((last = entry.commonPrefix));
    else found.push(store.known(bucket, (last = entry.key)) ?? entry.key);
  }
  const objects: StoredObject[] = [];
  for (const each of found) {
    // Files that came by hand are read for their ETag, outside the one moment of the walk; one that left meanwhile is left out.
    const object = typeof each === 'string' ? await store.find(bucket, each) : each;
    if (object !== undefined) objects.push(object);
  }
  if (!isTruncated || last === undefined) return { objects, commonPrefixes, isTruncated: false };
  return { objects, commonPrefixes, isTruncated, last, nextContinuationToken: tokenOf(last) };
};

/** All objects below a prefix, in order, page by page. */
export async function* listEverything(store: ObjectStore, bucket: string, prefix: string): AsyncGenerator<StoredObject> {
  let startAfter: string | undefined;
  do {
    const page: ListPage = await listPage(store, { bucket, prefix, startAfter });
    yield* page.objects;
    startAfter = page.last;
  } while (startAfter !== undefined);
}
