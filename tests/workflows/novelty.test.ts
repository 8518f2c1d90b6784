import { compareKeys } from '../../contracts/lake';
import type { LedgerEntry } from '../../workflows/documents';
import { inMarkerOrder, linesOf, mergeLedgers, newSources, unrouted } from '../../workflows/novelty';
import { fc } from '../properties';
import { collected, streamed } from './arbitraries';

interface Identity {
  readonly key: string;
  readonly etag: string;
}

// Few keys and ETags, so that the same key with another ETag and the same identity twice come up often.
const keys = fc.constantFrom('a', 'a!', 'a.gz', 'a.gz.bak', 'a/b', 'b', 'ä', '\uffee', '😀', '😀x');
const identities = fc.record({ key: keys, etag: fc.constantFrom('1', '2', '3') });
const entries = identities.chain((identity) => fc.nat({ max: 5 }).map((lines): LedgerEntry => ({ ...identity, lines })));

const byKey = <T extends Identity>(items: readonly T[]): readonly T[] =>
  [...items].sort((left, right) => compareKeys(left.key, right.key));
const idOf = ({ key, etag }: Identity): string => `${key} ${etag}`;

describe('what is new', () => {
  it('is what was listed less what is known, by key and ETag', async () => {
    const listings = fc.uniqueArray(identities, { selector: ({ key }) => key });
    await fc.assert(
      fc.asyncProperty(listings, fc.array(identities), fc.array(identities), async (listing, ledger, markers) => {
        const listed = byKey(listing).map((identity) => ({ ...identity, bytes: 1 }));
        const known = new Set([...ledger, ...markers].map(idOf));
        const found = await collected(newSources(streamed(listed), streamed(byKey(ledger)), streamed(byKey(markers))));
        expect(found).toEqual(listed.filter((source) => !known.has(idOf(source))));
      }),
    );
  });

  it('includes an object that was overwritten since the ledger was written', async () => {
    const listed = [{ key: 'raw/a.gz', etag: 'second', bytes: 1 }];
    const ledger = [
      { key: 'raw/a.gz', etag: 'first' },
      { key: 'raw/b.gz', etag: 'gone' },
    ];
    expect(await collected(newSources(streamed(listed), streamed(ledger)))).toEqual(listed);
  });

  it('reads no further in the ledger than it must', async () => {
    let read = 0;
    async function* ledger(): AsyncGenerator<Identity> {
      for (const key of ['a', 'b', 'c', 'd']) {
        read++;
        yield { key, etag: '1' };
      }
    }
    await collected(newSources(streamed([{ key: 'b', etag: '1', bytes: 1 }]), ledger()));
    expect(read).toBe(3);
  });
});

describe('what is not routed yet', () => {
  // Keys that continue each other, before and behind a slash; ETags on both sides of what follows a slash.
  const nested = fc.record({
    key: fc.constantFrom('x', 'x!', 'x!/a', 'x-', 'x.gz', 'x.gz.bak', 'x.gz/0', 'x.gz/a', 'x.gz/a/b', 'x.gz/z', 'x0', 'y'),
    etag: fc.constantFrom('0', '5', 'b', 'f'),
  });
  const asListed = (markers: readonly Identity[]): readonly Identity[] =>
    [...markers].sort((left, right) => compareKeys(`${left.key}/${left.etag}.json`, `${right.key}/${right.etag}.json`));

  it('is what no marker knows, however keys continue each other', async () => {
    const listings = fc.uniqueArray(nested, { selector: ({ key }) => key });
    await fc.assert(
      fc.asyncProperty(listings, fc.uniqueArray(nested, { selector: idOf }), async (listing, marked) => {
        const known = new Set(marked.map(idOf));
        const found = await collected(unrouted(inMarkerOrder(streamed(byKey(listing))), streamed(asListed(marked))));
        expect(byKey(found)).toEqual(byKey(listing).filter((source) => !known.has(idOf(source))));
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves the order of keys that do not continue each other as it is', async () => {
    const listing = ['a', 'b.gz', 'b0', 'c'].map((key) => ({ key }));
    expect(await collected(inMarkerOrder(streamed(listing)))).toEqual(listing);
    expect(await collected(inMarkerOrder(streamed([{ key: 'x.gz' }, { key: 'x.gz.bak' }])))).toEqual([
      { key: 'x.gz.bak' },
      { key: 'x.gz' },
    ]);
  });
});

describe('merging ledgers', () => {
  it('keeps every identity once, in the order of a listing', () => {
    fc.assert(
      fc.property(fc.array(entries), fc.array(entries), (old, gathered) => {
        const merged = mergeLedgers(old, gathered);
        expect(new Set(merged.map(idOf))).toEqual(new Set([...old, ...gathered].map(idOf)));
        expect(merged.length).toBe(new Set(merged.map(idOf)).size);
        expect(merged.map(({ key }) => key)).toEqual(byKey(merged).map(({ key }) => key));
      }),
    );
  });

  it('adds the lines of what is disjoint', () => {
    const old = [{ key: 'a', etag: '1', lines: 3 }];
    const gathered = [
      { key: 'a', etag: '2', lines: 4 },
      { key: 'b', etag: '1', lines: 5 },
    ];
    expect(linesOf(mergeLedgers(old, gathered))).toBe(12);
    expect(old).toHaveLength(1);
  });

  it('makes everything that it merged known', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(entries), fc.array(entries), async (old, gathered) => {
        const listed = byKey([...old, ...gathered]).map((entry) => ({ ...entry, bytes: 1 }));
        expect(await collected(newSources(streamed(listed), streamed(mergeLedgers(old, gathered))))).toEqual([]);
      }),
    );
  });
});
