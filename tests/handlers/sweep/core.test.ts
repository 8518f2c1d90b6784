import {
  folderOf,
  KINDS,
  noNotices,
  review,
  without,
  type Kind,
  type LastNamed,
  type Things,
} from '../../../handlers/sweep/core';
import { fc } from '../../properties';

const START = Date.parse('2026-11-21T00:00:00.000Z');
const at = (hours: number): string => new Date(START + hours * 3_600_000).toISOString();
const things = (some: Partial<Record<Kind, readonly string[]>>): Things => ({
  files: new Set(some.files),
  ledgers: new Set(some.ledgers),
  gathered: new Set(some.gathered),
  tables: new Set(some.tables),
});

const never: LastNamed = { files: new Map(), ledgers: new Map() };

describe('the review of what no partition names', () => {
  it('notes first, deletes after the grace period, and not before', () => {
    const found = things({ files: ['old/'], ledgers: ['l'], gathered: ['g/'], tables: ['tmp_x'] });
    const first = review(noNotices, found, things({}), never, at(0), 24);
    expect(first.due).toEqual(things({}));
    expect(review(first.notices, found, things({}), never, at(23.9), 24).due).toEqual(things({}));
    expect(review(first.notices, found, things({}), never, at(24), 24).due).toEqual(found);
  });

  it('remembers what it noted when nobody lists it again', () => {
    const { notices } = review(noNotices, things({ files: ['old/'] }), things({}), never, at(0), 24);
    expect(review(notices, things({}), things({}), never, at(30), 24).due).toEqual(things({ files: ['old/'] }));
  });

  it('forgets a note when the thing is named again, and starts over when it is not', () => {
    const found = things({ files: ['back/'] });
    const noted = review(noNotices, found, things({}), never, at(0), 24).notices;
    const named = review(noted, found, found, never, at(20), 24);
    expect(named.notices).toEqual(noNotices);
    expect(review(named.notices, found, things({}), never, at(30), 24).due).toEqual(things({}));
  });

  it('starts over with what an attempt found published since the note, though no sweep saw it named', () => {
    const found = things({ files: ['back/'], ledgers: ['l'] });
    const noted = review(noNotices, found, things({}), never, at(0), 24).notices;
    const published = new Map([['back/', START + 24 * 3_600_000]]);
    const again = review(noted, found, things({}), { files: published, ledgers: new Map() }, at(25), 24);
    expect(again.due).toEqual(things({ ledgers: ['l'] }));
    expect(again.notices.files).toEqual({ 'back/': at(25) });
    const later = review(again.notices, found, things({}), { files: published, ledgers: new Map() }, at(49), 24);
    expect(later.due.files).toEqual(new Set(['back/']));
  });

  it('does not start over with what was found published before the note', () => {
    const found = things({ files: ['old/'] });
    const noted = review(noNotices, found, things({}), never, at(1), 24).notices;
    const published = new Map([['old/', START]]);
    const result = review(noted, found, things({}), { files: published, ledgers: new Map() }, at(25), 24);
    expect(result.due).toEqual(found);
  });

  it('never lets anything go that a partition names, nor before a whole grace period unnamed', () => {
    const names = fc.subarray(['a/', 'b/', 'c/', 'constructor']);
    const nights = fc.array(fc.record({ hours: fc.integer({ min: 1, max: 30 }), found: names, named: names }), { maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), nights, (kind, history) => {
        let notices = noNotices;
        let hours = 0;
        const unnamedSince = new Map<string, number>();
        for (const night of history) {
          hours += night.hours;
          const result = review(notices, things({ [kind]: night.found }), things({ [kind]: night.named }), never, at(hours), 24);
          for (const name of night.named) unnamedSince.delete(name);
          for (const name of night.found)
            if (!night.named.includes(name) && !unnamedSince.has(name)) unnamedSince.set(name, hours);
          expect([...result.due[kind]].sort()).toEqual(
            [...unnamedSince]
              .filter(([, since]) => hours - since >= 24)
              .map(([name]) => name)
              .sort(),
          );
          for (const name of result.due[kind]) unnamedSince.delete(name);
          notices = without(result.notices, result.due);
        }
      }),
    );
  });
});

describe('the folder of an object', () => {
  it('is what it lies right in, so that a stray object takes no live ones along', () => {
    expect(folderOf('curated/events/r1/b-a/event_type=push/created_date=2026-11-20/000000_0')).toBe(
      'curated/events/r1/b-a/event_type=push/created_date=2026-11-20/',
    );
    expect(folderOf('curated/events/stray')).toBe('curated/events/');
    expect(folderOf('curated/events/r1/')).toBe('curated/events/r1/');
  });
});
