import type { LakeObjects } from './objects';

type Read = Awaited<ReturnType<LakeObjects['read']>>;

/** What came of reading one source: the object (undefined where it is gone or another one by now), or why it could not be read. */
export type Attempted = { readonly object: Read } | { readonly failure: unknown };

/** Reads the source that was planned. A failure is an answer, not a throw: one object that cannot be read just now stays new. */
export const attemptRead = (
  objects: LakeObjects,
  { key, etag }: { readonly key: string; readonly etag: string },
): Promise<Attempted> =>
  objects.read(key, etag).then(
    (object) => ({ object }),
    (failure: unknown) => ({ failure }),
  );

/**
 * Throws the failure where no source at all could be read: that is no passing trouble with one of them, but a missing right or an
 * outage, and must not look like a quiet night.
 */
export const refuseIfNoneRead = (sources: number, failures: readonly unknown[]): void => {
  if (sources > 0 && failures.length === sources) throw failures[0];
};
