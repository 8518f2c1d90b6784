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
const taskWith = async (objects: Readonly<Record<string, readonly string[]>>, changed: Partial<Run> = {}, bytes = 1) => {
  const lake = new MemoryLake();
  for (const [name, lines] of Object.entries(objects)) lake.put(raw(name), gzipSync(lines.map((line) => `${line}\n`).join('')));
  const run = runWith(changed);
  const sources = Object.keys(objects).map((name) => ({
    key: raw(name),
    etag: lake.etagOf(raw(name)),
    bytes,
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

  it.each([
    ['small', 1],
    ['large', 17 * 1024 * 1024],
  ])('routes a %s object of other lines, but not in a rebuild: the ledger that stays may name it', async (_size, bytes) => {
    const objects = { '1.gz': [own(1)], '2.gz': [own(2), lineOf(3, 'push', '2026-11-01')] };
    const made = (lake: MemoryLake): readonly string[] => [...lake.stored.keys()].filter((key) => /^(late|errors)\//.test(key));

    const rebuild = await taskWith(objects, { rebuild: true }, bytes);
    expect(await rebuild.gather()).toEqual({ lines: 1 });
    expect(await rebuild.outcome()).toMatchObject({
      gathered: [{ key: raw('1.gz') }],
      routed: [],
      unreadable: [
        {
          key: raw('2.gz'),
          reason: `not all of its lines are usable ones of ${PATH} (any more), and a rebuild routes nothing`,
        },
      ],
    });
    expect(made(rebuild.lake)).toEqual([]);

    const night = await taskWith(objects, {}, bytes);
    expect(await night.gather()).toEqual({ lines: 1 });
    expect(await night.outcome()).toMatchObject({ routed: [{ key: raw('2.gz'), lines: 2 }], unreadable: [] });
    // Two pieces and the marker.
    expect(made(night.lake)).toHaveLength(3);
  });
});
