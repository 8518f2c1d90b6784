import { createHash } from 'node:crypto';
import type * as z from 'zod';
import { FEED_NAMES } from '../../contracts/feeds';
import { compactTime, describeInputProblem, runInputSchema, type Run } from '../../workflows/run';
import type { validateRequest } from '../../workflows/steps';

/** Its name is the state machine's error name; its message is the one sentence that a person reads. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
}

/**
 * The run that an execution's input asks for. Throws InvalidInput.
 * @param feeds those that the stack deploys
 */
export const runOf = (
  { input, executionArn, startedAt }: z.infer<typeof validateRequest>,
  feeds: readonly string[] = FEED_NAMES,
): Run => {
  const parsed = runInputSchema.safeParse(input);
  if (!parsed.success) throw new InvalidInput(describeInputProblem(parsed.error, input));
  const { feed, from, to, rebuild, eventType } = parsed.data;
  if (!feeds.includes(feed))
    throw new InvalidInput(`feed is "${feed}", which is off in this stack; allowed: ${feeds.join(', ')}`);
  if (from !== undefined && to !== undefined && from > to)
    throw new InvalidInput(`from is ${from}, after to, which is ${to}; allowed: from on or before to`);
  if (rebuild && eventType === undefined && from === undefined && to === undefined && !parsed.data.full)
    throw new InvalidInput(
      'rebuild is true without eventType, from or to; name what to rebuild, or give full: true for the whole table',
    );
  const suffix = createHash('sha256').update(executionArn).digest('hex').slice(0, 8);
  return { ...parsed.data, run: `${compactTime(startedAt)}-${suffix}`, table: parsed.data.feed, executionArn, startedAt };
};
