import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { UsageError } from '../../contracts/errors';
import { shortestIntervalHours } from '../../infra/schedule-interval';
import { enabledFeeds, ownConfig, parseSettings } from '../../infra/settings';
import { readSettings, readStackFile } from '../../infra/stack-file';
import { fc } from '../properties';

const yamlOf = (stack: string): string => readFileSync(join(__dirname, '..', '..', `Pulumi.${stack}.yaml`), 'utf8');

type Group = Record<string, unknown>;
/** The config of dev with one change. */
const changed = (change: (config: Record<string, Group>) => void): Record<string, unknown> => {
  const config = structuredClone(
    ownConfig((parse(yamlOf('dev')) as { readonly config: Record<string, unknown> }).config),
  ) as Record<string, Group>;
  change(config);
  return config;
};

const sentencesOf = (change: (config: Record<string, Group>) => void, stack = 'dev'): readonly string[] => {
  try {
    parseSettings(stack, changed(change));
  } catch (error) {
    if (error instanceof UsageError) return error.message.split('\n');
    throw error;
  }
  return [];
};

const types = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `type-${index}`);

describe('a mistake in the config is one sentence that names the key, the value and what is allowed', () => {
  test.each<[string, (config: Record<string, Group>) => void, string]>([
    [
      'an unknown group',
      (config) => void (config['streams'] = {}),
      'the namespace lithify has no key "streams"; known: stream, delivery, events, feeds, retention, compaction, analysts, console, telemetry, protection',
    ],
    [
      'an unknown key',
      (config) => void (config['stream']!['shards'] = 2),
      'lithify:stream has no key "shards"; known: mode, shardCount, retentionHours',
    ],
    ['a missing group', (config) => void delete config['analysts'], 'lithify:analysts is missing; it must be a group of keys'],
    [
      'a missing key',
      (config) => void delete config['stream']!['retentionHours'],
      'lithify:stream.retentionHours is missing; it must be a number',
    ],
    [
      'a schedule of the producer that is none',
      (config) => void (config['telemetry'] = { schedule: 'often' }),
      'lithify:telemetry.schedule is "often"; it must be cron(minutes hours day month weekday year) or rate(n minutes|hours|days)',
    ],
    [
      'a pause of the producer that is too long',
      (config) => void (config['telemetry'] = { pauseSeconds: 60 }),
      'lithify:telemetry.pauseSeconds is 60; it must be at most 10',
    ],
    [
      'a text for a number',
      (config) => void (config['stream']!['retentionHours'] = 'a day'),
      'lithify:stream.retentionHours is "a day"; it must be a number',
    ],
    [
      'a fraction',
      (config) => void (config['stream']!['shardCount'] = 1.5),
      'lithify:stream.shardCount is 1.5; it must be a whole number',
    ],
    [
      'too little',
      (config) => void (config['delivery']!['bufferMebibytes'] = 5),
      'lithify:delivery.bufferMebibytes is 5; it must be at least 64',
    ],
    [
      'too much',
      (config) => void (config['delivery']!['transformBufferMebibytes'] = 3),
      'lithify:delivery.transformBufferMebibytes is 3; it must be at most 2',
    ],
    [
      'an unknown choice',
      (config) => void (config['stream']!['mode'] = 'auto'),
      'lithify:stream.mode is "auto"; it must be one of on-demand, provisioned',
    ],
    [
      'a text for a truth value',
      (config) => void (config['compaction']!['enabled'] = 'yes'),
      'lithify:compaction.enabled is "yes"; it must be true or false',
    ],
    [
      'an unknown key of the policy',
      (config) => void (config['compaction']!['policy'] = { dueFiles: 1 }),
      'lithify:compaction.policy has no key "dueFiles"; known: dueObjects, dueBytes, dueAgeHours, includeOpenDay, receivingHours, fullListingDays, targetFileBytes, batchBytes, planEntries, gatherBytes, gatherObjects, concurrentBatches, graceHours',
    ],
    [
      'a bad event type',
      (config) => void (config['events']!['eventTypes'] = ['Push']),
      'lithify:events.eventTypes.0 is "Push"; event types are 1 to 64 characters of a-z, 0-9, "_" and "-"',
    ],
    [
      'the type that is kept',
      (config) => void (config['events']!['eventTypes'] = ['late']),
      'lithify:events.eventTypes has "late"; that name is kept for what is not on time',
    ],
    [
      'a type twice',
      (config) => void (config['events']!['eventTypes'] = ['push', 'push']),
      'lithify:events.eventTypes has "push" twice; each type is listed once',
    ],
    [
      'more partitions than the quota',
      (config) => void (config['events']!['eventTypes'] = types(167)),
      'lithify:events has 167 types on up to 3 dates, so 502 active partitions; the delivery stream may have at most 500',
    ],
    [
      'shards on demand',
      (config) => void (config['stream']!['mode'] = 'on-demand'),
      'lithify:stream.shardCount is 1; an on-demand stream has no shard count',
    ],
    [
      'no shards',
      (config) => void delete config['stream']!['shardCount'],
      'lithify:stream.shardCount is missing; a provisioned stream needs a whole number of shards',
    ],
    [
      'waiting longer than raw lives',
      (config) => void (config['compaction']!['policy'] = { dueAgeHours: 361 }),
      "lithify:compaction.policy.dueAgeHours is 361; it must be at most half of raw's lifetime of 720 hours",
    ],
    [
      'markers that die before their sources',
      (config) => void (config['retention']!['lateDays'] = 36),
      'lithify:retention.lateDays is 36; it must be at least rawDays + 7 (37), so that markers outlive their sources',
    ],
    [
      'runs that die before a full listing',
      (config) => void (config['retention']!['runsDays'] = 13),
      'lithify:retention.runsDays is 13; it must be at least compaction.policy.fullListingDays + 7 (14)',
    ],
    [
      'a stream that outlives raw',
      (config) => void (config['stream']!['retentionHours'] = 720),
      "lithify:retention.rawDays is 30; it must be longer than the stream's retention of 720 hours",
    ],
    [
      'days closed too early',
      (config) => void (config['compaction']!['policy'] = { receivingHours: 48 }),
      "lithify:compaction.policy.receivingHours is 48; it must be at least 49 (the days on time, the stream's retention and an hour of delivery)",
    ],
    [
      'an unknown time zone',
      (config) => void (config['compaction']!['timeZone'] = 'Mars/Olympus'),
      'lithify:compaction.timeZone is "Mars/Olympus"; it must be an IANA time zone such as "Europe/Berlin"',
    ],
    [
      'no schedule',
      (config) => void (config['compaction']!['schedule'] = 'at night'),
      'lithify:compaction.schedule is "at night"; it must be cron(minutes hours day month weekday year) or rate(n minutes|hours|days)',
    ],
    [
      'a run longer than a night',
      (config) => void (config['compaction']!['timeoutHours'] = 24),
      'lithify:compaction.timeoutHours is 24; it must be less than the 24 hours between two starts of cron(30 0 * * ? *)',
    ],
    [
      'destruction of what is protected',
      (config) => void (config['protection'] = { protect: true, forceDestroy: true }),
      'lithify:protection.forceDestroy is true; it must be false where protect is true',
    ],
    [
      'an unknown feed',
      (config) => void (config['feeds']!['visits'] = { enabled: true }),
      'lithify:feeds has no key "visits"; known: users, films, telemetry, members',
    ],
    [
      'a feed that is neither on nor off',
      (config) => void (config['feeds']!['users'] = { enabled: 'on' }),
      'lithify:feeds.users.enabled is "on"; it must be true or false',
    ],
    [
      'a buffer that dynamic partitioning does not take, in size',
      (config) => void (config['feeds']!['members'] = { enabled: true, bufferMebibytes: 63 }),
      'lithify:feeds.members.bufferMebibytes is 63; it must be at least 64, since the delivery partitions by what the transform says',
    ],
    [
      'a buffer that dynamic partitioning does not take, in time',
      (config) => void (config['feeds']!['members'] = { enabled: true, bufferSeconds: 59 }),
      'lithify:feeds.members.bufferSeconds is 59; it must be at least 60, since the delivery partitions by what the transform says',
    ],
    [
      'shards of a feed without a stream',
      (config) => void (config['feeds']!['films'] = { enabled: true, shardCount: 2 }),
      'lithify:feeds.films.shardCount is 2; the feed has no stream',
    ],
    [
      'shards of a feed on demand',
      (config) => {
        config['stream'] = { mode: 'on-demand', retentionHours: 24 };
        config['feeds']!['users'] = { enabled: true, shardCount: 2 };
      },
      'lithify:feeds.users.shardCount is 2; an on-demand stream has no shard count',
    ],
    [
      'a delivery name that none can have',
      (config) => void (config['feeds']!['films'] = { enabled: true, deliveryName: 'etl3 delivery' }),
      'lithify:feeds.films.deliveryName is "etl3 delivery"; it must be 1 to 64 letters, digits, "_", "." and "-"',
    ],
    [
      'a delivery name where records come by the stream alone',
      (config) => void (config['feeds']!['users'] = { enabled: true, deliveryName: 'mine' }),
      'lithify:feeds.users.deliveryName is "mine"; only a feed that takes records directly may name its delivery stream',
    ],
    [
      "another feed's delivery name, as the stack makes it",
      (config) => void (config['feeds']!['films'] = { enabled: true, deliveryName: 'lithify-dev-users' }),
      'lithify:feeds.films.deliveryName is "lithify-dev-users", which a delivery stream of users is called; each has a name of its own',
    ],
    [
      "the name of the feed's own other delivery",
      (config) => void (config['feeds']!['members'] = { enabled: true, deliveryName: 'lithify-dev-members' }),
      'lithify:feeds.members.deliveryName is "lithify-dev-members", which a delivery stream of members is called; each has a name of its own',
    ],
    [
      'a page without the feed that it logs to',
      (config) => {
        config['console'] = { isFirehose: false, sweep: 'rate(15 minutes)', issuer: 'https://id.example', audience: ['lithify'] };
        config['feeds']!['members'] = { enabled: false };
      },
      'lithify:feeds.members is off; it must be enabled where lithify:console is given, since the page logs to it',
    ],
    [
      'an unknown key of the telemetry functions',
      (config) => void (config['telemetry'] = { pause: 1 }),
      'lithify:telemetry has no key "pause"; known: scheduleEnabled, schedule, producerTimeoutSeconds, pauseSeconds, pointsPerSend, gridDegrees',
    ],
    [
      'a retention that CloudWatch has not',
      (config) => void (config['retention']!['logsDays'] = 15),
      'lithify:retention.logsDays is 15; it must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653',
    ],
  ])('%s', (_what, change, sentence) => {
    expect(sentencesOf(change)).toEqual([sentence]);
  });

  test('two feeds may not take the same name', () => {
    const told = sentencesOf((config) => {
      config['feeds']!['films'] = { enabled: true, deliveryName: 'same' };
      config['feeds']!['members'] = { enabled: true, deliveryName: 'same' };
    });
    expect(told).toEqual([
      'lithify:feeds.films.deliveryName is "same", which a delivery stream of members is called; each has a name of its own',
    ]);
  });

  test('all mistakes are told at once', () => {
    const told = sentencesOf((config) => {
      config['stream']!['mode'] = 'auto';
      config['stream']!['shards'] = 2;
      config['delivery']!['bufferSeconds'] = 10;
    }, 'Dev_1');

    expect(told).toHaveLength(4);
    expect(told[0]).toBe(
      'the stack\'s name is "Dev_1"; it must be 1 to 18 characters of a-z, 0-9 and single "-", a letter first',
    );
  });

  test('a file that is no YAML, or has no config, is one sentence too', () => {
    expect(() => readSettings('dev', 'config: [')).toThrow(/^Pulumi\.dev\.yaml is not YAML: .+$/);
    expect(() => readSettings('dev', 'description: nothing')).toThrow('Pulumi.dev.yaml has no group of keys named "config"');
  });
});

