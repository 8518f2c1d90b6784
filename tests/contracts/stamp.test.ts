import { feedNamed, FEEDS } from '../../contracts/feeds';
import { transform } from '../../handlers/transform/core';

const SETTINGS = { onTimeDaysBefore: 1, eventTypes: [] };
/** A record as Firehose hands it to the transform of users, recorded on AWS. */
const RECORDED = {
  recordId: '49649158622693748790371174676937468892771630995526909954000000',
  approximateArrivalTimestamp: 1707628780995,
  data: 'eyJuYW1lIjogIkFtYW5kYSBGdWxsZXIiLCAidXJsIjogImh0dHBzOi8vaHVhbmctcm9zZS5pbmZvLyIsICJlbWFpbCI6ICJibGFrZTU3QGV4YW1wbGUuY29tIiwgImNvdW50cnkiOiAiQW5nb2xhIn0=',
  kinesisRecordMetadata: {
    sequenceNumber: '49649158622693748790371174676937468892771630995526909954',
    subsequenceNumber: 0,
    partitionKey: '6675637409711158518',
    shardId: 'shardId-000000000000',
    approximateArrivalTimestamp: 1707628780995,
  },
};
const LINE =
  '{"email_domain":"example.com","processed_at":"2024-02-11T05:19:40.995Z","name": "Amanda Fuller", "url": "https://huang-rose.info/", "email": "blake57@example.com", "country": "Angola"}';

describe('the transform of users', () => {
  it('adds its attributes in front of a recorded profile and keeps its text', () => {
    const { records } = transform(FEEDS.users, { records: [RECORDED] }, SETTINGS);
    const [verdict] = records;
    expect(verdict).toEqual({ recordId: RECORDED.recordId, result: 'Ok', data: Buffer.from(`${LINE}\n`).toString('base64') });
    expect(FEEDS.users.judgeLine(LINE)).toEqual({ ok: true, partition: { arrival_date: '2024-02-11' } });
  });

  it.each([
    ['{"name":"a","url":"b","country":"c"}', 'email (missing) must be a string with one @'],
    ['{"name":"a","url":"b","email":"none","country":"c"}', 'email "\\"none\\"" must be a string with one @'],
    ['{"name":1,"url":"b","email":"a@b","country":"c"}', 'name "1" must be a string'],
    ['{"name":"a","name":"a","url":"b","email":"a@b","country":"c"}', 'name is there more than once'],
    ['[]', 'must be a JSON object'],
  ])('refuses %s with a sentence', (text, sentence) => {
    const verdict = FEEDS.users.transform!.judgeRecord(text, RECORDED.approximateArrivalTimestamp, SETTINGS);
    expect(verdict).toMatchObject({ ok: false, reason: expect.stringContaining(sentence) as string });
  });

  it('keeps what the producer called as one of ours, under another name', () => {
    const text = '{"processed_at":"yesterday","name":"a","url":"b","email":"a@B.org","country":"c"}';
    const verdict = FEEDS.users.transform!.judgeRecord(text, RECORDED.approximateArrivalTimestamp, SETTINGS);
    expect(verdict).toMatchObject({ ok: true });
    const line = verdict.ok ? verdict.line : '';
    expect(JSON.parse(line)).toMatchObject({ email_domain: 'b.org', original_processed_at: 'yesterday' });
    expect(FEEDS.users.judgeLine(line)).toMatchObject({ ok: true });
  });

  it('is told from a line that somebody else wrote', () => {
    for (const forged of [LINE.replace('example.com', 'example.org'), LINE.replace('2024-02-11T05', '2024-02-30T05'), ` ${LINE}`])
      expect(FEEDS.users.judgeLine(forged)).toMatchObject({ ok: false, code: 'line' });
  });
});

describe('the judge of films', () => {
  const line = (timestamp: unknown, filmId: unknown = 7): string => JSON.stringify({ timestamp, film_id: filmId });

  it.each([
    ['2026-11-21T10:00:00Z', '2026-11-21'],
    ['2026-11-21T00:30:00.5+02:00', '2026-11-20'],
    ['2026-11-21T23:30:00-05:00', '2026-11-22'],
  ])('files %s under %s, UTC', (timestamp, date) => {
    expect(FEEDS.films.judgeLine(line(timestamp))).toEqual({ ok: true, partition: { streamed_date: date } });
  });

  it.each(['2026-11-21', '2026-02-30T10:00:00Z', '2026-11-21T24:00:00Z', '2026-11-21T10:00:00', '1999-11-21T10:00:00Z', 5, null])(
    'refuses the timestamp %j',
    (timestamp) => {
      expect(FEEDS.films.judgeLine(line(timestamp))).toMatchObject({ ok: false, code: 'timestamp' });
    },
  );

  it.each(['7', 0, 1.5, -1, null])('refuses the film %j', (film) => {
    expect(FEEDS.films.judgeLine(line('2026-11-21T10:00:00Z', film))).toMatchObject({ ok: false, code: 'film_id' });
  });
});

describe('the lines of films', () => {
  const record = '{"timestamp":"2026-11-21T10:00:00Z",\r"film_id":5,\r\r"state":"a\\rb"}';

  it('are written anew where a reader of text would cut them, and say the same', () => {
    const judged = feedNamed('films').judgeLine(record);
    expect(judged).toEqual({
      ok: true,
      partition: { streamed_date: '2026-11-21' },
      line: '{"timestamp":"2026-11-21T10:00:00Z","film_id":5,"state":"a\\rb"}',
    });
    expect(JSON.parse((judged as { line: string }).line)).toEqual(JSON.parse(record));
    expect(feedNamed('films').judgeLine((judged as { line: string }).line)).toEqual({
      ok: true,
      partition: { streamed_date: '2026-11-21' },
    });
  });
});

describe('the judge of positions', () => {
  it.each([
    [{ id: 'p', latitude: 90, longitude: -180 }, true],
    [{ id: 'p', latitude: 90.1, longitude: 0 }, false],
    [{ id: '', latitude: 0, longitude: 0 }, false],
    [{ id: 'p', latitude: '0', longitude: 0 }, false],
    [{ id: 'p', latitude: 0 }, false],
  ])('%j: %s', (point, ok) => {
    expect(FEEDS.telemetry.transform!.judgeRecord(JSON.stringify(point), RECORDED.approximateArrivalTimestamp, SETTINGS).ok).toBe(
      ok,
    );
  });
});
