import * as z from 'zod';
import { runPrefix } from '../../contracts/lake';
import { collect, concurrently } from '../../handlers/aws/concurrently';
import type { LakeObjects } from '../../handlers/aws/objects';
import { expectationSchema, publicationSchema, type Published } from '../../workflows/documents';
import type { RollbackFacts } from '../../workflows/rollback';

type Attempts = RollbackFacts['attempts'];

/** What one run left about the partitions that it worked on, by partition path. */
export interface RunTrail {
  readonly exists: boolean;
  readonly attempts: ReadonlyMap<string, Attempts>;
}

/**
 * Reads the folder of a run. The state that a run replaced is what its attempt expected to find, which is written before anything is
 * published: a run that died right after a flip is covered as well.
 */
export const readTrail = async (objects: LakeObjects, table: string, run: string): Promise<RunTrail> => {
  const folder = runPrefix(table, run);
  const root = `${folder}attempts/`;
  const keys = (await collect(objects.list(folder))).map(({ key }) => key);
  const expectations = keys.filter((key) => key.startsWith(root) && key.endsWith('/expectation.json'));
  const attempts = new Map<string, { attempt: string; before: Published | undefined; published: boolean }[]>();
  await concurrently(expectations, 8, async (key) => {
    const name = key.slice(root.length, -'/expectation.json'.length);
    const attempt = name.slice(name.indexOf('-') + 1);
    const { partitions } = await objects.requireJson(key, expectationSchema);
    const publication = await objects.readJson(`${root}${name}/publication.json`, publicationSchema);
    const published = new Set(publication?.published.map(({ partition }) => partition));
    for (const { partition, published: before } of partitions) {
      const entry = { attempt, before, published: published.has(partition) };
      attempts.set(partition, [...(attempts.get(partition) ?? []), entry]);
    }
  });
  return { exists: keys.length > 0, attempts };
};

/** What a rollback leaves in the folder of the run that it undid. */
export const rollbackRecordSchema = z.object({
  run: z.string(),
  at: z.string(),
  rolledBack: z.array(
    z.object({
      partition: z.string(),
      /** The run whose state is published again. */
      to: z.string(),
      rowsBefore: z.number(),
      rowsAfter: z.number(),
      /** Sources that are new again, and their lines. */
      sources: z.number(),
      lines: z.number(),
    }),
  ),
  refused: z.array(z.object({ partition: z.string(), code: z.string(), reason: z.string() })),
});
export type RollbackRecord = z.infer<typeof rollbackRecordSchema>;

export const rollbacksPrefix = (table: string, run: string): string => `${runPrefix(table, run)}rollbacks/`;
