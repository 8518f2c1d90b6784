import type { LedgerEntry, Published } from '../../workflows/documents';
import {
  addedSources,
  condemnedSince,
  flipOf,
  heldState,
  isRefusal,
  obstacle,
  type Flip,
  type Remains,
  type RollbackFacts,
} from '../../workflows/rollback';
import { publishedWith } from './arbitraries';

const before: Published = publishedWith({
  run: 'r1',
  attempt: 'a1',
  location: 's3://lake/1/',
  ledger: 'ledger/1',
  files: 2,
  bytes: 20,
});
const undone: Published = publishedWith({ run: 'r2', attempt: 'a2', location: 's3://lake/2/', ledger: 'ledger/2' });
const flip: Flip = { undone, before };

const facts = (rest: Partial<RollbackFacts> = {}): RollbackFacts => ({
  partition: 'p',
  run: 'r2',
  attempts: [{ attempt: 'a2', before, published: true }],
  current: { location: undone.location, published: undone },
  ...rest,
});
const at = (published: Published | undefined): RollbackFacts['current'] => ({
  location: published?.location ?? 's3://x/',
  published,
});

const refusal = (rest: Partial<RollbackFacts>) => {
  const verdict = flipOf(facts(rest));
  return isRefusal(verdict) ? [verdict.code, verdict.reason] : verdict;
};

describe('a rollback', () => {
  it('goes from the state of the run to the one that its attempt found', () => {
    expect(flipOf(facts())).toEqual(flip);
  });

  it('knows the attempt that published, even where its answer got lost and another one followed', () => {
    const attempts = [
      { attempt: 'a2', before, published: false },
      { attempt: 'a3', before: undone, published: false },
    ];
    expect(flipOf(facts({ attempts }))).toEqual(flip);
  });

  it('leaves the partition held, naming the run and the attempt that are undone', () => {
    expect(heldState(flip)).toEqual({ ...before, held: 'r2/a2' });
  });

  it.each<[string, Partial<RollbackFacts>, string]>([
    [
      'never published',
      { attempts: [{ attempt: 'a2', before, published: false }], current: at(before) },
      'was never published by run r2',
    ],
    ['not registered', { current: undefined }, 'is no longer in the catalog'],
    ['foreign', { current: at(undefined) }, 'is registered at s3://x/, which no run published'],
    ['rolled back already', { current: at(heldState(flip)) }, 'is rolled back already: it has been held since run r2 was undone'],
    [
      'published since',
      { current: at(publishedWith({ run: 'r3', attempt: 'a3' })) },
      'is in a state that run r3 published; only the newest publication can be undone',
    ],
    [
      'created by the run',
      { attempts: [{ attempt: 'a2', before: undefined, published: true }] },
      'was created by run r2, and a creation cannot be rolled back',
    ],
  ])('is refused: %s', (code, rest, sentence) => {
    expect(refusal(rest)).toEqual([code, sentence]);
  });
});

describe('what would be lost stands in the way', () => {
  const entry = (key: string, etag = 'e', lines = 1): LedgerEntry => ({ key, etag, lines });
  const remains = (rest: Partial<Remains> = {}): Remains => ({
    files: 2,
    bytes: 20,
    ledgerBefore: [entry('k1')],
    ledgerUndone: [entry('k1'), entry('k2'), entry('k3')],
    condemnedSince: undefined,
    isThere: () => true,
    ...rest,
  });

  it('and nothing does where all of it is there; sources of the state before need not be', () => {
    expect(obstacle(flip, remains())).toBeUndefined();
    expect(obstacle(flip, remains({ isThere: ({ key }) => key !== 'k1' }))).toBeUndefined();
  });

  it.each<[string, Partial<Remains>, string]>([
    ['ledger gone', { ledgerBefore: undefined }, 'cannot go back to run r1: its ledger ledger/1 is gone'],
    ['ledger gone', { ledgerUndone: undefined }, 'cannot be undone: its ledger ledger/2, which names its sources, is gone'],
    [
      'files gone',
      { files: 1, bytes: 12 },
      'cannot go back to run r1: of its 2 files (20 bytes) 1 (12 bytes) are left at s3://lake/1/',
    ],
    [
      'files gone',
      { files: 2, bytes: 19 },
      'cannot go back to run r1: of its 2 files (20 bytes) 2 (19 bytes) are left at s3://lake/1/',
    ],
    [
      'condemned',
      { condemnedSince: '2026-11-20T00:31:00.000Z' },
      'cannot go back to run r1: nobody has named its files since 2026-11-20T00:31:00.000Z, which is longer than the grace period, so a sweep may be deleting them',
    ],
    [
      'source gone',
      { isThere: ({ key }) => key !== 'k3' },
      'cannot be undone without losing events: 1 of the 2 sources that run r2 added are gone, the first is k3',
    ],
  ])('%s', (code, rest, reason) => {
    expect(obstacle(flip, remains(rest))).toEqual({ code, reason });
  });

  it('the state is condemned once it has been noted for the grace period, and not before', () => {
    const since = '2026-11-20T00:31:00.000Z';
    const after = (hours: number) => condemnedSince([undefined, since], Date.parse(since) + hours * 3_600_000, 24);
    expect([after(23.9), after(24), condemnedSince([undefined, undefined], 9e12, 24)]).toEqual([undefined, since, undefined]);
  });

  it('a source that was overwritten since is another one', () => {
    expect(addedSources([entry('k1', 'old')], [entry('k1', 'new'), entry('k1', 'old')])).toEqual([entry('k1', 'new')]);
  });
});
