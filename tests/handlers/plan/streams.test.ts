import { EVENTS } from '../../../contracts/feeds';
import { compareKeys, partitionPath, rawPartitionPrefix, rawPrefix } from '../../../contracts/lake';
import { joinListings, PartitionedListing } from '../../../handlers/plan/streams';
import { fc } from '../../properties';
import { collected, partitions, streamed } from '../../workflows/arbitraries';

const RAW = rawPrefix(EVENTS);
const listings = fc
  .array(
    fc.record({
      partition: partitions,
      names: fc.uniqueArray(fc.stringMatching(/^[a-z0-9.-]{1,6}$/), { minLength: 1, maxLength: 4 }),
    }),
    { maxLength: 8 },
  )
  .map((folders) =>
    folders.flatMap(({ partition, names }) => names.map((name) => `${rawPartitionPrefix(EVENTS, partition)}${name}`)),
  )
  .map((keys) => [...new Set(keys)].sort(compareKeys).map((key) => ({ key })));

const listingOf = (keys: readonly { readonly key: string }[], misplaced: (key: string) => void = () => undefined) =>
  new PartitionedListing(EVENTS, RAW, streamed(keys), misplaced);

describe('joining listings', () => {
  it('brings together what several know of a partition, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(listings, { minLength: 1, maxLength: 4 }), async (several) => {
        const found = several.map((): { readonly key: string }[] => []);
        const paths: string[] = [];
        for await (const { partition, path, items } of joinListings(...several.map((listed) => listingOf(listed)))) {
          expect(partitionPath(partition)).toBe(path);
          paths.push(`${path}/`);
          for (const [index, stream] of items.entries())
            for await (const item of stream) {
              expect(item.key.startsWith(`${RAW}${path}/`)).toBe(true);
              found[index]!.push(item);
            }
        }
        expect(found).toEqual(several);
        expect(paths).toEqual([...new Set(paths)].sort());
      }),
    );
  });

  it('skips what of a partition is not read', async () => {
    await fc.assert(
      fc.asyncProperty(listings, listings, fc.nat({ max: 3 }), async (left, right, reads) => {
        const paths: string[] = [];
        for await (const { path, items } of joinListings(listingOf(left), listingOf(right))) {
          paths.push(path);
          for (let read = 0; read < reads; read++) await items[read % 2]!.next();
        }
        const all = [...left, ...right].map(({ key }) => key.slice(RAW.length, key.lastIndexOf('/')));
        expect(paths.sort()).toEqual([...new Set(all)].sort());
      }),
    );
  });

  it('tells which keys are laid out like no partition, and goes on behind them', async () => {
    const misplaced: string[] = [];
    const keys = ['event_type=push/a', 'event_type=push/created_date=2026-11-20/x', 'event_type=push/stray'].map((key) => ({
      key: `${RAW}${key}`,
    }));
    const joined = joinListings(listingOf(keys, (key) => misplaced.push(key)));
    expect((await collected(joined)).map(({ path }) => path)).toEqual(['event_type=push/created_date=2026-11-20']);
    expect(misplaced).toEqual([`${RAW}event_type=push/a`, `${RAW}event_type=push/stray`]);
  });
});
