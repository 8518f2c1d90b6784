import { ROUND_BYTES, ROUND_OBJECTS, roundTakes } from '../../../handlers/route/core';

describe('a round of routing', () => {
  it('always takes one source, so that a large one cannot stop it', () => {
    expect(roundTakes({ objects: 0, bytes: 0 }, { bytes: ROUND_BYTES * 2 })).toBe(true);
  });

  it('ends at its bytes or its objects', () => {
    expect(roundTakes({ objects: 1, bytes: ROUND_BYTES - 5 }, { bytes: 5 })).toBe(true);
    expect(roundTakes({ objects: 1, bytes: ROUND_BYTES - 5 }, { bytes: 6 })).toBe(false);
    expect(roundTakes({ objects: ROUND_OBJECTS, bytes: 0 }, { bytes: 0 })).toBe(false);
  });
});
