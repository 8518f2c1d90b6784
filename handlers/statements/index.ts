import { createHash } from 'node:crypto';
import { environment } from '../../contracts/environments';
import { feedNamed } from '../../contracts/feeds';
import { curatedAttemptPrefix, partitionOfPath, s3Uri, temporaryTable } from '../../contracts/lake';
import { compareStatement } from '../../workflows/comparison';
import { ledgerEntrySchema, type ExpectedPartition } from '../../workflows/documents';
import { supersededByOwner } from '../../workflows/published';
import { createStatement, verifyStatement } from '../../workflows/sql';
import { statementsRequest, type StatementsResult } from '../../workflows/steps';
import { AttemptFolder, gatheredByPartition } from '../aws/attempts';
import { collect, concurrently } from '../aws/concurrently';
import { ownsLock } from '../aws/lock';
import { LakeObjects } from '../aws/objects';
import { step } from '../aws/shell';
import { expectedOf } from './core';

const settings = environment('statements', process.env);
const objects = new LakeObjects(settings.LAKE_BUCKET);

/** 32 to 128 characters; a repeated dispatch of one attempt's statement finds the query that is already there. */
const token = (...parts: readonly string[]): string => createHash('sha256').update(parts.join('\n')).digest('hex');

/** What was gathered in, the statements of the rewrite out, with what they are expected to write. */
export const handler = step('statements', async (event): Promise<StatementsResult> => {
  const { run, batch, attempt } = statementsRequest.parse(event);
  const feed = feedNamed(run.feed);
  const folder = new AttemptFolder(objects, run, batch, attempt);
  const opened = await folder.read();
  const { bucketCount, leftOut } = opened;
  // A run that lost its lock meanwhile starts no query: nothing of it could be published.
  const owned = await ownsLock(objects, run);
  const partitions = owned ? opened.partitions : [];
  if (!owned) leftOut.push(...opened.partitions.map(supersededByOwner));
  const gathered = owned ? gatheredByPartition(await folder.readGathered()) : new Map<string, never>();

  const expected: ExpectedPartition[] = [];
  const verdicts = await concurrently(partitions, 8, async (planned) => {
    const ledger =
      planned.published === undefined ? [] : await collect(objects.readLines(planned.published.ledger, ledgerEntrySchema));
    return expectedOf(planned, gathered.get(planned.partition) ?? [], ledger, run.rebuild);
  });
  for (const [index, verdict] of verdicts.entries()) {
    if ('leftOut' in verdict) leftOut.push({ partition: partitions[index]!.partition, reason: verdict.leftOut });
    else expected.push(verdict);
  }

  const table = temporaryTable(run.table, run.run, batch, attempt);
  const location = curatedAttemptPrefix(run.table, run.run, batch, attempt);
  await folder.writeExpectation({ location, table, partitions: expected, leftOut });
  const rebuilt = run.rebuild ? expected.filter(({ published }) => published !== undefined) : [];
  const tokens = {
    compareToken: token(run.executionArn, batch, attempt, 'compare'),
    createToken: token(run.executionArn, batch, attempt, 'create'),
    verifyToken: token(run.executionArn, batch, attempt, 'verify'),
  };
  if (expected.length === 0) return { partitions: 0, createStatement: '', verifyStatement: '', compareStatement: '', ...tokens };
  return {
    partitions: expected.length,
    createStatement: createStatement({
      feed,
      database: settings.DATABASE,
      table,
      location: s3Uri(settings.LAKE_BUCKET, location),
      run: run.run,
      batchAttempt: `${batch}-${attempt}`,
      bucketCount,
      partitions: expected.map(({ partition }) => partitionOfPath(partition)),
      united: run.rebuild
        ? []
        : expected.filter(({ published }) => published !== undefined).map(({ partition }) => partitionOfPath(partition)),
    }),
    verifyStatement: verifyStatement(feed, settings.DATABASE, table),
    compareStatement:
      rebuilt.length === 0
        ? ''
        : compareStatement(
            feed,
            settings.DATABASE,
            table,
            rebuilt.map(({ partition }) => partitionOfPath(partition)),
          ),
    ...tokens,
  };
});
