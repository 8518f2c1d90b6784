import { AthenaClient, GetQueryResultsCommand } from '@aws-sdk/client-athena';
import { environment } from '../../contracts/environments';
import { feedNamed } from '../../contracts/feeds';
import { verifyRequest, type VerifyResult } from '../../workflows/steps';
import { comparisonOf } from '../../workflows/comparison';
import { differences, verifiedOf } from '../../workflows/verification';
import { AttemptFolder } from '../aws/attempts';
import { LakeObjects } from '../aws/objects';
import { step } from '../aws/shell';
import { foundPartitions, namedRows, VerificationFailed } from './core';

const objects = new LakeObjects(environment('verify', process.env).LAKE_BUCKET);
const athena = new AthenaClient({});

const resultRows = async (QueryExecutionId: string): Promise<(string | undefined)[][]> => {
  const rows: (string | undefined)[][] = [];
  let token: string | undefined;
  do {
    const page = await athena.send(
      new GetQueryResultsCommand({ QueryExecutionId, ...(token === undefined ? {} : { NextToken: token }) }),
    );
    for (const { Data } of page.ResultSet?.Rows ?? []) rows.push((Data ?? []).map(({ VarCharValue }) => VarCharValue));
    token = page.NextToken;
  } while (token !== undefined);
  return rows;
};

/**
 * Compares what the CTAS wrote with what the attempt expects. Throws VerificationFailed with every difference, once it is noted.
 * Of a rebuild it also notes how its rows differ from the published ones: that is a finding, and no failure.
 */
export const handler = step('verify', async (event): Promise<VerifyResult> => {
  const { kind, run, batch, attempt, queryExecutionId, bytesScanned } = verifyRequest.parse(event);
  const folder = new AttemptFolder(objects, run, batch, attempt);
  const { partitions } = await folder.readExpectation();
  const feed = feedNamed(run.feed);
  const rows = await resultRows(queryExecutionId);
  if (kind === 'comparison') {
    const compared = partitions.flatMap(({ partition, published }) => (published === undefined ? [] : [partition]));
    await folder.writeComparison(comparisonOf(feed, compared, namedRows(rows), bytesScanned));
    return { partitions: compared.length };
  }
  const found = foundPartitions(feed, rows);
  const problems = differences(feed, partitions, found, run.rebuild);
  await folder.writeVerification(verifiedOf(feed, found, bytesScanned, problems));
  if (problems.length > 0) throw new VerificationFailed(`${problems.length} differences: ${problems.slice(0, 10).join('; ')}`);
  return { partitions: found.length };
});
