import { environment } from '../../contracts/environments';
import { feedNamed } from '../../contracts/feeds';
import { ledgerKey, partitionOfPath, s3Uri } from '../../contracts/lake';
import { ledgerEntrySchema, type ExpectedPartition, type Publication } from '../../workflows/documents';
import { mergeLedgers } from '../../workflows/novelty';
import { describeState, sameState } from '../../workflows/published';
import { publishRequest, type PublishResult } from '../../workflows/steps';
import { AttemptFolder, gatheredByPartition } from '../aws/attempts';
import { collect, concurrently } from '../aws/concurrently';
import { ownsLock } from '../aws/lock';
import { gzipLines, LakeObjects } from '../aws/objects';
import { CuratedPartitions } from '../aws/partitions';
import { step } from '../aws/shell';
import { conflictsOf, entriesGathered, filesByPartition, nextState } from './core';

const settings = environment('publish', process.env);
const objects = new LakeObjects(settings.LAKE_BUCKET);

const LOST = 'the lock is no longer held by this run';

/**
 * Publishes a verified attempt: per partition the new ledger, the fencing check, and the one flip of location and ledger. Stops as
 * superseded where the lock is no longer the run's or the partition no longer what the plan saw.
 */
export const handler = step('publish', async (event): Promise<PublishResult> => {
  const { run, batch, attempt } = publishRequest.parse(event);
  const folder = new AttemptFolder(objects, run, batch, attempt);
  const catalog = new CuratedPartitions(settings.DATABASE, feedNamed(run.feed));
  const [{ partitions, location }, verification, gathered] = await Promise.all([
    folder.readExpectation(),
    folder.readVerification(),
    folder.readGathered(),
  ]);
  // A batch that did not add up is never published, whoever asks for it.
  if (verification.problems.length > 0) throw new Error(`the verification failed: ${verification.problems[0]}`);
  const written = filesByPartition(location, await collect(objects.list(location)));
  await catalog.prepare();
  const publication: Publication = { complete: false, published: [], superseded: [] };

  const sources = gatheredByPartition(gathered);

  // What one look at the lock found is told to all: a run that lost it writes nothing from then on.
  let lost = false;
  const owns = async (): Promise<boolean> => {
    lost ||= !(await ownsLock(objects, run));
    return !lost;
  };

  const publish = async (expected: ExpectedPartition): Promise<void> => {
    const path = expected.partition;
    const partition = partitionOfPath(path);
    const superseded = (reason: string): void => void publication.superseded.push({ partition: path, reason });
    // Before anything is read or written: what the plan saw may be swept by now (an execution redriven days later, say).
    if (lost || !(await owns())) return superseded(LOST);
    const before = expected.published;
    const ledger = ledgerKey(run.table, partition, run.run, batch, attempt);
    const old = before === undefined || run.rebuild ? [] : await collect(objects.readLines(before.ledger, ledgerEntrySchema));
    const entries = mergeLedgers(old, entriesGathered(expected, sources.get(path) ?? []));
    // Already there: this very attempt wrote it, and its answer got lost.
    await objects.create(ledger, gzipLines(entries));
    const after = nextState(expected, verification, written, {
      run: run.run,
      attempt,
      location: s3Uri(settings.LAKE_BUCKET, `${location}${path}/`),
      ledger,
      sources: entries.length,
      conflictsBefore: run.rebuild ? 0 : (before?.conflicts ?? 0),
    });

    const published = (): void =>
      void publication.published.push({
        partition: path,
        ...(before === undefined ? {} : { before }),
        after,
        lines: expected.lines,
        conflicts: conflictsOf(verification, path),
      });
    if (!(await owns())) return superseded(LOST);
    const current = await catalog.get(partition);
    if (current !== undefined && sameState(current.published, after)) return published();
    if (current !== undefined && current.published === undefined)
      return superseded(`it is registered at ${current.location}, which no run published`);
    if (!sameState(current?.published, before))
      return superseded(`the plan saw it ${describeState(before)}, now it is ${describeState(current?.published)}`);
    if (lost) return superseded(LOST);
    if (current !== undefined) await catalog.update(partition, after);
    else if (!(await catalog.create(partition, after))) {
      // Created meanwhile: by this very call, whose answer got lost, or by somebody else.
      const there = await catalog.get(partition);
      if (there === undefined || !sameState(there.published, after))
        return superseded(`it was created meanwhile, ${describeState(there?.published)}`);
    }
    published();
  };
  try {
    await concurrently(partitions, 4, publish);
    publication.complete = true;
  } finally {
    // What was flipped before a failure is reported as well: the next attempt leaves it out.
    await folder.writePublication(publication);
  }
  return { published: publication.published.length, superseded: publication.superseded.length };
});
