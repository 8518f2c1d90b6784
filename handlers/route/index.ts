import { environment } from '../../contracts/environments';
import { messageOf } from '../../contracts/errors';
import { feedNamed } from '../../contracts/feeds';
import {
  compareKeys,
  latePartition,
  markedSource,
  markerPrefix,
  rawPartitionPrefix,
  routeOutcomeKey,
} from '../../contracts/lake';
import type { RouteOutcome } from '../../workflows/documents';
import { newSources } from '../../workflows/novelty';
import { routeRequest, type RouteResult } from '../../workflows/steps';
import { collect, concurrently } from '../aws/concurrently';
import { inflate } from '../aws/inflate';
import { LakeObjects, type ListedObject } from '../aws/objects';
import { attemptRead, refuseIfNoneRead } from '../aws/read';
import { routeObject } from '../aws/routing';
import { step } from '../aws/shell';
import { roundTakes } from './core';

const objects = new LakeObjects(environment('route', process.env).LAKE_BUCKET);

/** What is routed already, sorted as its sources are: a key that continues another one (`x.gz.bak`, `x.gz`) has its marker before it. */
async function* markers(
  table: string,
  prefix: string,
  after: string,
): AsyncGenerator<{ readonly key: string; readonly etag: string }> {
  const root = markerPrefix(table);
  const listed = await collect(objects.list(`${root}${prefix}`, after === '' ? {} : { startAfter: `${root}${after}` }));
  yield* listed.flatMap(({ key }) => markedSource(table, key) ?? []).sort((left, right) => compareKeys(left.key, right.key));
}

/** Checks and splits the late objects that no marker knows, as many as one invocation can; `done` when none is left behind `after`. */
export const handler = step('route', async (event): Promise<RouteResult> => {
  const { run, round, after } = routeRequest.parse(event);
  const feed = feedNamed(run.feed);
  const prefix = rawPartitionPrefix(feed, latePartition(feed));
  const listed = objects.list(prefix, after === '' ? {} : { startAfter: after });
  const taken: ListedObject[] = [];
  let [bytes, done] = [0, true];
  for await (const source of newSources(listed, markers(run.table, prefix, after))) {
    if (!roundTakes({ objects: taken.length, bytes }, source)) {
      done = false;
      break;
    }
    taken.push(source);
    bytes += source.bytes;
  }
  const outcome: RouteOutcome = { routed: [], unreadable: [], unread: [] };
  const failures: unknown[] = [];
  if (!run.dryRun)
    await concurrently(taken, 4, async (source) => {
      const read = await attemptRead(objects, source);
      if ('failure' in read) {
        failures.push(read.failure);
        outcome.unread.push({ key: source.key, etag: source.etag, reason: messageOf(read.failure) });
        return;
      }
      const { object } = read;
      // Vanished or overwritten since it was listed: the next run sees what is there then.
      if (object === undefined) return;
      const inflated = inflate(object.body);
      if (inflated.ok) outcome.routed.push(await routeObject(objects, feed, source, inflated.text));
      else outcome.unreadable.push({ key: source.key, etag: source.etag, reason: inflated.reason });
    });
  refuseIfNoneRead(taken.length, failures);
  if (outcome.routed.length + outcome.unreadable.length + outcome.unread.length > 0)
    await objects.putJson(routeOutcomeKey(run.table, run.run, round), outcome);
  return {
    done,
    round: round + 1,
    after: taken.at(-1)?.key ?? after,
    routed: outcome.routed.length,
    unreadable: outcome.unreadable.length,
  };
});
