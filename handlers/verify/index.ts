import { AthenaClient, GetQueryResultsCommand } from '@aws-sdk/client-athena';
import { environment } from '../../contracts/environments';
import { feedNamed } from '../../contracts/feeds';
import { verifyRequest, type VerifyResult } from '../../workflows/steps';
import { differences, verifiedOf } from '../../workflows/verification';
import { AttemptFolder } from '../aws/attempts';
import { LakeObjects } from '../aws/objects';
import { step } from '../aws/shell';
import { foundPartitions, VerificationFailed } from './core';

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

/** Compares what the CTAS wrote with what the attempt expects. Throws VerificationFailed with every difference. */
export const handler = step('verify', async (event): Promise<VerifyResult> => {
  const { run, batch, attempt, queryExecutionId, bytesScanned } = verifyRequest.parse(event);
  const folder = new AttemptFolder(objects, run, batch, attempt);
  const { partitions } = await folder.readExpectation();
  const found = foundPartitions(feedNamed(run.feed), await resultRows(queryExecutionId));
  const problems = differences(partitions, found, run.rebuild);
  if (problems.length > 0) throw new VerificationFailed(`${problems.length} differences: ${problems.slice(0, 10).join('; ')}`);
  await folder.writeVerification(verifiedOf(found, bytesScanned));
  return { partitions: found.length };
});
