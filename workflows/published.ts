import { publishedSchema, type Published } from './documents';

/** The parameters of a Glue partition of the curated table: names the run, the rows and the ledger. Strings, as Glue has them. */
export const parametersOf = (published: Published): Record<string, string> => {
  const { location: _, ...rest } = published;
  return Object.fromEntries(
    Object.entries(rest)
      .filter((entry) => entry[1] !== undefined)
      .map(([name, value]) => [name, String(value)]),
  );
};

/** What a partition says of itself; undefined for one that this project did not publish. */
export const publishedOf = (
  location: string | undefined,
  parameters: Readonly<Record<string, string>> | undefined,
): Published | undefined => {
  const parsed = publishedSchema.safeParse({ ...parameters, location });
  return parsed.success ? parsed.data : undefined;
};

/** The fencing check: is the published state the one that was seen? */
export const sameState = (left: Published | undefined, right: Published | undefined): boolean =>
  left?.location === right?.location &&
  left?.ledger === right?.ledger &&
  left?.run === right?.run &&
  left?.attempt === right?.attempt &&
  // What a rollback flipped back is not what was seen before: a publish that stalled meanwhile must not undo it.
  left?.held === right?.held;

export const describeState = (published: Published | undefined): string =>
  published === undefined
    ? 'not published'
    : `published by run ${published.run}${published.held === undefined ? '' : `, held after a rollback of ${published.held}`}`;

/** A partition of a run whose lock is somebody else's by now. */
export const supersededByOwner = ({ partition }: { readonly partition: string }): { partition: string; reason: string } => ({
  partition,
  reason: 'superseded: the lock is no longer held by this run',
});