test('the stacks of the repository are right, and days receive until the stream has let go', () => {
  expect(readStackFile('dev', yamlOf('dev'))).toMatchObject({
    region: 'eu-west-1',
    settings: { compaction: { policy: { receivingHours: 49, dueObjects: 1 } } },
  });
  expect(readSettings('prod', yamlOf('prod')).compaction.policy.receivingHours).toBe(193);
  const films = readStackFile('films', yamlOf('films'));
  expect(films).toMatchObject({
    region: 'us-east-1',
    settings: { feeds: { films: { enabled: true, deliveryName: 'etl3-delivery' } }, compaction: { enabled: true } },
  });
  expect(enabledFeeds(films.settings).map(({ name }) => name)).toEqual(['events', 'films']);
});

test('166 types on three dates fit the quota of active partitions', () => {
  expect(sentencesOf((config) => void (config['events']!['eventTypes'] = types(166)))).toEqual([]);
});

describe('the interval of a schedule', () => {
  test.each<[string, number | undefined]>([
    ['cron(30 0 * * ? *)', 24],
    ['cron(0 0,6 * * ? *)', 6],
    ['cron(15 0/8 * * ? *)', 8],
    ['cron(0 22,1 ? * MON-FRI *)', 3],
    ['cron(0/20 3 * * ? *)', 1 / 3],
    ['rate(6 hours)', 6],
    ['rate(1 day)', 24],
    ['rate(90 minutes)', 1.5],
    ['rate(0 hours)', undefined],
    ['cron(30 24 * * ? *)', undefined],
    ['cron(30 0 * * * *)', undefined],
    ['cron(30 0 * * ?)', undefined],
    ['cron(60/5 0 * * ? *)', undefined],
    ['at(2026-11-20T00:00:00)', undefined],
  ])('%s', (expression, hours) => {
    expect(shortestIntervalHours(expression)).toEqual(hours === undefined ? undefined : expect.closeTo(hours, 9));
  });

  test('the closest of any daily times, over midnight too, is what counts', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 24 }),
        fc.integer({ min: 0, max: 59 }),
        (hours, minute) => {
          const sorted = [...hours].sort((left, right) => left - right);
          const gaps = sorted.map((hour, index) => (index + 1 < sorted.length ? sorted[index + 1]! : sorted[0]! + 24) - hour);
          expect(shortestIntervalHours(`cron(${minute} ${hours.join(',')} * * ? *)`)).toBe(Math.min(...gaps));
        },
      ),
    );
  });
});

test('a region that is none is refused by its name', () => {
  const yaml = 'config:\n  aws:region: nowhere\n';

  expect(() => readStackFile('dev', yaml)).toThrow('aws:region is "nowhere"; it must be the name of a region such as eu-west-1');
});
