import { FEED_NAMES, feedNamed, FEEDS } from '../../contracts/feeds';
import { lineOf } from '../workflows/lines';

describe('feeds', () => {
  it('are all there under their own names', () => {
    expect(Object.keys(FEEDS).sort()).toEqual([...FEED_NAMES].sort());
    for (const name of FEED_NAMES) expect(feedNamed(name).name).toBe(name);
  });

  it('are named in the refusal of an unknown one', () => {
    expect(() => feedNamed('evnets')).toThrow('unknown feed "evnets"; known: events');
  });

  it.each(FEED_NAMES)('%s has distinct columns, and buckets by one of them', (name) => {
    const { curatedColumns, partitionColumns, bucketColumn } = feedNamed(name);
    const names = [...curatedColumns, ...partitionColumns].map((column) => column.name);
    expect(new Set(names).size).toBe(names.length);
    expect(curatedColumns.map((column) => column.name)).toContain(bucketColumn);
  });

  it('events adds the fields that the transform writes in front, in its order', () => {
    const line = JSON.parse(lineOf(1)) as Readonly<Record<string, unknown>>;
    expect(Object.keys(line).slice(0, 4)).toEqual(feedNamed('events').transform?.addedFields);
  });
});
