import { gzipSync } from 'node:zlib';
import { EVENTS } from '../../../contracts/feeds';
import { attemptPrefix, partitionOfPath, rawPartitionPrefix } from '../../../contracts/lake';
import { AttemptFolder } from '../../../handlers/aws/attempts';
import { gatherTask } from '../../../handlers/gather/task';
import { gatherOutcomeSchema } from '../../../workflows/documents';
import type { Run } from '../../../workflows/run';
import { pathOf, runWith } from '../../workflows/arbitraries';
import { lineOf } from '../../workflows/lines';
import { MemoryLake, refused } from '../memory-lake';

const PATH = pathOf('push');
const raw = (name: string): string => `${rawPartitionPrefix(EVENTS, partitionOfPath(PATH))}${name}`;
const own = (uuid: number): string => lineOf(uuid, 'push', '2026-11-20');

/** A lake with objects of these lines, which are what the one task of an attempt is to gather. */
const taskWith = async (objects: Readonly<Record<string, readonly string[]>>, changed: Partial<Run> = {}) => {
  const lake = new MemoryLake();
  for (const [name, lines] of Object.entries(objects)) lake.put(raw(name), gzipSync(lines.map((line) => `${line}\n`).join('')));
  const run = runWith(changed);
  const sources = Object.keys(objects).map((name) => ({
    key: raw(name),
    etag: lake.etagOf(raw(name)),
    bytes: 1,
    partition: PATH,
  }));
  await lake.objects.putLines(new AttemptFolder(lake.objects, run, 'b0001', 'a1').taskKey(0), sources);
  const gather = () =>
    gatherTask(lake.objects, { run, now: run.startedAt, batch: 'b0001', batchKey: '', attempt: 'a1', task: 0 });
  const outcome = () =>
    lake.objects.requireJson(`${attemptPrefix('events', run.run, 'b0001', 'a1')}gathered-0.json`, gatherOutcomeSchema);
  return { lake, gather, outcome };
};

describe('a gather task', () => {
  it('names its one object that is refused for good, instead of failing its batch every night', async () => {
    const { lake, gather, outcome } = await taskWith({ '1.gz': [own(1)] });
    lake.refused.set(raw('1.gz'), refused('AccessDenied', 403));
    expect(await gather()).toEqual({ lines: 0 });
    expect(await outcome()).toMatchObject({ gathered: [], unread: [{ key: raw('1.gz'), reason: 'AccessDenied' }] });
  });

  it('fails where it could read none of several', async () => {
    const { lake, gather } = await taskWith({ '1.gz': [own(1)], '2.gz': [own(2)] });
    for (const name of ['1.gz', '2.gz']) lake.refused.set(raw(name), refused('AccessDenied', 403));
    await expect(gather()).rejects.toThrow('AccessDenied');
  });
});
