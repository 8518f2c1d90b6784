import type { Random } from '../../../corpora/random';
import type { World } from './world';

const MINUTE = 60_000;
/** More than any interleaving of a few runs takes: a schedule that passes it stands still. */
const MOST_STEPS = 3_000;

export interface Live {
  readonly actor: string;
  readonly executionArn: string;
}

export interface Play {
  /** The executions that are under way; may grow while the schedule runs. */
  readonly live: Live[];
  /** Called after each step, with the number of steps so far. */
  readonly onStep?: (step: number) => Promise<void>;
  /** How likely another actor goes on after a step, 0 to 1: few switches find other things than many. */
  readonly restlessness: number;
  /** Goes on until this holds; by default until all executions have ended and nothing waits at the gate. */
  readonly until?: () => boolean;
}

/** Lets an actor's calls through, in order, until the condition holds; the clock moves where it must. */
export const advanceUntil = async (world: World, actor: string, condition: () => boolean): Promise<void> => {
  for (let step = 0; step < MOST_STEPS; step++) {
    await world.gate.settle();
    if (condition()) return;
    if (world.gate.labelsOf(actor).length > 0) await world.gate.release(actor, 0);
    else world.tick(16 * MINUTE);
  }
  throw new Error(`${actor} never came so far; next: ${world.gate.labelsOf(actor).join(', ')}`);
};

/** As `advanceUntil`, until one of the calls that the actor makes next is the awaited one. */
export const advanceTo = (world: World, actor: string, awaited: RegExp): Promise<void> =>
  advanceUntil(world, actor, () => world.gate.labelsOf(actor).some((label) => awaited.test(label)));

/** Lets all that an actor does through, and everything that follows from it, until nothing of it waits any more. */
export const land = async (world: World, actor: string): Promise<void> => {
  for (;;) {
    await world.gate.settle();
    if (world.gate.labelsOf(actor).length === 0) return;
    await world.gate.release(actor, 0);
  }
};

const ended = async (world: World, { executionArn }: Live): Promise<boolean> =>
  (await world.executionOf(executionArn)).status !== 'RUNNING';

/**
 * Lets the calls of all actors through, one at a time, in an order that the seed decides. Time passes where nothing else can move, and
 * now and then where only what was left behind could: a straggler lands at any moment, hours later included.
 */
export const interleave = async (world: World, random: Random, play: Play): Promise<void> => {
  const { gate } = world;
  let last: string | undefined;
  let idle = 0;
  for (let step = 1; step <= MOST_STEPS; step++) {
    await gate.settle();
    if (play.until?.() === true) return;
    const waiting = gate.waiting();
    const running: string[] = [];
    for (const one of play.live) if (!(await ended(world, one))) running.push(one.actor);
    if (running.length === 0 && waiting.length === 0) return;
    // A run that is under way and has no call at the gate waits on the clock.
    const waits = running.some((actor) => !waiting.includes(actor));
    const onlyStragglers = !waiting.some((actor) => running.includes(actor));
    if (waiting.length === 0 || (waits && onlyStragglers && random.fraction() < 0.7)) {
      world.tick(16 * MINUTE);
      if (waiting.length > 0) continue;
      // Only a query of the engine, whose time is the machine's own, can keep everybody waiting.
      if (++idle > 2_000) throw new Error(`nothing moves: ${running.join(', ')} still running`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      continue;
    }
    idle = 0;
    const stay = last !== undefined && waiting.includes(last) && random.fraction() >= play.restlessness;
    const chosen = stay && last !== undefined ? last : random.pick(waiting);
    last = chosen;
    await gate.release(chosen, random.fraction());
    await play.onStep?.(step);
  }
  throw new Error(`${MOST_STEPS} steps and no end: ${gate.waiting().join(', ')}`);
};
