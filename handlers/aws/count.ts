import { lineCount } from '../../workflows/lines';
import { inflated, inflatedOrPlain } from './inflate';
import type { ListedObject, LakeObjects } from './objects';
import { blocksOf, Budget, Refused } from './sources';

/** Lines of an object that hold anything; why nobody can read it; or that it is gone since it was listed (a lifecycle rule's work). */
export type CountedLines = number | { readonly unreadable: string } | 'gone';

/**
 * Counts the lines of a gzip object.
 * @param onBlock gets the text, whole lines at a time
 * @throws what kept the object from being fetched
 */
export const countLines = (
  objects: LakeObjects,
  source: ListedObject,
  onBlock: (block: Buffer) => void = () => undefined,
): Promise<CountedLines> => counted(objects, source, inflated, onBlock);

/**
 * As `countLines`, of an object under errors/: routing writes gzip there, and whether Firehose compresses what it could not process is nowhere
 * promised. Plain text is counted as it is.
 * @param onBlock gets the text, whole lines at a time
 * @throws what kept the object from being fetched
 */
export const countErrorLines = (
  objects: LakeObjects,
  source: ListedObject,
  onBlock: (block: Buffer) => void = () => undefined,
): Promise<CountedLines> => counted(objects, source, inflatedOrPlain, onBlock);

const counted = async (
  objects: LakeObjects,
  source: ListedObject,
  unpack: typeof inflated,
  onBlock: (block: Buffer) => void,
): Promise<CountedLines> => {
  let lines = 0;
  try {
    for await (const block of blocksOf(objects, source, new Budget(Infinity), undefined, unpack)) {
      lines += lineCount(block);
      onBlock(block);
    }
    return lines;
  } catch (thrown) {
    if (!(thrown instanceof Refused)) throw thrown;
    const { refusal } = thrown;
    if (refusal.kind === 'unread') throw refusal.failure;
    return refusal.kind === 'gone' ? 'gone' : { unreadable: refusal.reason };
  }
};
