import { ROUND, roundTakes, writtenFor } from '../../../handlers/route/core';

describe('a round of routing', () => {
  it('always takes one source, so that a large one cannot stop it', () => {
    expect(roundTakes({ objects: 0, bytes: 0 }, { bytes: ROUND.bytes * 2 })).toBe(true);
  });

  it('ends at its bytes or its objects', () => {
    expect(roundTakes({ objects: 1, bytes: ROUND.bytes - 5 }, { bytes: 5 })).toBe(true);
    expect(roundTakes({ objects: 1, bytes: ROUND.bytes - 5 }, { bytes: 6 })).toBe(false);
    expect(roundTakes({ objects: ROUND.objects, bytes: 0 }, { bytes: 0 })).toBe(false);
  });

  it('counts what it writes of a source: pieces and rejected lines by stretch, and the marker', () => {
    expect(writtenFor({ partitions: [] })).toBe(2);
    expect(writtenFor({ partitions: ['a', 'b'], stretches: 3 })).toBe(10);
  });
});
