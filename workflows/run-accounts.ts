import type { Plan, Publication, Report, RouteOutcome } from './documents';

type Published = Publication['published'][number];

const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0);

/**
 * Reconciles a run: what its partitions held before, and the lines that it took in, are what they hold now. A difference of one is an
 * error that names the partition. What waits is counted in objects, since nobody has read it.
 */
export const runAccounts = (
  published: readonly Published[],
  plan: Plan | undefined,
  rebuild: boolean,
  routedWhileGathering: readonly RouteOutcome['routed'][number][] = [],
): NonNullable<Report['accounts']> => {
  const copiesBefore = ({ before }: Published): number => (rebuild ? 0 : (before?.copies ?? 0));
  const done = new Set(published.map(({ partition }) => partition));
  const waiting = (plan?.partitions ?? []).filter(({ partition, newObjects }) => newObjects > 0 && !done.has(partition));
  return {
    copiesBefore: sum(published, copiesBefore),
    lines: sum(published, ({ lines }) => lines),
    copiesAfter: sum(published, ({ after }) => after.copies),
    waiting: {
      partitions: waiting.length,
      objects: sum(waiting, ({ newObjects }) => newObjects),
      bytes: sum(waiting, ({ newBytes }) => newBytes),
      lines: sum(routedWhileGathering, ({ lines, rejected }) => lines - rejected),
    },
    differences: published.flatMap((one) => {
      const expected = copiesBefore(one) + one.lines;
      return one.after.copies === expected
        ? []
        : [`${one.partition}: ${one.after.copies} copies, must be ${copiesBefore(one)} before + ${one.lines} lines in`];
    }),
  };
};
