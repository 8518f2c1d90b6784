import { keyOfUri } from '../../contracts/lake';
import { AwsError } from '../../local/aws-error';
import { advanceTo, advanceUntil, land } from './interleavings/scheduler';
import { rollBackAtTerminal } from './interleavings/terminal';
import { silence } from './interleavings/silence';
import { differences, inconsistencies, leftovers, missingFiles, Truth } from './interleavings/truth';
import { DAY, World } from './interleavings/world';

const HOUR = 3_600_000;

/** A step that stalls for minutes or hours, and lands in a lake that has gone on without it. */
describe('a step that lands late', () => {
  let world: World;
  let truth: Truth;
  let day: number;
  let speak: () => void;
  beforeAll(async () => {
    speak = silence();
    world = await World.open();
  });
  afterAll(async () => {
    await world.close();
    speak();
  });
  beforeEach(async () => {
    await world.reset();
    truth = new Truth(world);
    day = world.clock.now();
    await truth.deliver('a', day, [1, 2]);
    await truth.deliver('b', day, [3]);
    await world.pass(DAY + HOUR / 2);
    await world.runUndisturbed('base');
  });

  const registered = async (type: string) => (await world.partitions()).find(({ Values }) => Values[0] === type);
  const locationOf = async (type: string): Promise<string> => (await registered(type))?.StorageDescriptor.Location ?? 'nowhere';
  const parameterOf = async (type: string, name: string): Promise<string | undefined> =>
    (await registered(type))?.Parameters[name];
  const filesAt = (location: string): Promise<readonly string[]> => world.keys(keyOfUri(world.bucket, location) ?? 'nowhere');

  /** A run that is stopped with one of its calls on the way. */
  const stopAt = async (actor: string, call: RegExp): Promise<void> => {
    const executionArn = await world.start(actor);
    await advanceTo(world, actor, call);
    await world.abort(actor, executionArn);
  };
  const stopInFlip = (actor: string): Promise<void> => stopAt(actor, /^UpdatePartition a\//);
  const stopInGather = (actor: string): Promise<void> => stopAt(actor, /^PutObject .*\/gathered\//);

  /** A whole run over one more object of the partition `a`. Answers its id. */
  const runWithNews = async (actor: string, number: number): Promise<string> => {
    await truth.deliver('a', day, [number]);
    return ((await world.runUndisturbed(actor)).output as { run: string }).run;
  };

  /** One sweep notices what nobody names; the next one, a grace period later, takes it. */
  const graceHasPassed = async (): Promise<void> => {
    for (const actor of ['notices', 'takes']) {
      await world.runUndisturbed(actor);
      await world.pass(DAY + HOUR);
    }
    await world.runUndisturbed('takes the rest');
  };

  test('a flip that lands after a newer run has published and swept is healed, and what it flipped to keeps its whole grace', async () => {
    await truth.deliver('a', day, [4]);
    await stopInFlip('A');
    await truth.deliver('a', day, [5]);
    await world.runUndisturbed('B');
    expect(await differences(world, truth)).toEqual([]);

    await land(world, "A's publish");
    const straggled = await locationOf('a');
    expect(await inconsistencies(world, truth)).toEqual([]);
    // Longer after the newer run's sweep, which noted these files as unnamed, than any file is kept unnamed.
    await world.pass(DAY);
    const healed = await world.runUndisturbed('C');
    expect(healed.status).toBe('SUCCEEDED');
    expect(await differences(world, truth)).toEqual([]);
    // A query that began a minute ago reads them still.
    expect(await locationOf('a')).not.toBe(straggled);
    expect(await filesAt(straggled)).not.toEqual([]);
    await world.pass(DAY + HOUR);
    await world.runUndisturbed('D');
    expect(await filesAt(straggled)).toEqual([]);
    expect(await differences(world, truth)).toEqual([]);
  });

  test('a sweep that lands after a rollback deletes nothing that the rollback named: what it could delete is not gone back to', async () => {
    const first = await locationOf('a');
    const run = await runWithNews('undone', 4);
    await world.pass(DAY + HOUR);
    await stopAt('S', /^DeleteObjects /);

    // Flipped back at once: nothing says that a sweep is still at work but its notices.
    await world.remove('locks/events.json');
    const record = await rollBackAtTerminal(world, run);
    expect(record.rolledBack).toEqual([]);
    expect(record.refused).toMatchObject([{ partition: expect.stringContaining('event_type=a'), code: 'condemned' }]);

    await land(world, "S's sweep");
    expect(await filesAt(first)).toEqual([]);
    expect(await missingFiles(world)).toEqual([]);
    await world.runUndisturbed('next');
    expect(await differences(world, truth)).toEqual([]);
  });

  test('a publish of the undone run, made twice, does not undo the rollback', async () => {
    const first = await locationOf('a');
    await truth.deliver('a', day, [4]);
    let lost = false;
    world.dispatch = (actor, functionName) => {
      if (lost || actor !== 'A' || functionName !== 'publish') return undefined;
      lost = true;
      return new AwsError('SdkClientException', 'Unable to execute HTTP request: Read timed out', 500);
    };
    const executionArn = await world.start('A');
    await advanceUntil(world, 'A', () => world.gate.waiting().includes("A's publish"));
    await advanceTo(world, "A's publish", /^GetPartition a\//);
    while ((await world.executionOf(executionArn)).status === 'RUNNING') {
      await land(world, 'A');
      await world.gate.settle();
      if (world.gate.labelsOf('A').length === 0) world.tick(60_000);
    }
    const { run } = (await world.executionOf(executionArn)).output as { run: string };
    expect(await rollBackAtTerminal(world, run)).toMatchObject({ refused: [] });
    expect(await locationOf('a')).toBe(first);

    await land(world, "A's publish");
    expect(await locationOf('a')).toBe(first);
    expect(await inconsistencies(world, truth)).toEqual([]);
    await world.runUndisturbed('held');
    expect(await locationOf('a')).toBe(first);
    await world.runUndisturbed('forced', { force: true });
    expect(await differences(world, truth)).toEqual([]);
  });

  test('a flip that lands after a rollback undoes it, whole and consistent; two rollbacks lead back to where it was', async () => {
    const first = await locationOf('a');
    const undone = await runWithNews('undone', 4);
    await truth.deliver('a', day, [5]);
    await stopInFlip('A');
    expect(await rollBackAtTerminal(world, undone)).toMatchObject({ refused: [] });
    expect([await locationOf('a'), await parameterOf('a', 'held')]).toEqual([first, expect.stringContaining(undone)]);

    await land(world, "A's publish");
    // No call of Glue compares before it writes: what was on the way when the run was stopped takes effect.
    const straggler = (await parameterOf('a', 'run')) ?? 'nobody';
    expect([await parameterOf('a', 'held'), straggler === undone]).toEqual([undefined, false]);
    expect(await differences(world, truth)).toEqual([]);

    // Said again, the rollback tells whose state it is, which is what to undo first.
    expect((await rollBackAtTerminal(world, undone)).refused).toMatchObject([
      { code: 'published since', reason: expect.stringContaining(straggler) },
    ]);
    for (const run of [straggler, undone]) expect(await rollBackAtTerminal(world, run)).toMatchObject({ refused: [] });
    expect([await locationOf('a'), await parameterOf('a', 'held')]).toEqual([first, expect.stringContaining(undone)]);
    expect(await inconsistencies(world, truth)).toEqual([]);
    await world.runUndisturbed('forced', { force: true });
    expect(await differences(world, truth)).toEqual([]);
  });

  test('a gather that lands after a rollback touches nothing that is published, and what it wrote goes when its grace is over', async () => {
    const first = await locationOf('a');
    const undone = await runWithNews('undone', 4);
    await truth.deliver('a', day, [5]);
    await stopInGather('A');
    expect(await rollBackAtTerminal(world, undone)).toMatchObject({ refused: [] });

    await land(world, "A's gather");
    expect(await leftovers(world)).toContainEqual(expect.stringContaining('/gathered/'));
    expect([await locationOf('a'), await parameterOf('a', 'held')]).toEqual([first, expect.stringContaining(undone)]);
    expect(await inconsistencies(world, truth)).toEqual([]);
    await world.runUndisturbed('forced', { force: true });
    expect(await differences(world, truth)).toEqual([]);
    await graceHasPassed();
    expect(await leftovers(world)).toEqual([]);
    expect(await differences(world, truth)).toEqual([]);
  });

  test('a gather that lands after a newer run has published changes nothing, and what it wrote goes when its grace is over', async () => {
    await truth.deliver('a', day, [4]);
    await stopInGather('A');
    await runWithNews('B', 5);
    const newer = await registered('a');
    expect(await differences(world, truth)).toEqual([]);

    await land(world, "A's gather");
    expect(await registered('a')).toEqual(newer);
    expect(await differences(world, truth)).toEqual([]);
    await graceHasPassed();
    expect(await leftovers(world)).toEqual([]);
    expect(await differences(world, truth)).toEqual([]);
  });

  test('a sweep that lands after a newer run has published and swept deletes nothing that anybody names', async () => {
    const first = await locationOf('a');
    await runWithNews('A', 4);
    await world.pass(DAY + HOUR);
    await stopAt('S', /^DeleteObjects /);
    expect(await filesAt(first)).not.toEqual([]);
    await runWithNews('B', 5);
    const newer = await filesAt(await locationOf('a'));

    await land(world, "S's sweep");
    expect([await filesAt(first), await filesAt(await locationOf('a'))]).toEqual([[], newer]);
    expect(await differences(world, truth)).toEqual([]);
    await runWithNews('C', 6);
    await graceHasPassed();
    expect(await leftovers(world)).toEqual([]);
    expect(await differences(world, truth)).toEqual([]);
  });

  test('two invocations of one gather that read different objects, as many lines each, lose nothing', async () => {
    await truth.deliver('a', day, [4]);
    await truth.deliver('a', day, [5]);
    const [, first = '', second = ''] = (await world.keys('raw/events/event_type=a/')).toSorted();
    let lost = false;
    world.dispatch = (actor, functionName) => {
      if (lost || actor !== 'A' || functionName !== 'gather') return undefined;
      lost = true;
      return new AwsError('SdkClientException', 'Unable to execute HTTP request: Read timed out', 500);
    };
    // The one cannot read the first object, the other the second: each is away for a moment.
    const hidden = new Map<string, Buffer>();
    world.gate.onRelease = async ({ actor, label }) => {
      for (const [key, body] of hidden) await world.put(key, body);
      hidden.clear();
      const key = actor === "A's gather" ? first : actor === 'A' ? second : undefined;
      if (key === undefined || label !== `GetObject ${key}`) return;
      hidden.set(key, world.bytesOf(key));
      await world.remove(key);
    };
    const executionArn = await world.start('A');
    await advanceUntil(world, 'A', () => world.gate.waiting().includes("A's gather"));
    await advanceTo(world, "A's gather", /^PutObject .*\/gathered\//);
    await advanceTo(world, 'A', /^StartQueryExecution/);
    // What it gathered lands right before the query reads; what it says of it, after everything.
    await world.gate.release("A's gather", 0);
    while ((await world.executionOf(executionArn)).status === 'RUNNING') {
      await land(world, 'A');
      world.tick(60_000);
    }
    await land(world, "A's gather");
    expect(await inconsistencies(world, truth)).toEqual([]);
    await world.runUndisturbed('next');
    expect(await differences(world, truth)).toEqual([]);
  });
});
