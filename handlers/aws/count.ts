import { lineCount } from '../../workflows/lines';
import type { ListedObject, LakeObjects } from './objects';
import { blocksOf, Budget, Refused } from './sources';

/**
 * Lines of an object that hold anything; why nobody can read it; or that it is gone since it was listed (a lifecycle rule's work).
 * @param onBlock gets the text, whole lines at a time
 * @throws what kept the object from being fetched
 */
export const countLines = async (
  objects: LakeObjects,
  source: ListedObject,
  onBlock: (block: Buffer) => void = () => undefined,
): Promise<number | { readonly unreadable: string } | 'gone'> => {
  let lines = 0;
  try {
    for await (const block of blocksOf(objects, source, new Budget(Infinity))) {
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
