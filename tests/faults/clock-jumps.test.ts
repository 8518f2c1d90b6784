import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyCommand } from '../../cli/commands/verify';
import { keyOfUri } from '../../contracts/lake';
import { runOn } from '../flow/command';
import { event, Lake } from '../flow/lake';
import { unscheduled } from './duplicates-oracle';
import { everything } from './effort';
import { advanceTo, land } from './interleavings/scheduler';
import { silence } from './interleavings/silence';
import { dateOf, differences, inconsistencies, leftovers, missingFiles, Truth } from './interleavings/truth';
import { DAY, World } from './interleavings/world';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const JUMPS = [
  ['two hours', 2 * HOUR],
  ['more than a day', 26 * HOUR],
] as const;

let world: World;
let speak: () => void;
beforeAll(async () => {
  speak = silence();
  world = await World.open();
});
afterAll(async () => {
  await world.close();
  speak();
});

/** Before which call of a run the clock is set back. */
const CALLS = [
  ['while it routes', /^PutObject late\/events\/_routed\//],
  ['before a flip', /^(Create|Update)Partition/],
  ['while it sweeps', /^PutObject .*_unnamed/],
  ['before a query', /^StartQueryExecution/],
  ['before it gives the lock back', /^DeleteObject locks\//],
] as const;

describe.each(JUMPS)('a clock that is set back by %s', (_, jump) => {
  // The longer jump is the harder one; of the shorter one the sample takes little.
  const all = everything || jump > DAY;
  let truth: Truth;
  let day: number;
  beforeEach(async () => {
    await world.reset();
    truth = new Truth(world);
    day = world.clock.now();
    await truth.deliver('a', day, [1, 2]);
    await truth.deliver('b', day, [3]);
    await world.pass(DAY + HOUR / 2);
    await world.runUndisturbed('base');
    await world.pass(2 * HOUR);
    await truth.deliver('a', day, [2, 4]);
    await truth.deliver('a', day - 9 * DAY, [9, 10], true);
  });

  const locationOf = async (type: string, at: number): Promise<string | undefined> =>
    (await world.partitions()).find(({ Values }) => Values[0] === type && Values[1] === dateOf(at))?.StorageDescriptor.Location;
  const filesAt = async (location: string | undefined): Promise<number> =>
    (await world.keys(keyOfUri(world.bucket, location ?? '') ?? 'nowhere')).length;

  /** Nights until the clock has long passed where it stood before: nothing is missing, locked or left over then. */
  const expectSettled = async (): Promise<void> => {
    for (const night of [1, 2, 3, 4]) {
      await world.pass(DAY);
      expect(await world.runUndisturbed(`night ${night}`)).toMatchObject({ status: 'SUCCEEDED' });
      expect(await missingFiles(world)).toEqual([]);
    }
    expect(await differences(world, truth)).toEqual([]);
    expect(await leftovers(world)).toEqual([]);
  };

  test('between two runs: the next one publishes what came late to a day long closed, and what it replaced keeps its grace', async () => {
    const replaced = await locationOf('a', day);
    world.clock.jump(-jump);
    expect(await world.runUndisturbed('set back', { force: true })).toMatchObject({ status: 'SUCCEEDED' });
    expect(await locationOf('a', day - 9 * DAY)).toBeDefined();
    expect(await differences(world, truth)).toEqual([]);
    await world.pass(DAY - 2 * HOUR);
    await world.runUndisturbed('within the grace');
    expect(await filesAt(replaced)).toBeGreaterThan(0);
    await expectSettled();
  });

  test.each(everything ? CALLS : CALLS.slice(0, jump > DAY ? 3 : 1))(
    'within a run, %s: the run works, and the nights after it',
    async (_when, call) => {
      const executionArn = await world.start('A', { force: true });
      await advanceTo(world, 'A', call);
      world.clock.jump(-jump);
      for (let waits = 0; (await world.executionOf(executionArn)).status === 'RUNNING' && waits < 1_000; waits++) {
        await land(world, 'A');
        if ((await world.executionOf(executionArn)).status === 'RUNNING') world.tick(16 * MINUTE);
      }
      expect(await world.executionOf(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
      expect(await differences(world, truth)).toEqual([]);
      await expectSettled();
    },
  );

  test('a run that died before leaves its lock to the next one; a lock that nobody knows is kept the longer, and taken then', async () => {
    const executionArn = await world.start('A');
    await advanceTo(world, 'A', /^(Create|Update)Partition/);
    world.clock.jump(-jump);
    await world.abort('A', executionArn);
    expect(await world.runUndisturbed('B', { force: true })).toMatchObject({ output: { status: 'succeeded' } });
    expect(await differences(world, truth)).toEqual([]);
    // What was on its way when it died lands now.
    await land(world, "A's publish");
    expect(await inconsistencies(world, truth)).toEqual([]);

    await world.put('locks/events.json', '{"owner":"a terminal","run":"","at":"2026-11-01T00:00:00.000Z","waitSeconds":0}');
    world.clock.jump(-jump);
    await world.pass(7 * HOUR);
    expect(await world.runUndisturbed('too early')).toMatchObject({ output: { status: 'already running' } });
    await world.pass(jump);
    expect(await world.runUndisturbed('in time')).toMatchObject({ output: { status: 'succeeded' } });
    await expectSettled();
  });

  if (all)
    test('while records arrive: all are published by the next run, and every account adds up', async () => {
      const before = await Lake.open(undefined, undefined, undefined, unscheduled);
      const { dataDir } = before;
      await before.host.advance(30 * HOUR);
      const seconds = before.host.now() / 1_000;
      const early = [event(1, 'a:x', seconds), event(2, 'a:x', seconds - 7_200)];
      await before.put(...early);
      await before.deliver();
      await before.compact({ force: true });
      await before.close();
      const clock = join(dataDir, 'clock.json');
      const { now } = JSON.parse(readFileSync(clock, 'utf8')) as { now: string };
      writeFileSync(clock, JSON.stringify({ now: new Date(Date.parse(now) - jump).toISOString() }));

      const lake = await Lake.open(dataDir, undefined, undefined, unscheduled);
      try {
        // The stream's arrivals never go back: copies of what was created right before are no events of the far future.
        const now = lake.host.now() / 1_000;
        await lake.put(...early, event(3, 'a:x', now), event(4, 'a:x', now - 7 * 86_400));
        await lake.deliver();
        await lake.compact({ force: true });
        const rows = await lake.rows('SELECT event_uuid, copies FROM events ORDER BY event_uuid');
        expect(rows.map(([uuid, copies]) => `${String(uuid).slice(-1)}:${copies}`)).toEqual(['1:2', '2:2', '3:1', '4:1']);
        expect(await lake.keys('errors/events/')).toEqual([]);
        expect(await lake.keys('locks/')).toEqual([]);
        expect((await runOn(lake, verifyCommand)).exitCode).toBe(0);
      } finally {
        await lake.remove();
      }
    });
});
