import { STEP_NAMES } from '../../contracts/environments';
import { FEEDS } from '../../contracts/feeds';
import { arnsOf } from '../../infra/arns';
import { functionGrants } from '../../infra/grants';
import { feedNamesOf, lakeBucketName, namesOf, resultsBucketName } from '../../infra/names';
import { LONGEST_TRANSFORM_SECONDS, longestWriteSeconds, SIZES } from '../../infra/sizing';
import { fc } from '../properties';

const FEED_LIST = Object.values(FEEDS);
const stacks = fc.stringMatching(/^[a-z]([a-z0-9]|-[a-z0-9]){0,8}$/).filter((stack) => stack.length <= 18);
const places = fc.record({
  accountId: fc.stringMatching(/^[0-9]{12}$/),
  region: fc.constantFrom('eu-west-1', 'us-east-1', 'ap-southeast-1', 'ap-northeast-3', 'me-central-1'),
});

test('every name is one that AWS accepts', () => {
  fc.assert(
    fc.property(stacks, places, (stack, place) => {
      const names = namesOf(stack);
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
      for (const bucket of [lakeBucketName(stack, place), resultsBucketName(stack, place)]) {
        expect(bucket).toMatch(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
      }
      for (const name of [...Object.values(names.functions), ...Object.values(names.roles)])
        expect(name).toMatch(/^[\w-]{1,64}$/);
      for (const name of [names.machine, names.deadLetters]) expect(name).toMatch(/^[\w-]{1,80}$/);
      for (const feed of FEED_LIST) {
        const own = feedNamesOf(stack, feed);
        for (const name of [own.stream, own.delivery.delivery, own.direct.delivery]) expect(name).toMatch(/^[\w.-]{1,64}$/);
        for (const name of [own.transform, own.schedule, own.delivery.role, own.direct.role])
          expect(name).toMatch(/^[\w-]{1,64}$/);
      }
      // Written in SQL without quotes.
      expect(names.database).toMatch(/^[a-z][a-z0-9_]*$/);
    }),
  );
});

test('two stacks share no name', () => {
  fc.assert(
    fc.property(stacks, stacks, places, (left, right, place) => {
      fc.pre(left !== right);
      const all = (stack: string): readonly string[] => {
        const { functions, functionLogGroups, roles, deliveryLogStream: _stream, ...names } = namesOf(stack);
        const own = FEED_LIST.map((feed) => feedNamesOf(stack, feed));
        return [
          ...own.flatMap(({ delivery, direct }) =>
            [delivery, direct].flatMap((each) => [each.delivery, each.logGroup, each.role]),
          ),
          ...own.flatMap(({ stream, transform, transformLogGroup, schedule }) => [
            stream,
            transform,
            transformLogGroup,
            schedule,
          ]),
          ...Object.values(functions),
          ...Object.values(functionLogGroups),
          ...Object.values(roles),
          ...Object.values(names),
          lakeBucketName(stack, place),
          resultsBucketName(stack, place),
        ];
      };
      const others = new Set(all(right));
      expect(all(left).filter((name) => others.has(name))).toEqual([]);
    }),
  );
});

test('what a function may do names its own stack alone', () => {
  const feeds = FEED_LIST.map((feed) => ({ feed }));
  const arns = arnsOf('dev', { accountId: '123456789012', region: 'eu-west-1' }, feeds);

  for (const name of STEP_NAMES) {
    const resources = functionGrants(name, arns).flatMap((statement) =>
      ['Tracing', 'Metrics'].includes(statement.sid) ? [] : statement.resources,
    );
    expect(resources.filter((arn) => !/lithify[-_]dev/.test(arn) && arn !== arns.catalog)).toEqual([]);
  }
});

test('the transform ends before Firehose gives up, and a new owner waits out the longest writer', () => {
  expect(SIZES.transform.timeoutSeconds).toBeLessThanOrEqual(LONGEST_TRANSFORM_SECONDS);
  expect(longestWriteSeconds).toBe(Math.max(SIZES.publish.timeoutSeconds, SIZES.sweep.timeoutSeconds));
  for (const size of Object.values(SIZES)) expect(size.timeoutSeconds).toBeLessThanOrEqual(900);
});
