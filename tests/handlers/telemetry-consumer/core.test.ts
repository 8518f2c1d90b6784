import { countsKey, countsSchema, minuteOfCounts } from '../../../contracts/telemetry';
import { cellOf, consumed, type ConsumerEvent, countsObject, logLine, pointIn } from '../../../handlers/telemetry-consumer/core';
import { fc } from '../../properties';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const point = (id: string, latitude: number, longitude: number) => ({ id, latitude, longitude });
const event = (texts: readonly string[], more: Partial<ConsumerEvent> = {}): ConsumerEvent => ({
  Records: texts.map((text, index) => ({ kinesis: { sequenceNumber: String(100 + index), data: base64(text) } })),
  window: { start: '2026-11-22T06:15:00Z', end: '2026-11-22T06:16:00Z' },
  state: {},
  shardId: 'shardId-000000000000',
  isFinalInvokeForWindow: false,
  ...more,
});
const A = JSON.stringify(point('a', 51.5, -0.1));
const B = JSON.stringify(point('b', 58, -3));
const C = JSON.stringify(point('c', -33.9, 151.2));

describe('the consumer of positions', () => {
  it('counts points by the cell that they lie in, on top of what its window has counted', () => {
    const first = consumed(event([A, B]), 10);
    expect(first.answer).toEqual({ state: { since: '100', cells: { '50,-10': 2 } }, batchItemFailures: [] });
    const second = consumed(event([C, A], { state: first.answer.state }), 10);
    expect(second.answer.state).toEqual({ since: '100', cells: { '50,-10': 3, '-40,150': 1 } });
  });

  it('logs a batch as one line, with its count as a text and the records as they were sent', () => {
    const { points } = consumed(event([A, JSON.stringify({ ...point('b', 1, 2), speed: 3 })]), 10);
    expect(logLine(points)).toBe(
      '{"count":"2","data":[{"id":"a","latitude":51.5,"longitude":-0.1},{"id":"b","latitude":1,"longitude":2,"speed":3}]}',
    );
    expect(logLine(points)).not.toContain('\n');
  });

  it.each([
    ['no JSON', 'points'],
    ['a list', '[]'],
    ['no id', '{"latitude":1,"longitude":2}'],
    ['a latitude beyond the pole', JSON.stringify(point('x', 90.01, 0))],
    ['a longitude beyond the date line', JSON.stringify(point('x', 0, -180.01))],
    ['a latitude that is a text', '{"id":"x","latitude":"1","longitude":2}'],
  ])('names the first record that is none: %s', (_, bad) => {
    const { answer, points } = consumed(event([A, bad, B]), 10);
    expect(answer).toEqual({ state: { since: '100', cells: { '50,-10': 1 } }, batchItemFailures: [{ itemIdentifier: '101' }] });
    expect(points).toHaveLength(1);
  });

  it('reads nothing out of bytes that are no UTF-8', () => {
    expect(pointIn(Buffer.from([0xff, 0xfe]).toString('base64'))).toBeUndefined();
    expect(pointIn(base64(A))).toEqual(point('a', 51.5, -0.1));
  });

  it('puts every point into one cell that holds it', () => {
    const degree = (limit: number) => fc.integer({ min: -limit * 1e6, max: limit * 1e6 }).map((micro) => micro / 1e6);
    fc.assert(
      fc.property(degree(90), degree(180), fc.integer({ min: 1, max: 90 }), (latitude, longitude, grid) => {
        const [south, west] = cellOf({ latitude, longitude }, grid).split(',').map(Number) as [number, number];
        expect(latitude).toBeGreaterThanOrEqual(south);
        expect(latitude).toBeLessThanOrEqual(south + grid);
        expect(longitude).toBeGreaterThanOrEqual(west);
        expect(longitude).toBeLessThanOrEqual(west + grid);
        expect(south).toBeLessThan(90);
        expect(west).toBeLessThan(180);
      }),
    );
    expect(cellOf({ latitude: 90, longitude: 180 }, 10)).toBe('80,170');
    expect(cellOf({ latitude: -90, longitude: -180 }, 10)).toBe('-90,-180');
  });

  it('counts the same however a window is cut into batches', () => {
    const points = fc.array(
      fc.record({ latitude: fc.integer({ min: -90, max: 90 }), longitude: fc.integer({ min: -180, max: 180 }) }),
    );
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 5 }), (places, size) => {
        const texts = places.map((place, index) => JSON.stringify({ id: String(index), ...place }));
        let state: unknown = {};
        for (let from = 0; from < texts.length; from += size) {
          const batch = event(texts.slice(from, from + size), { state });
          state = consumed(batch, 10).answer.state;
        }
        const whole = consumed(event(texts), 10).answer.state;
        expect((state as typeof whole).cells ?? {}).toEqual(whole.cells);
      }),
    );
  });

  it('writes the counts of a minute to one key, the same however often it is asked', () => {
    const { answer } = consumed(event([A, C]), 10);
    const last = event([], { state: answer.state, isFinalInvokeForWindow: true });
    const found = countsObject(last, 10)!;
    expect(found.key).toBe('counts/telemetry/2026-11-22/06-15/shardId-000000000000-100.json');
    expect(countsSchema.parse(found.counts)).toEqual({
      windowStart: '2026-11-22T06:15:00Z',
      windowEnd: '2026-11-22T06:16:00Z',
      shardId: 'shardId-000000000000',
      cells: { '50,-10': 1, '-40,150': 1 },
      gridDegrees: 10,
    });
    expect(countsObject(last, 10)).toEqual(found);
    expect(countsObject(event([], { isFinalInvokeForWindow: true }), 10)).toBeUndefined();
  });

  it('finds the minute again in the key', () => {
    expect(minuteOfCounts(countsKey('2026-11-22T06:15:00Z', 's', '1'))).toBe('2026-11-22T06:15Z');
    expect(minuteOfCounts('raw/telemetry/2026-11-22/06-15/x.json')).toBeUndefined();
    expect(minuteOfCounts('counts/telemetry/other.json')).toBeUndefined();
  });
});
