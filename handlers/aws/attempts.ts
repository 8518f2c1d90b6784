import * as z from 'zod';
import { attemptPrefix } from '../../contracts/lake';
import {
  expectationSchema,
  gatherOutcomeSchema,
  plannedPartitionSchema,
  sourceSchema,
  verificationSchema,
  type Comparison,
  type Expectation,
  type GatherOutcome,
} from '../../workflows/documents';
import type { Run } from '../../workflows/run';
import { concurrently } from './concurrently';
import type { LakeObjects } from './objects';

/** A source with the partition path that it is to feed: a line of a gather task's list. */
export const taskSourceSchema = sourceSchema.extend({ partition: z.string() });
export type TaskSource = z.infer<typeof taskSourceSchema>;

export const attemptDocumentSchema = z.object({
  tasks: z.int(),
  bucketCount: z.int(),
  partitions: z.array(plannedPartitionSchema),
  /** Partitions of the batch that this attempt leaves out, and why. */
  leftOut: z.array(z.object({ partition: z.string(), reason: z.string() })),
});
export type AttemptDocument = z.infer<typeof attemptDocumentSchema>;

/** The folder of one attempt: what its steps leave for each other. */
export class AttemptFolder {
  readonly #prefix: string;

  constructor(
    private readonly objects: LakeObjects,
    run: Run,
    batch: string,
    attempt: string,
  ) {
    this.#prefix = attemptPrefix(run.table, run.run, batch, attempt);
  }

  taskKey(task: number): string {
    return `${this.#prefix}task-${task}.ndjson.gz`;
  }

  read(): Promise<AttemptDocument> {
    return this.objects.requireJson(`${this.#prefix}attempt.json`, attemptDocumentSchema);
  }

  write(document: AttemptDocument): Promise<void> {
    return this.objects.putJson(`${this.#prefix}attempt.json`, document);
  }

  writeGathered(task: number, outcome: GatherOutcome): Promise<void> {
    return this.objects.putJson(`${this.#prefix}gathered-${task}.json`, outcome);
  }

  /** What every task of the attempt gathered; a missing one is an error, since its lines would be. */
  async readGathered(): Promise<readonly GatherOutcome[]> {
    const { tasks } = await this.read();
    return concurrently(
      Array.from({ length: tasks }, (_, task) => task),
      8,
      (task) => this.objects.requireJson(`${this.#prefix}gathered-${task}.json`, gatherOutcomeSchema),
    );
  }

  writeExpectation(expectation: Expectation): Promise<void> {
    return this.objects.putJson(`${this.#prefix}expectation.json`, expectation);
  }

  readExpectation(): Promise<Expectation> {
    return this.objects.requireJson(`${this.#prefix}expectation.json`, expectationSchema);
  }

  writeVerification(verification: z.infer<typeof verificationSchema>): Promise<void> {
    return this.objects.putJson(`${this.#prefix}verification.json`, verification);
  }

  readVerification(): Promise<z.infer<typeof verificationSchema>> {
    return this.objects.requireJson(`${this.#prefix}verification.json`, verificationSchema);
  }

  writeComparison(comparison: Comparison): Promise<void> {
    return this.objects.putJson(`${this.#prefix}comparison.json`, comparison);
  }

  writePublication(publication: unknown): Promise<void> {
    return this.objects.putJson(`${this.#prefix}publication.json`, publication);
  }
}

type Gathered = GatherOutcome['gathered'][number];

export const gatheredByPartition = (outcomes: readonly GatherOutcome[]): ReadonlyMap<string, readonly Gathered[]> => {
  const byPath = new Map<string, Gathered[]>();
  for (const { gathered } of outcomes)
    for (const entry of gathered) {
      const entries = byPath.get(entry.partition);
      if (entries === undefined) byPath.set(entry.partition, [entry]);
      else entries.push(entry);
    }
  return byPath;
};
