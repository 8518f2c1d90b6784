import type { Random } from '../../../corpora/random';
import { AwsError } from '../../../local/aws-error';
import { interleave, type Live } from './scheduler';
import { Truth } from './truth';
import { DAY, type World } from './world';

const HOUR = 3_600_000;

/** What a scenario left: the executions it started, and the steps of the schedule. */
export interface Played {
  readonly truth: Truth;
  readonly live: readonly Live[];
}

export type Scenario = (world: World, random: Random) => Promise<Played>;

/** A lake with a published day, unless the seed has it begin empty, and news for all of its partitions and a day long past. */
const lakeWithNews = async (world: World, random: Random): Promise<{ truth: Truth; day: number }> => {
  const truth = new Truth(world);
  const day = world.clock.now();
  await truth.deliver('a', day, [1, 2, 3]);
  await truth.deliver('b', day, [4]);
  if (random.below(4) > 0) {
    await world.pass(DAY + HOUR / 2);
    await world.runUndisturbed('base');
    await world.pass(DAY - HOUR);
  } else await world.pass(DAY + HOUR / 2);
  await truth.deliver('a', day, [3, 5]);
  await truth.deliver('b', day, [6, 7]);
  await truth.deliver('c', day, [8]);
  await truth.deliver('a', day - 9 * DAY, [9, 10], true);
  return { truth, day };
};

const restlessness = (random: Random): number => random.pick([0.02, 0.1, 0.3, 0.7]);

/** More news at a moment of the seed's choosing: what one run saw, the other may not have. */
const newsMeanwhile = (truth: Truth, day: number, random: Random): ((step: number) => Promise<void>) => {
  const at = random.below(120);
  const type = random.pick(['a', 'b', 'c', 'd']);
  let done = false;
  return async (step) => {
    if (done || step < at) return;
    done = true;
    await truth.deliver(type, day, [20, 21, 1]);
  };
};

/** Two runs are started at the same moment. */
const together: Scenario = async (world, random) => {
  const { truth, day } = await lakeWithNews(world, random);
  const live: Live[] = [];
  for (const actor of ['A', 'B']) live.push({ actor, executionArn: await world.start(actor) });
  await interleave(world, random, { live, restlessness: restlessness(random), onStep: newsMeanwhile(truth, day, random) });
  return { truth, live };
};

/** A run is stopped anywhere, and what its functions had under way lands anywhere in the run that takes its lock over, or after it. */
const stoppedAndTakenOver: Scenario = async (world, random) => {
  const { truth, day } = await lakeWithNews(world, random);
  const first = { actor: 'A', executionArn: await world.start('A') };
  const stopAt = 1 + random.below(110);
  await interleave(world, random, {
    live: [first],
    restlessness: 0.5,
    until: () => world.gate.trace.length >= stopAt,
  });
  await world.abort('A', first.executionArn);
  const live: Live[] = [first, { actor: 'B', executionArn: await world.start('B') }];
  await interleave(world, random, { live, restlessness: restlessness(random), onStep: newsMeanwhile(truth, day, random) });
  return { truth, live };
};

/** As before, and the stopped run is redriven while the other is under way, or days after it. */
const redriven: Scenario = async (world, random) => {
  const { truth, day } = await lakeWithNews(world, random);
  const first = { actor: 'A', executionArn: await world.start('A') };
  const stopAt = 1 + random.below(110);
  await interleave(world, random, { live: [first], restlessness: 0.5, until: () => world.gate.trace.length >= stopAt });
  await world.abort('A', first.executionArn);
  const live: Live[] = [first];
  if (random.below(3) > 0) live.push({ actor: 'B', executionArn: await world.start('B') });
  const redriveAt = random.below(130);
  const news = newsMeanwhile(truth, day, random);
  let redrivenYet = false;
  const redrive = async (): Promise<void> => {
    if (redrivenYet || (await world.executionOf(first.executionArn)).status === 'SUCCEEDED') return;
    redrivenYet = true;
    await world.redrive('A', first.executionArn);
  };
  await interleave(world, random, {
    live,
    restlessness: restlessness(random),
    onStep: async (step) => {
      await news(step);
      if (step >= redriveAt) await redrive();
    },
  });
  if (!redrivenYet) {
    await world.pass(10 * DAY);
    await redrive();
    await interleave(world, random, { live, restlessness: 1 });
  }
  return { truth, live };
};

/** Nobody knows the lock's owner, and it is old: two runs ask for it at once. */
const unknownOwner: Scenario = async (world, random) => {
  const { truth, day } = await lakeWithNews(world, random);
  const left = random.pick([
    '{"owner":"somebody at a term',
    '',
    '{"owner":"a terminal","run":"","at":"2026-11-01T00:00:00.000Z","waitSeconds":0}',
    '{"owner":"arn:aws:states:eu-west-1:000000000000:execution:lithify-dev-compaction:gone","run":"r","at":"x","waitSeconds":0}',
  ]);
  await world.put('locks/events.json', left);
  await world.pass(random.pick([1, 7, 30]) * HOUR);
  const live: Live[] = [];
  for (const actor of ['A', 'B']) live.push({ actor, executionArn: await world.start(actor) });
  await interleave(world, random, { live, restlessness: restlessness(random), onStep: newsMeanwhile(truth, day, random) });
  await world.pass(7 * HOUR);
  return { truth, live };
};

/** Step Functions loses an invocation out of sight and makes it again: the first goes on, and lands anywhere in this run or the next. */
const invokedTwice: Scenario = async (world, random) => {
  const { truth, day } = await lakeWithNews(world, random);
  const doubled = random.pick([
    'lock',
    'plan',
    'attempt',
    'gather',
    'statements',
    'publish',
    'publish',
    'publish',
    'sweep',
    'report',
    'unlock',
  ]);
  // Heard by Step Functions as a connection that broke, which it retries; or as the function's end, which makes another attempt.
  const retried = random.below(3) > 0;
  let lost = false;
  world.dispatch = (actor, functionName) => {
    if (lost || actor !== 'A' || functionName !== doubled) return undefined;
    lost = true;
    return retried
      ? new AwsError('SdkClientException', 'Unable to execute HTTP request: Read timed out', 500)
      : new AwsError('EC2ThrottledException', 'We could not start your function in its network', 500);
  };
  const live: Live[] = [{ actor: 'A', executionArn: await world.start('A') }];
  const secondAt = random.below(140);
  const news = newsMeanwhile(truth, day, random);
  await interleave(world, random, {
    live,
    restlessness: restlessness(random),
    onStep: async (step) => {
      await news(step);
      if (step >= secondAt && live.length === 1) live.push({ actor: 'B', executionArn: await world.start('B') });
    },
  });
  return { truth, live };
};

export const SCENARIOS = {
  'two runs started together': together,
  'a run stopped anywhere and taken over': stoppedAndTakenOver,
  'a stopped run redriven beside or after another': redriven,
  'a lock whose owner nobody knows': unknownOwner,
  'a function invoked twice': invokedTwice,
} as const satisfies Readonly<Record<string, Scenario>>;
