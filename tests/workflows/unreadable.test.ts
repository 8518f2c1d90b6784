import { unreadableRecords, unreadableSince, withUnreadable } from '../../workflows/unreadable';

const HOUR = 3_600_000;
const AT = Date.parse('2026-11-20T10:20:00Z');
const at = (key: string, millis = AT) => ({ key, lastModified: new Date(millis).toISOString() });
const RAW = at('raw/events/event_type=a/created_date=2026-11-20/1.gz');
/** A record of every hour of two weeks. */
const arrived = Array.from({ length: 14 * 24 }, (_, index): [number, number] => [
  Date.parse('2026-11-10T00:00:00Z') + index * HOUR,
  1,
]);

describe('what unreadable objects may hold', () => {
  it('is what arrived in the hours that a delivery may take, and in the hour in which the object was written', () => {
    expect(withUnreadable({}, 'events', [RAW], arrived)).toEqual({
      '2026-11-20T07:00:00.000Z': 1,
      '2026-11-20T08:00:00.000Z': 1,
      '2026-11-20T09:00:00.000Z': 1,
      '2026-11-20T10:00:00.000Z': 1,
    });
    expect(unreadableSince('events', [RAW])).toBe(Date.parse('2026-11-20T07:00:00Z'));
    expect(unreadableSince('events', [])).toBeUndefined();
  });

  it('is also what arrived in the time that its name tells, where somebody wrote over it later', () => {
    const key = 'raw/events/event_type=a/created_date=2026-11-15/lithify-1-2026-11-15-03-30-00-0a1b.gz';
    const hours = Object.keys(withUnreadable({}, 'events', [at(key)], arrived)).map((hour) => hour.slice(8, 13));
    expect(hours).toEqual(['15T01', '15T02', '15T03', '20T07', '20T08', '20T09', '20T10']);
    expect(unreadableSince('events', [RAW, at(key)])).toBe(Date.parse('2026-11-15T01:00:00Z'));
  });

  it('goes back a week further for lines that routing rejected, which waited for a run', () => {
    const hours = withUnreadable({}, 'events', [at('errors/events/rejected/h.json.gz')], arrived);
    expect(Object.keys(hours)[0]).toBe('2026-11-13T07:00:00.000Z');
    expect(unreadableRecords(hours)).toBe(7 * 24 + 4);
  });

  it('counts hours once that objects share, and keeps the most that was ever said of one', () => {
    const both = withUnreadable({}, 'events', [RAW, at('errors/events/processing-failed/1', AT + HOUR)], arrived);
    expect(unreadableRecords(both)).toBe(5);
    expect(withUnreadable(both, 'events', [RAW], [])).toEqual(both);
    expect(unreadableRecords(withUnreadable(both, 'events', [], [[AT, 8]]))).toBe(12);
  });
});
