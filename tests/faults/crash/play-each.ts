import { everything } from '../effort';
import type { Lakes } from './lake-under-test';
import { type Fault, type Golden, type Outcome, play, type Prepared } from './play';

export interface Played extends Outcome {
  readonly fault: Fault;
}

/**
 * Plays each fault on a copy of its own of the prepared lake. Answers those that left a defect, or never struck. Where everything is
 * played, `onProgress` is told now and then, and at the end, of all that was played and of how many failed.
 */
export const playEach = async (
  lakes: Lakes,
  prepared: Prepared,
  golden: Golden,
  faults: readonly Fault[],
  onProgress: (played: readonly Played[], failed: number) => void,
): Promise<readonly object[]> => {
  const played: Played[] = [];
  const failures: object[] = [];
  for (const fault of faults) {
    const { rows: _rows, unsettled: _unsettled, ...outcome } = await play(lakes, prepared, [[fault]], golden);
    played.push({ fault, ...outcome });
    if (outcome.defects.length > 0 || outcome.hit === 0) failures.push({ point: fault.id, ...outcome });
    if (everything && (played.length % 25 === 0 || played.length === faults.length)) onProgress(played, failures.length);
  }
  return failures;
};
