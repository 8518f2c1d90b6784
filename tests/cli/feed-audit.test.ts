import { feedNamed, type FeedName } from '../../contracts/feeds';
import { compared, type Row } from '../../cli/demo/feed-audit';

const DATE = '2026-11-02';
const row = (payload: string, copies = 1, date = DATE): Row => ({ payload, copies, date });
const checks = (feed: FeedName, sent: readonly string[], rows: readonly Row[]) =>
  compared(
    feedNamed(feed),
    sent.map((payload) => ({ payload, date: DATE })),
    rows,
  );
const GOOD = { lost: 0, duplicatesLeft: 0, unexpected: 0, misfiled: 0 };

describe('the audit of a feed by what its producer sent', () => {
  it('is content with one row for all copies where there is a key, and with a row for each where there is none', () => {
    expect(checks('users', ['{"a":1}', '{"a":1}', '{"a":2}'], [row('{"a":1}', 2), row('{"a":2}')])).toEqual(GOOD);
    expect(checks('films', ['{"a":1}', '{"a":1}'], [row('{"a":1}'), row('{"a":1}')])).toEqual(GOOD);
  });

  it('goes by the members of the key where the records have them', () => {
    const [first, other] = ['{"id":"p","latitude":1}', '{"id":"p","latitude":2}'] as const;
    expect(checks('telemetry', [first, other], [row(first, 2)])).toEqual(GOOD);
    // The event's type is the transform's, so there the whole text counts.
    expect(checks('members', [first, other], [row(first, 2)])).toEqual({ ...GOOD, lost: 1 });
  });

  it('tells what is lost, doubled, filed under another day, or was never sent', () => {
    expect(checks('users', ['{"a":1}'], [])).toEqual({ ...GOOD, lost: 1 });
    expect(checks('users', ['{"a":1}', '{"a":1}'], [row('{"a":1}')])).toEqual({ ...GOOD, lost: 1 });
    expect(checks('users', ['{"a":1}', '{"a":1}'], [row('{"a":1}'), row('{"a":1}')])).toEqual({ ...GOOD, duplicatesLeft: 1 });
    expect(checks('films', ['{"a":1}'], [row('{"a":1}'), row('{"a":1}')])).toEqual({ ...GOOD, duplicatesLeft: 1 });
    expect(checks('users', ['{"a":1}'], [row('{"a":1}', 1, '2026-11-03')])).toEqual({ ...GOOD, lost: 1, misfiled: 1 });
    expect(checks('users', [], [row('{"a":9}')])).toEqual({ ...GOOD, unexpected: 1 });
  });
});
