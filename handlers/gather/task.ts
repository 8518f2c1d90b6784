import { feedNamed } from '../../contracts/feeds';
import { gatheredPrefix, partitionOfPath } from '../../contracts/lake';
import type { GatherOutcome } from '../../workflows/documents';
import { judgeObject, ObjectJudge } from '../../workflows/routing';
import type { GatherRequest, GatherResult } from '../../workflows/steps';
import { AttemptFolder, taskSourceSchema, type TaskSource } from '../aws/attempts';
import { collect } from '../aws/concurrently';
import type { LakeObjects } from '../aws/objects';
import { refuseIfNoneRead } from '../aws/read';
import { routeObject } from '../aws/routing';
import { blocksOf, Budget, readSources, Refused, type Refusal } from '../aws/sources';
import { contribution, GATHERED_BYTES, gatheredName, LINE_BREAK } from './core';

/**
 * Compacts small objects into the run's snapshot: each is read once, checked whole before anything of it is appended, and appended as
 * it is. A large one becomes a gathered object of its own, written while it is checked, and completed only where it is whole. One object that
 * is unreadable, or cannot be read just now, never stops the rest; the large ones come last.
 */
export const gatherTask = async (objects: LakeObjects, { run, batch, attempt, task }: GatherRequest): Promise<GatherResult> => {
  const feed = feedNamed(run.feed);
  const folder = new AttemptFolder(objects, run, batch, attempt);
  const sources = await collect(objects.readLines(folder.taskKey(task), taskSourceSchema));
  const outcome: GatherOutcome = {
    gathered: [],
    routed: [],
    unreadable: [],
    unread: [],
    left: false,
    changed: [],
    objects: 0,
    bytes: 0,
  };
  const failures: unknown[] = [];
  const budget = new Budget();

  const gatheredKey = (contents: readonly TaskSource[]): string =>
    `${gatheredPrefix(run.table, run.run, `${batch}-${attempt}`)}${gatheredName(task, contents)}`;
  const note = ({ key, etag }: TaskSource, refusal: Refusal): void => {
    if (refusal.kind === 'gone') outcome.changed.push(key);
    else if (refusal.kind === 'unreadable') outcome.unreadable.push({ key, etag, reason: refusal.reason });
    else {
      outcome.unread.push({ key, etag, reason: refusal.reason });
      if (refusal.kind === 'unread') failures.push(refusal.failure);
    }
  };
  const gathered = ({ key, etag, bytes, partition }: TaskSource, lines: number): void =>
    void outcome.gathered.push({ key, etag, lines, partition, bytes });

  // A rebuild may meet sources that the published ledger names, and that only became somebody else's since, by rules that are stricter now. Were
  // they routed, their pieces would be new to that ledger, which stays where the rebuild is refused, and their lines would count twice.
  const disown = async (source: TaskSource, blocks: () => AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> => {
    if (run.rebuild) note(source, { kind: 'unreadable', reason: notItsOwn(source.partition) });
    else outcome.routed.push(await routeObject(objects, feed, source, blocks()));
  };

  let pending: Buffer[] = [];
  let pendingSources: TaskSource[] = [];
  let pendingBytes = 0;
  const close = async (): Promise<void> => {
    if (pendingBytes === 0) return;
    await objects.put(gatheredKey(pendingSources), Buffer.concat(pending));
    outcome.objects++;
    outcome.bytes += pendingBytes;
    [pending, pendingSources, pendingBytes] = [[], [], 0];
  };

  const gatherLarge = async (source: TaskSource): Promise<void> => {
    const upload = objects.upload(gatheredKey([source]));
    let completed = false;
    try {
      const judge = new ObjectJudge(feed, partitionOfPath(source.partition));
      let last = 0;
      const tap = (compressed: Buffer): Promise<void> => (judge.disowned ? Promise.resolve() : upload.write(compressed));
      for await (const block of blocksOf(objects, source, budget, tap)) {
        judge.take(block);
        last = block.at(-1) ?? last;
      }
      if (!judge.own) return await disown(source, () => blocksOf(objects, source, new Budget()));
      if (last !== LINE_FEED) await upload.write(LINE_BREAK);
      await upload.complete();
      completed = true;
      outcome.objects++;
      outcome.bytes += upload.bytes;
      gathered(source, judge.judged.lines);
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown;
      note(source, thrown.refusal);
    } finally {
      if (!completed) await upload.abort();
    }
  };

  const large: TaskSource[] = [];
  for await (const { source, read } of readSources(objects, sources, budget)) {
    if (read.kind === 'large') large.push(source);
    else if (read.kind !== 'whole') note(source, read);
    else {
      const judged = judgeObject(feed, read.text, partitionOfPath(source.partition));
      if (!judged.own) {
        await disown(source, () => [read.text]);
        continue;
      }
      for (const part of contribution(read.body, read.text)) {
        pending.push(part);
        pendingBytes += part.length;
      }
      pendingSources.push(source);
      gathered(source, judged.lines);
      if (pendingBytes >= GATHERED_BYTES) await close();
    }
  }
  await close();
  for (const source of large) await gatherLarge(source);
  await refuseIfNoneRead(sources.length, failures, () => objects.read(folder.taskKey(task)));
  await folder.writeGathered(task, outcome);
  return { lines: outcome.gathered.reduce((sum, { lines }) => sum + lines, 0) };
};

const notItsOwn = (partition: string): string =>
  `not all of its lines are usable ones of ${partition} (any more), and a rebuild routes nothing`;

const LINE_FEED = 10;
