import { pointSchema } from '../../../contracts/telemetry';
import {
  entriesOf,
  nextSend,
  pauseMillis,
  pointOf,
  producerInputSchema,
  retryWait,
} from '../../../handlers/telemetry-producer/core';
import { fc } from '../../properties';

describe('the producer of positions', () => {
  it('draws points that lie on the map, the same of the same seed', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.nat(), (seed, index) => {
        const point = pointOf(seed, index);
        expect(pointSchema.parse(point)).toEqual(point);
        expect(point.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(pointOf(seed, index)).toEqual(point);
      }),
    );
  });

  it('reaches every part of the map, with ids that never repeat', () => {
    const points = Array.from({ length: 20_000 }, (_, index) => pointOf('a', index));
    const quarters = new Set(points.map(({ latitude, longitude }) => `${latitude > 0} ${longitude > 0}`));
    expect(quarters.size).toBe(4);
    expect(Math.max(...points.map(({ latitude }) => latitude))).toBeGreaterThan(89);
    expect(Math.min(...points.map(({ longitude }) => longitude))).toBeLessThan(-179);
    expect(new Set(points.map(({ id }) => id)).size).toBe(20_000);
    expect(pointOf('a', 1)).not.toEqual(pointOf('b', 1));
  });

  it('puts each point under its own key', () => {
    const entries = entriesOf('a', 5, 3);
    expect(entries.map(({ Data }) => JSON.parse(Data.toString()) as unknown)).toEqual(
      [5, 6, 7].map((index) => pointOf('a', index)),
    );
    expect(entries.map(({ PartitionKey }) => PartitionKey)).toEqual([5, 6, 7].map((index) => pointOf('a', index).id));
  });

  it('sends until it has sent what was asked for, or its time is nearly up', () => {
    expect(nextSend({}, 0, 10, 30_000, 0)).toBe(10);
    expect(nextSend({ points: 25 }, 20, 10, 30_000, 0)).toBe(5);
    expect(nextSend({ points: 25 }, 25, 10, 30_000, 0)).toBe(0);
    expect(nextSend({}, 0, 10, 3_000, 0)).toBe(0);
    expect(nextSend({}, 0, 10, 3_900, 1_000)).toBe(0);
    expect(nextSend({}, 0, 10, 4_100, 1_000)).toBe(10);
  });

  it('pauses between nothing and the longest pause', () => {
    const pauses = Array.from({ length: 1_000 }, (_, send) => pauseMillis('a', send, 1));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...pauses)).toBeLessThan(1_000);
    expect(pauses.reduce((sum, pause) => sum + pause, 0) / 1_000).toBeGreaterThan(400);
    expect(pauseMillis('a', 1, 0)).toBe(0);
  });

  it('waits longer from attempt to attempt, and gives up by attempts or by time', () => {
    expect([1, 2, 3, 4, 5].map((attempt) => retryWait(attempt, 30_000, 1))).toEqual([100, 200, 400, 800, 1_600]);
    expect(retryWait(6, 30_000, 1)).toBeUndefined();
    expect(retryWait(5, 2_000, 1)).toBeUndefined();
    expect(retryWait(3, 30_000, 0)).toBe(0);
  });

  it('takes no input that it does not understand', () => {
    expect(producerInputSchema.parse({})).toEqual({});
    expect(() => producerInputSchema.parse({ points: 0 })).toThrow();
    expect(() => producerInputSchema.parse({ points: 'many' })).toThrow();
  });
});
