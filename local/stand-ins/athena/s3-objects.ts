import type { S3StandIn } from '../s3/s3';
import type { ObjectStore, StoredFile } from './object-store';

/** The S3 stand-in as Athena uses it, as the caller of the query. Errors are S3's own. */
export const s3Objects = (s3: Pick<S3StandIn, 'listAll' | 'head' | 'putObject' | 'adoptFile'>): ObjectStore => ({
  list: async (caller, { bucket, prefix }) => {
    const found: StoredFile[] = [];
    for await (const { key, size, path } of s3.listAll(caller, { bucket, prefix })) found.push({ key, size, path });
    return found;
  },
  find: (caller, name) => s3.head(caller, name),
  put: async (caller, { bucket, key, body, contentType }) => {
    await s3.putObject(caller, { bucket, key, body: Buffer.from(body), contentType });
  },
  adopt: async (caller, { bucket, key, path }) => {
    await s3.adoptFile(caller, { bucket, key, path, contentType: 'application/octet-stream' });
  },
});
