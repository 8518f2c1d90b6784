import type { PlannedPartition, Published } from '../../workflows/documents';
import { describeState, sameState } from '../../workflows/published';

/**
 * Which partitions of a batch an attempt works on: those whose published state is the one that the plan saw. What this run has
 * flipped already (an earlier attempt, whose answer got lost) and what somebody else published meanwhile is left out.
 */
export const divide = (
  planned: readonly PlannedPartition[],
  current: readonly (Published | undefined)[],
  run: string,
): { readonly partitions: readonly PlannedPartition[]; readonly leftOut: readonly { partition: string; reason: string }[] } => {
  const partitions: PlannedPartition[] = [];
  const leftOut: { partition: string; reason: string }[] = [];
  for (const [index, partition] of planned.entries()) {
    const state = current[index];
    if (sameState(partition.published, state)) partitions.push(partition);
    else if (state?.run === run)
      leftOut.push({ partition: partition.partition, reason: 'published by an earlier attempt of this run' });
    else
      leftOut.push({
        partition: partition.partition,
        reason: `superseded: the plan saw it ${describeState(partition.published)}, now it is ${describeState(state)}`,
      });
  }
  return { partitions, leftOut };
};
