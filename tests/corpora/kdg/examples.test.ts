import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkMember, isUuid } from '../../../contracts/member';
import { FEED_NAMES, feedNamed } from '../../../contracts/feeds';
import { pointSchema } from '../../../contracts/telemetry';
import { generatorOf } from '../../../corpora/kdg/generator';

const EXAMPLES = join(__dirname, '../../../examples');
const NOW = Date.UTC(2026, 10, 22, 6, 0, 0);
/** Events have a generator of their own. */
const TEMPLATED = FEED_NAMES.filter((name) => name !== 'events');

const recordsOf = (feed: string, count = 2_000): readonly string[] => {
  const generator = generatorOf({ template: readFileSync(join(EXAMPLES, `${feed}.kdg`), 'utf8'), seed: 9 });
  return Array.from({ length: count }, (_, index) => generator.record(index, { nowMillis: NOW }));
};
const parsed = (feed: string) => recordsOf(feed).map((text) => JSON.parse(text) as Record<string, unknown>);

describe('the templates that are shipped', () => {
  it('are one for every feed beside events', () => {
    expect(readdirSync(EXAMPLES).sort()).toEqual(TEMPLATED.map((feed) => `${feed}.kdg`).sort());
  });

  it.each(TEMPLATED)('%s makes records that its feed can use, each of them', (name) => {
    const { transform, judgeLine } = feedNamed(name);
    for (const text of recordsOf(name)) {
      const judged =
        transform === undefined
          ? judgeLine(text)
          : transform.judgeRecord(`${text}\n`, NOW, { onTimeDaysBefore: 1, eventTypes: [] });
      expect([text, judged.ok]).toEqual([text, true]);
    }
  });

  it('users makes profiles of the four fields, hardly two alike', () => {
    const profiles = parsed('users');
    expect(Object.keys(profiles[0]!)).toEqual(['name', 'url', 'email', 'country']);
    expect(new Set(profiles.map((profile) => JSON.stringify(profile))).size).toBe(profiles.length);
  });

  it('telemetry makes points all over the globe, each with an id of its own', () => {
    const points = parsed('telemetry').map((point) => pointSchema.parse(point));
    expect(new Set(points.map(({ id }) => id)).size).toBe(points.length);
    expect(Math.min(...points.map(({ latitude }) => latitude))).toBeLessThan(-85);
    expect(Math.max(...points.map(({ latitude }) => latitude))).toBeGreaterThan(85);
    expect(Math.min(...points.map(({ longitude }) => longitude))).toBeLessThan(-170);
    expect(Math.max(...points.map(({ longitude }) => longitude))).toBeGreaterThan(170);
  });

  it('members makes changes as the page logs them, several of one member', () => {
    const changes = parsed('members') as {
      event_uuid: string;
      event_name: string;
      created_at: number;
      member: Record<string, unknown>;
    }[];
    const shareOf = (what: string): number =>
      changes.filter(({ event_name: name }) => name === `member:${what}`).length / changes.length;
    expect([shareOf('created'), shareOf('updated'), shareOf('deleted')].map((share) => Math.round(share * 10))).toEqual([
      5, 4, 1,
    ]);
    expect(changes.every(({ created_at: at, event_uuid: uuid }) => at === NOW && isUuid(uuid))).toBe(true);
    for (const { member } of changes) {
      expect(checkMember(member)).toHaveProperty('fields');
      expect(isUuid(member['id'])).toBe(true);
      expect(member['version']).toBeGreaterThanOrEqual(1);
    }
    expect(new Set(changes.map(({ member }) => member['id'])).size).toBeLessThan(changes.length);
  });
});
