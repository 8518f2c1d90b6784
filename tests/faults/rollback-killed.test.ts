import { lockSchema } from '../../workflows/documents';
import { acting } from './interleavings/gate';
import { advanceTo } from './interleavings/scheduler';
import { rollBackAtTerminal } from './interleavings/terminal';
import { silence } from './interleavings/silence';
import { differences, inconsistencies, missingFiles, Truth } from './interleavings/truth';
import { DAY, World } from './interleavings/world';

const HOUR = 3_600_000;
const LOCK = 'locks/events.json';
const TERMINAL = 'terminal';

describe('a rollback whose terminal dies', () => {
  let world: World;
  let truth: Truth;
  let undone: string;
  let before: ReadonlyMap<string, string>;
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
    const day = world.clock.now();
    await truth.deliver('a', day, [1, 2]);
    await truth.deliver('b', day, [3]);
    await world.pass(DAY + HOUR / 2);
    await world.runUndisturbed('base');
    before = await locations();
    await truth.deliver('a', day, [4]);
    await truth.deliver('b', day, [3, 5]);
    undone = ((await world.runUndisturbed('undone')).output as { run: string }).run;
  });

  const locations = async (): Promise<ReadonlyMap<string, string>> =>
    new Map((await world.partitions()).map(({ Values, StorageDescriptor }) => [Values[0] ?? '', StorageDescriptor.Location]));
  const heldTypes = async (): Promise<readonly string[]> =>
    (await world.partitions()).filter(({ Parameters }) => Parameters['held'] !== undefined).map(({ Values }) => Values[0] ?? '');

  /** `lithify rollback` whose process ends right before the awaited call, as by SIGKILL: nothing of it is ever made any more. */
  const dieBefore = async (call: RegExp): Promise<void> => {
    world.gate.close(TERMINAL);
    const dead = acting.run({ name: TERMINAL, invocation: undefined }, () => rollBackAtTerminal(world, undone));
    // It stays where it is until the next test opens the gate; what it says then is said to nobody.
    dead.catch(() => undefined);
    await advanceTo(world, TERMINAL, call);
  };

  /** What holds however far it came: readers see the one state or the other, and a lock that names it. */
  const expectStoppedWith = async (held: readonly string[]): Promise<void> => {
    expect(await heldTypes()).toEqual(held);
    for (const type of held) expect((await locations()).get(type)).toBe(before.get(type));
    expect(await inconsistencies(world, truth)).toEqual([]);
    expect(lockSchema.parse(JSON.parse(world.bytesOf(LOCK).toString('utf8'))).owner).toContain(`rollback of ${undone}`);
    await expect(rollBackAtTerminal(world, undone)).rejects.toThrow('of which nobody can tell whether it is at work');
  };

  /** The next run of a schedule, once the lock counts as abandoned, and well within the grace of what the undone run replaced. */
  const nextRun = async (): Promise<void> => {
    await world.pass(7 * HOUR);
    expect(await world.runUndisturbed('next')).toMatchObject({ status: 'SUCCEEDED', output: { status: 'succeeded' } });
    expect(await world.keys('locks/')).toEqual([]);
    expect(await missingFiles(world)).toEqual([]);
    expect(await inconsistencies(world, truth)).toEqual([]);
  };

  test('between the lock and the first flip: the next run works as ever, and the rollback can be said again', async () => {
    await dieBefore(/^UpdatePartition a\//);
    await expectStoppedWith([]);
    await nextRun();
    expect(await differences(world, truth)).toEqual([]);
    expect(await rollBackAtTerminal(world, undone)).toMatchObject({ rolledBack: [{}, {}], refused: [] });
    expect(await heldTypes()).toEqual(['a', 'b']);
    expect(await locations()).toEqual(before);
    await world.runUndisturbed('forced', { force: true });
    expect(await differences(world, truth)).toEqual([]);
  });

  test('between two flips: the next run leaves the first one undone and held, and the rollback said again undoes the other', async () => {
    await dieBefore(/^UpdatePartition b\//);
    await expectStoppedWith(['a']);
    await nextRun();
    expect(await heldTypes()).toEqual(['a']);
    expect((await locations()).get('b')).not.toBe(before.get('b'));
    expect(await rollBackAtTerminal(world, undone)).toMatchObject({
      rolledBack: [{ partition: expect.stringContaining('event_type=b') as unknown }],
      refused: [{ partition: expect.stringContaining('event_type=a') as unknown, code: 'rolled back already' }],
    });
    expect(await locations()).toEqual(before);
    await world.runUndisturbed('forced', { force: true });
    expect(await differences(world, truth)).toEqual([]);
  });

  test('after the last flip, before its record and its lock are done: the next run keeps what it undid', async () => {
    await dieBefore(/^PutObject .*rollback/);
    await expectStoppedWith(['a', 'b']);
    await nextRun();
    expect(await heldTypes()).toEqual(['a', 'b']);
    expect(await locations()).toEqual(before);
    const again = await rollBackAtTerminal(world, undone);
    expect(again.refused.map(({ code }) => code)).toEqual(['rolled back already', 'rolled back already']);
    expect(await world.keys('locks/')).toEqual([]);
    await world.runUndisturbed('forced', { force: true });
    expect(await differences(world, truth)).toEqual([]);
  });
});
