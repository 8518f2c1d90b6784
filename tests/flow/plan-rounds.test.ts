import { planRoundKey } from '../../contracts/lake';
import { event, Lake, START } from './lake';
import { graphWith } from './stack';

const SECOND = START / 1_000;

describe('a night whose plan takes several invocations', () => {
  test('lists on where the round before stopped, and compacts all of it', async () => {
    const graph = await graphWith(({ compaction }) => {
      compaction!['policy'] = { ...(compaction!['policy'] as object), planEntries: 1 };
    });
    const lake = await Lake.open(undefined, undefined, undefined, () => graph);
    try {
      await lake.put(event(1, 'a:x', SECOND), event(2, 'b:x', SECOND), event(3, 'c:x', SECOND), event(4, 'a:x', SECOND - 86_400));
      await lake.night();
      const all = await lake.runs();
      const rounds = await Promise.all(all.map((id) => lake.keys(planRoundKey('events', id, 0).replace('0.json', ''))));
      expect(Math.max(...rounds.map((keys) => keys.length))).toBeGreaterThanOrEqual(2);
      expect(await lake.rows('SELECT event_type, count(*) FROM events GROUP BY 1 ORDER BY 1')).toEqual([
        ['a', '2'],
        ['b', '1'],
        ['c', '1'],
      ]);
      await lake.night();
      expect(await lake.report()).toMatchObject({ status: 'succeeded', partitions: 0, queries: 0 });
    } finally {
      await lake.remove();
    }
  });
});
