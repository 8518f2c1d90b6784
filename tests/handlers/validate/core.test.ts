import { runOf } from '../../../handlers/validate/core';
import { runSchema } from '../../../workflows/run';

const request = (input: unknown, executionArn = 'arn:aws:states:eu-west-1:000000000000:execution:compaction:night') => ({
  input,
  executionArn,
  startedAt: '2026-11-21T00:30:00.123Z',
});

describe('the run of an execution', () => {
  it('is named by its start and its execution, so that a repeated step names it the same', () => {
    const run = runOf(request({}));
    expect(run.run).toMatch(/^20261121T003000Z-[0-9a-f]{8}$/);
    expect(run).toEqual(runOf(request({})));
    expect(runOf(request({}, 'arn:aws:states:eu-west-1:000000000000:execution:compaction:other')).run).not.toBe(run.run);
    expect(runSchema.parse(run)).toEqual(run);
    expect(run.table).toBe('events');
  });

  it.each([
    [
      { from: '2026-11-20', to: '2026-11-19' },
      'from is 2026-11-20, after to, which is 2026-11-19; allowed: from on or before to',
    ],
    [
      { rebuild: true },
      'rebuild is true without eventType, from or to; name what to rebuild, or give full: true for the whole table',
    ],
    [{ evnetType: 'push' }, /^unknown key "evnetType"/],
  ])('is refused for %j', (input, sentence) => {
    expect(() => runOf(request(input))).toThrow(
      expect.objectContaining({ name: 'InvalidInput', message: expect.stringMatching(sentence) as string }) as Error,
    );
  });

  it('is refused for a feed that is off in the stack', () => {
    expect(() => runOf(request({ feed: 'users' }), ['events', 'films'])).toThrow(
      expect.objectContaining({
        name: 'InvalidInput',
        message: 'feed is "users", which is off in this stack; allowed: events, films',
      }) as Error,
    );
    expect(runOf(request({ feed: 'films' }), ['events', 'films']).table).toBe('films');
  });

  it.each([
    { rebuild: true, full: true },
    { rebuild: true, eventType: 'push' },
    { from: '2026-11-20', to: '2026-11-20' },
  ])('is accepted for %j', (input) => {
    expect(runOf(request(input))).toMatchObject(input);
  });
});
