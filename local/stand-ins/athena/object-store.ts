/** What Athena needs of S3: the objects are plain files, so that the engine reads them without a network. */
import type { Caller } from '../../caller';

export interface StoredFile {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Absolute path of the object's file. */
  readonly path: string;
}

export interface ObjectStore {
  /** All objects whose keys start with `prefix`, in the order of their keys. */
  list(caller: Caller, place: { readonly bucket: string; readonly prefix: string }): Promise<readonly StoredFile[]>;
  find(caller: Caller, place: { readonly bucket: string; readonly key: string }): Promise<StoredFile | undefined>;
  put(
    caller: Caller,
    object: { readonly bucket: string; readonly key: string; readonly body: string; readonly contentType?: string },
  ): Promise<void>;
  /** Makes the file at `path` (on the same disk, under the data directory) the object; the file is gone from `path` afterwards. */
  adopt(caller: Caller, object: { readonly bucket: string; readonly key: string; readonly path: string }): Promise<void>;
}

export interface Location {
  readonly bucket: string;
  /** Empty, or ending in a slash. */
  readonly prefix: string;
}

/** `s3://bucket/a/b` and `s3://bucket/a/b/` are the same place. Undefined for what is no S3 location. */
export const locationOf = (uri: string): Location | undefined => {
  const [, bucket, path = ''] = /^s3[an]?:\/\/([^/]+)(?:\/(.*))?$/s.exec(uri) ?? [];
  if (bucket === undefined) return undefined;
  return { bucket, prefix: path === '' || path.endsWith('/') ? path : `${path}/` };
};

/** Files and folders below a table whose names start with `_` or `.` are no data, nor are empty objects. */
export const isData = ({ key, size }: StoredFile, prefix: string): boolean =>
  size > 0 &&
  !key
    .slice(prefix.length)
    .split('/')
    .some((part) => part.startsWith('_') || part.startsWith('.'));
