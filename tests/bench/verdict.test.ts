import type { Measurement } from '../../bench/measurement';
import { median } from '../../bench/measurement';
import type { Baseline } from '../../bench/verdict';
import { judge, recorded, tableOf } from '../../bench/verdict';
import { fc } from '../properties';

const baseline: Baseline = {
  tolerance: { target: 0.1, ratio: 0.3 },
  benchmarks: { rate: { target: 1_000, ratio: 0.5 }, time: { target: 10 } },
};
const rate = (value: number, reference = value * 2): Measurement => ({
  name: 'rate',
  what: 'work',
  unit: 'records/s',
  rounds: [value],
  reference: { what: 'other work', rounds: [reference] },
});

describe('the verdict on a measurement', () => {
  it('lets a rate be lower, and a duration be longer, by the tolerance and no more', () => {
    expect(judge(rate(901), baseline).misses).toEqual([]);
    expect(judge(rate(899), baseline).misses).toEqual(['rate: 899.0 records/s misses the target of 1,000 by more than 10 %']);
    const time = (seconds: number): Measurement => ({ name: 'time', what: 'work', unit: 's', rounds: [seconds] });
    expect(judge(time(10.9), baseline).misses).toEqual([]);
    expect(judge(time(11.1), baseline).misses).toHaveLength(1);
  });

  it('compares the ratio to the reference with the recorded one, however fast the machine is', () => {
    expect(judge(rate(1_000_000, 2_500_000), baseline).misses).toEqual([]);
    expect(judge(rate(1_000_000, 4_000_000), baseline)).toMatchObject({
      ratio: 0.25,
      misses: [expect.stringContaining('recorded 0.50')],
    });
  });

  it('judges what has no baseline as reached', () => {
    expect(judge({ name: 'new', what: 'work', unit: 's', rounds: [1] }, baseline).misses).toEqual([]);
  });

  it('records ratios and never touches targets', () => {
    const after = recorded(baseline, [judge(rate(1_000, 4_000), baseline)]);
    expect(after.benchmarks).toEqual({ rate: { target: 1_000, ratio: 0.25 }, time: { target: 10 } });
    expect(judge(rate(1_000, 4_000), after).misses).toEqual([]);
  });

  it('is shown with what was missed', () => {
    const table = tableOf([judge(rate(2_000), baseline), judge(rate(500), { ...baseline, tolerance: { target: 0, ratio: 0 } })]);
    expect(table).toMatch(/^rate +2,000 +records\/s +1,000 +200 % +4,000 +x 0\.50 +x 0\.50 +ok$/m);
    expect(table).toMatch(/MISSED$/m);
    expect(table).toContain('rate: work; reference: other work');
  });
});

describe('the median', () => {
  it('lies in the middle, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }), (values) => {
        const middle = median(values);
        const half = values.length / 2;
        expect(values.filter((value) => value <= middle).length).toBeGreaterThanOrEqual(half);
        expect(values.filter((value) => value >= middle).length).toBeGreaterThanOrEqual(half);
        expect(median([...values].reverse())).toBe(middle);
      }),
    );
  });
});
