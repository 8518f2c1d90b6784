import { gzipSync } from 'node:zlib';
import { latePartition, markerKey, rawPartitionPrefix, routeOutcomeKey } from '../../../contracts/lake';
import { EVENTS } from '../../../contracts/feeds';
import { ROUND, type RoundBounds } from '../../../handlers/route/core';
import { routeRound } from '../../../handlers/route/round';
import { routeOutcomeSchema } from '../../../workflows/documents';
import type { RouteResult } from '../../../workflows/steps';
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

  const all = async (lake: MemoryLake, bounds: Partial<RoundBounds>) => {
    const rounds: RouteResult[] = [];
    for (let request = { round: 0, after: '' }; ;) {
      const result = await routeRound(lake.objects, { run: RUN, now: NOW, ...request }, { ...ROUND, ...bounds });
      rounds.push(result);
      if (result.done) return rounds;
      if (rounds.length > 50) throw new Error('the rounds do not end');
      request = result;
    }
  };
  /** Late objects, each of so many days. */
  const ofDays = (names: readonly string[], days: number): MemoryLake =>
    lakeWith(
      Object.fromEntries(
        names.map((name, index) => [
          name,
          Array.from({ length: days }, (_, day) =>
            lineOf(index * days + day, 'push', `2026-10-${String(day + 1).padStart(2, '0')}`),
          ),
        ]),
      ),
    );
  const piecesIn = (lake: MemoryLake): number =>
    [...lake.stored.keys()].filter((key) => key.startsWith('late/events/event')).length;
  // Keys that continue each other have their markers in another order than they themselves.
  const NAMES = ['1.gz', '1.gz.bak', '1.gz.bak.2', '1.gz.zip', '2.gz', '3.gz', '4.gz'];

  it('leaves what is still to be split when it has written its share, and another round takes it', async () => {
    const lake = ofDays(['1.gz', '2.gz', '3.gz', '4.gz', '5.gz'], 4);
    const rounds = await all(lake, { written: 10 });
    // Four pieces, a marker, and room for rejected lines: six of each object.
    expect(rounds.map(({ routed }) => routed)).toEqual([2, 2, 1]);
    expect(piecesIn(lake)).toBe(20);
  });

  it('takes one source whatever it makes of it', async () => {
    const rounds = await all(ofDays(['1.gz', '2.gz'], 20), { written: 1 });
    expect(rounds.map(({ routed }) => routed)).toEqual([1, 1]);
  });

  it('ends where it has listed its share, though it took nothing, and passes nothing over', async () => {
    for (const entries of [1, 2, 3, 5]) {
      const lake = ofDays(NAMES, 1);
      expect((await all(lake, { entries })).reduce((sum, { routed }) => sum + routed, 0)).toBe(NAMES.length);
      expect(piecesIn(lake)).toBe(NAMES.length);
      const again = await all(lake, { entries });
      expect(again.map(({ routed }) => routed)).toEqual(again.map(() => 0));
      expect(again.length).toBeGreaterThan(1);
    }
  });

  it('lists no marker before the first of its sources: they outlive them', async () => {
    const lake = ofDays(['3.gz', '4.gz'], 1);
    for (let gone = 0; gone < 2_500; gone++) lake.put(markerKey('events', late(`1-${gone}.gz`), 'expired'));
    await all(lake, {});
    expect(lake.calls.filter((call) => call.startsWith('ListObjectsV2 late/events/_routed/'))).toHaveLength(1);
  });
});
