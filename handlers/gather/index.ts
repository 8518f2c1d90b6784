import { environment } from '../../contracts/environments';
import { messageOf } from '../../contracts/errors';
import { feedNamed } from '../../contracts/feeds';
import { gatheredPrefix, partitionOfPath } from '../../contracts/lake';
import type { GatherOutcome } from '../../workflows/documents';
import { judgeObject } from '../../workflows/routing';
import { gatherRequest, type GatherResult } from '../../workflows/steps';
import { AttemptFolder, taskSourceSchema, type TaskSource } from '../aws/attempts';
import { collect } from '../aws/concurrently';
import { inflate } from '../aws/inflate';
import { LakeObjects } from '../aws/objects';
import { attemptRead, refuseIfNoneRead, type Attempted } from '../aws/read';
import { routeObject } from '../aws/routing';
import { step } from '../aws/shell';
import { contribution, GATHERED_BYTES } from './core';

const objects = new LakeObjects(environment('gather', process.env).LAKE_BUCKET);

/** Objects fetched ahead while one is checked: bounds memory to so many small objects. */
const AHEAD = 16;
const AHEAD_BYTES = 64 * 1024 * 1024;

/** Fetches in order, some ahead; a large object waits until it is the next. */
async function* fetched(sources: readonly TaskSource[]) {
  const queue: { readonly source: TaskSource; readonly read: Promise<Attempted> }[] = [];
  let [next, bytes] = [0, 0];
  while (next < sources.length || queue.length > 0) {
    while (next < sources.length && queue.length < AHEAD && (queue.length === 0 || bytes + sources[next]!.bytes <= AHEAD_BYTES)) {
      const source = sources[next++]!;
      bytes += source.bytes;
      queue.push({ source, read: attemptRead(objects, source) });
    }
    const { source, read } = queue.shift()!;
    yield { source, read: await read };
    bytes -= source.bytes;
  }
}

/**
 * Compacts small objects into the run's snapshot: each is read once, checked whole before anything of it is appended, and appended as
 * it is. One object that is unreadable, or cannot be read just now, never stops the rest.
 */
export const handler = step('gather', async (event): Promise<GatherResult> => {
  const { run, batch, attempt, task } = gatherRequest.parse(event);
  const feed = feedNamed(run.feed);
  const folder = new AttemptFolder(objects, run, batch, attempt);
  const sources = await collect(objects.readLines(folder.taskKey(task), taskSourceSchema));
  const outcome: GatherOutcome = { gathered: [], routed: [], unreadable: [], unread: [], changed: [], objects: 0, bytes: 0 };
  const failures: unknown[] = [];
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  const close = async (): Promise<void> => {
    if (pendingBytes === 0) return;
    const key = `${gatheredPrefix(run.table, run.run, `${batch}-${attempt}`)}${String(task).padStart(4, '0')}-${String(outcome.objects).padStart(4, '0')}.gz`;
    await objects.put(key, Buffer.concat(pending));
    outcome.objects++;
    outcome.bytes += pendingBytes;
    [pending, pendingBytes] = [[], 0];
  };
  for await (const { source, read } of fetched(sources)) {
    const { key, etag, bytes, partition: path } = source;
    if ('failure' in read) {
      failures.push(read.failure);
      outcome.unread.push({ key, etag, reason: messageOf(read.failure) });
      continue;
    }
    const { object } = read;
    if (object === undefined) {
      outcome.changed.push(key);
      continue;
    }
    const inflated = inflate(object.body);
    if (!inflated.ok) {
      outcome.unreadable.push({ key, etag, reason: inflated.reason });
      continue;
    }
    const judged = judgeObject(feed, inflated.text, partitionOfPath(path));
    if (!judged.own) {
      outcome.routed.push(await routeObject(objects, feed, source, inflated.text));
      continue;
    }
    for (const part of contribution(object.body, inflated.text)) {
      pending.push(part);
      pendingBytes += part.length;
    }
    outcome.gathered.push({ key, etag, lines: judged.lines, partition: path, bytes });
    if (pendingBytes >= GATHERED_BYTES) await close();
  }
  refuseIfNoneRead(sources.length, failures);
  await close();
  await folder.writeGathered(task, outcome);
  return { lines: outcome.gathered.reduce((sum, { lines }) => sum + lines, 0) };
});
