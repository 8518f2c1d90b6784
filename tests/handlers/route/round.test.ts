import { gzipSync } from 'node:zlib';
import { latePartition, markerKey, rawPartitionPrefix, routeOutcomeKey } from '../../../contracts/lake';
import { EVENTS } from '../../../contracts/feeds';
import { routeRound } from '../../../handlers/route/round';
import { routeOutcomeSchema } from '../../../workflows/documents';
import { runWith } from '../../workflows/arbitraries';
import { lineOf } from '../../workflows/lines';
import { MemoryLake, refused } from '../memory-lake';

const NOW = '2026-11-21T00:30:00.000Z';
const RUN = runWith();
const late = (name: string): string => `${rawPartitionPrefix(EVENTS, latePartition(EVENTS))}${name}`;

/** A lake with late objects of these lines. */
const lakeWith = (objects: Readonly<Record<string, readonly string[]>>): MemoryLake => {
  const lake = new MemoryLake();
  for (const [name, lines] of Object.entries(objects)) lake.put(late(name), gzipSync(lines.map((line) => `${line}\n`).join('')));
  return lake;
};
const outcomeIn = (lake: MemoryLake, round = 0) =>
  lake.objects.requireJson(routeOutcomeKey('events', RUN.run, round), routeOutcomeSchema);

describe('a round of routing', () => {
  it('names an object that is refused for good, alone or beside others, and goes on', async () => {
    const denied = refused('AccessDenied', 403);
    for (const names of [['1.gz'], ['1.gz', '2.gz']]) {
      const lake = lakeWith(Object.fromEntries(names.map((name, index) => [name, [lineOf(index, 'push', '2026-11-01')]])));
      lake.refused.set(late('1.gz'), denied);
      const result = await routeRound(lake.objects, { run: RUN, now: NOW, round: 0, after: '' });
      expect(result).toMatchObject({ done: true, routed: names.length - 1 });
      const outcome = await outcomeIn(lake);
      expect(outcome.unread).toEqual([{ key: late('1.gz'), etag: lake.etagOf(late('1.gz')), reason: 'AccessDenied' }]);
      expect(outcome.routed.map(({ key }) => key)).toEqual(names.slice(1).map(late));
      // Without a marker it is tried again by every run.
      expect(lake.stored.has(markerKey('events', late('1.gz'), lake.etagOf(late('1.gz'))))).toBe(false);
    }
  });

  it('is done again where S3 is out of reach', async () => {
    const lake = lakeWith({ '1.gz': [lineOf(1, 'push', '2026-11-01')] });
    lake.refused.set(late('1.gz'), refused('SlowDown', 503));
    await expect(routeRound(lake.objects, { run: RUN, now: NOW, round: 0, after: '' })).rejects.toThrow('SlowDown');
  });
});
