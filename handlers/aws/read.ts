import type { LakeObjects } from './objects';
import { isPassing } from './passing';

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
 * Refusals that are about one object, whoever asks and whenever: an archived one is refused until somebody restores it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
const OF_THE_OBJECT = new Set(['InvalidObjectState']);
const isOfTheObject = (failure: unknown): boolean => failure instanceof Error && OF_THE_OBJECT.has(failure.name);

/**
 * Throws where no source at all could be read, since that must not look like a quiet night: a missing right, or an outage. One source alone
 * does not say so, as it may be refused for good (its key is not ours, say): it stays new, and keeps nothing else from being compacted.
 * `probe` reads what must be readable, whatever the sources are; it throws where it is not.
 */
export const refuseIfNoneRead = async (
  sources: number,
  failures: readonly unknown[],
  probe: () => Promise<unknown>,
): Promise<void> => {
  if (failures.length < sources) return;
  const telling = failures.filter((failure) => !isOfTheObject(failure));
  if (telling.length === 0) return;
  if (telling.length > 1 || isPassing(telling[0])) throw telling[0];
  await probe();
};

/**
 * Throws where no source at all could be read, and all of it was trouble of the moment: done again, it may pass. Any other failure is noted and
 * no more, however many there are: what routing cannot read must not keep a run from its plan, and where a right is missing, gathering says so.
 */
export const refuseTroubleOfAll = (sources: number, failures: readonly unknown[]): void => {
  if (sources > 0 && failures.length === sources && failures.every(isPassing)) throw failures[0];
};
