import { existsSync } from 'node:fs';
import { event, Lake, START } from './lake';

const SECOND = START / 1_000;

describe('the sweep', () => {
  test('deletes what nobody names once, and nothing that is not there, however many nights pass', async () => {
    const deletions: { readonly key: string; readonly there: boolean }[] = [];
    const lake: Lake = await Lake.open(undefined, undefined, (call, proceed) => {
      const { Keys } = call.input;
      if (call.service === 's3' && call.operation === 'DeleteObjects' && Array.isArray(Keys))
        deletions.push(...Keys.map(String).map((key) => ({ key, there: existsSync(lake.fileOf(key)) })));
      return proceed();
    });
    try {
      for (let night = 0; night < 3; night++) {
        await lake.put(event(night, 'a:x', SECOND), event(night, 'b:x', SECOND));
        await lake.night();
      }
      for (let night = 0; night < 5; night++) await lake.night();
      const ledgers = deletions.map(({ key }) => key).filter((key) => key.startsWith('ledger/'));
      // Two of three states of each partition were replaced.
      expect(ledgers).toHaveLength(4);
      expect(new Set(deletions.map(({ key }) => key)).size).toBe(deletions.length);
      expect(deletions.filter(({ there }) => !there)).toEqual([]);
      expect(await lake.keys('ledger/events/event_type=')).toHaveLength(2);
      expect(await lake.rows('SELECT count(*), sum(copies) FROM events')).toEqual([['6', '6']]);
    } finally {
      await lake.remove();
    }
  });
});
