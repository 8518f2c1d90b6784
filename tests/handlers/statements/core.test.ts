import { expectedOf } from '../../../handlers/statements/core';
import { fingerprint } from '../../../workflows/novelty';
import { plannedWith, publishedWith } from '../../workflows/arbitraries';

const PATH = 'event_type=push/created_date=2026-11-20';
const gathered = [
  { key: 'raw/a', etag: '1', lines: 3, partition: PATH, bytes: 30 },
  { key: 'raw/b', etag: '1', lines: 4, partition: PATH, bytes: 40 },
];
const ledger = [
  { key: 'raw/a', etag: '0', lines: 5 },
  { key: 'raw/z', etag: '1', lines: 6 },
];
const planned = plannedWith({ published: publishedWith() });

describe('what a rewrite must hold', () => {
  it('is the lines of the ledger and of what was gathered', () => {
    expect(expectedOf(planned, gathered, ledger, false)).toMatchObject({
      partition: PATH,
      lines: 7,
      copies: 18,
      sources: 2,
      gathered: fingerprint(gathered),
    });
  });

  it('is what was gathered alone for a new partition', () => {
    const expected = expectedOf(plannedWith(), gathered, [], false);
    expect(expected).toMatchObject({ lines: 7, copies: 7 });
    expect(expected).not.toHaveProperty('published');
  });

  it('is nothing where nothing could be gathered', () => {
    expect(expectedOf(planned, [], ledger, false)).toEqual({ leftOut: 'nothing of it could be gathered' });
  });

  it('counts nothing of the ledger in a rebuild that read all of it again', () => {
    const again = ledger.map((entry) => ({ ...entry, partition: PATH, bytes: 1 }));
    expect(expectedOf(planned, [...again, ...gathered], ledger, true)).toMatchObject({ lines: 18, copies: 18 });
  });

  it('is left out of a rebuild that could not read every published source again', () => {
    expect(expectedOf(planned, gathered, ledger, true)).toEqual({
      leftOut: 'cannot be rebuilt: 2 of 2 published sources cannot be read again, the first is raw/a',
    });
  });
});
