import { compactTime, describeInputProblem, runInputSchema } from '../../workflows/run';
import { fc } from '../properties';

const sentenceFor = (input: unknown): string => {
  const parsed = runInputSchema.safeParse(input);
  if (parsed.success) throw new Error('the input is valid');
  return describeInputProblem(parsed.error, input);
};

describe("a run's input", () => {
  it('is the nightly run of events when it is empty', () => {
    expect(runInputSchema.parse({})).toEqual({ feed: 'events', full: false, force: false, rebuild: false, dryRun: false });
  });

  it('takes everything that a person may ask for', () => {
    const input = {
      feed: 'events',
      eventType: 'pull_request',
      from: '2026-11-01',
      to: '2026-11-30',
      full: true,
      force: true,
      rebuild: true,
      dryRun: true,
    };
    expect(runInputSchema.parse(input)).toEqual(input);
  });

  it.each([
    [
      { evnetType: 'push' },
      'unknown key "evnetType" in the input; allowed are feed, eventType, from, to, full, force, rebuild, dryRun, startedBy',
    ],
    [{ feed: 'evnets' }, /^feed is "evnets"; allowed: .*events/],
    [{ from: '2026-02-30' }, 'from is "2026-02-30"; allowed: a date, yyyy-MM-dd'],
    [{ to: '20.11.2026' }, 'to is "20.11.2026"; allowed: a date, yyyy-MM-dd'],
    [{ eventType: 'Push' }, 'eventType is "Push"; allowed: 1 to 64 of a-z, 0-9, _ and -, but not late'],
    [{ eventType: 'late' }, 'eventType is "late"; allowed: 1 to 64 of a-z, 0-9, _ and -, but not late'],
    [{ force: 'yes' }, /^force is "yes"; allowed: .*boolean/],
    [null, /^the input must be a JSON object with keys out of feed, .*; got null$/],
    ['{}', /^the input must be a JSON object/],
    [[], /^the input must be a JSON object/],
  ])('answers %j with one sentence', (input, sentence) => {
    expect(sentenceFor(input)).toEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence));
  });

  it('is refused in one short sentence, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (input) => {
        const parsed = runInputSchema.safeParse(input);
        if (parsed.success) return;
        const sentence = describeInputProblem(parsed.error, input);
        expect(sentence).not.toContain('\n');
        expect(sentence.length).toBeGreaterThan(10);
      }),
    );
  });
});

describe('the time in a run id', () => {
  it('sorts as the instants do', () => {
    expect(compactTime('2026-11-21T00:30:00.123Z')).toBe('20261121T003000Z');
    const instants = fc.integer({ min: 0, max: Date.UTC(9999, 0, 1) }).map((seconds) => new Date(seconds).toISOString());
    fc.assert(
      fc.property(instants, instants, (left, right) => {
        if (left < right) expect(compactTime(left) <= compactTime(right)).toBe(true);
      }),
    );
  });
});
