import type { Published } from '../../workflows/documents';
import { describeState, parametersOf, publishedOf, sameState } from '../../workflows/published';
import { fc } from '../properties';
import { publishedWith } from './arbitraries';

const counts = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const states: fc.Arbitrary<Published> = fc
  .record({
    location: fc.string({ minLength: 1 }),
    run: fc.string(),
    attempt: fc.string(),
    ledger: fc.string(),
    rows: counts,
    copies: counts,
    files: counts,
    bytes: counts,
    sources: counts,
    held: fc.option(fc.string(), { nil: undefined }),
  })
  .map(({ held, ...rest }) => (held === undefined ? rest : { ...rest, held }));

describe('what a partition says of itself', () => {
  it('comes back from its parameters as it was', () => {
    fc.assert(
      fc.property(states, (state) => {
        const parameters = parametersOf(state);
        expect(Object.values(parameters).every((value) => typeof value === 'string')).toBe(true);
        expect(publishedOf(state.location, parameters)).toEqual(state);
      }),
    );
  });

  it('is nothing where somebody else registered the partition', () => {
    expect(publishedOf('s3://elsewhere/', undefined)).toBeUndefined();
    expect(publishedOf('s3://elsewhere/', { numRows: '3' })).toBeUndefined();
    expect(publishedOf(undefined, parametersOf(publishedWith()))).toBeUndefined();
    const { ledger: _, ...withoutLedger } = parametersOf(publishedWith());
    expect(publishedOf('s3://lake/x/', withoutLedger)).toBeUndefined();
  });

  it('survives parameters that others add', () => {
    const parameters = { ...parametersOf(publishedWith()), transient_lastDdlTime: '1' };
    expect(publishedOf(publishedWith().location, parameters)).toEqual(publishedWith());
  });
});

describe('the fencing check', () => {
  it('tells apart any other location, ledger, run or attempt', () => {
    const state = publishedWith();
    expect(sameState(state, { ...state })).toBe(true);
    expect(sameState(undefined, undefined)).toBe(true);
    expect(sameState(undefined, state)).toBe(false);
    for (const other of [{ location: 'x' }, { ledger: 'x' }, { run: 'x' }, { attempt: 'x' }, { held: 'x' }])
      expect(sameState(state, { ...state, ...other })).toBe(false);
  });

  it('is explained by who published', () => {
    expect(describeState(undefined)).toBe('not published');
    expect(describeState(publishedWith())).toContain('r1');
  });
});
