/**
 * The one clock of the embedded host: arrival times, buffer intervals, schedules, waits and retries all use it. It follows the
 * wall or is advanced by hand. Work that is under way holds the clock: virtual time does not pass while a query or a Lambda runs,
 * so what happens does not depend on the speed of the machine.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `action` when the clock reaches `at` (at once, when it has passed). The clock is held until what it returns settles. */
  schedule(at: number, action: () => void | Promise<void>): Timer;
  /** Keeps virtual time from passing until the returned function is called (once; later calls do nothing). */
  hold(): () => void;
}

export interface Timer {
  cancel(): void;
}

/** Holds the clock while `work` is under way. */
export const holding = async <T>(clock: Clock, work: () => Promise<T>): Promise<T> => {
  const release = clock.hold();
  try {
    return await work();
  } finally {
    release();
  }
};

/** A hold that can be let go for a while, by whoever waits in its midst for something that only the passing of time brings. */
export class PausableHold {
  #release: (() => void) | undefined;
  #pauses = 0;
  #ended = false;

  constructor(private readonly clock: Clock) {
    this.#release = clock.hold();
  }

  /** Runs `work` without this hold, and takes it again unless it has ended meanwhile. */
  async letGo<T>(work: () => Promise<T>): Promise<T> {
    this.#pauses++;
    this.#drop();
    try {
      return await work();
    } finally {
      if (--this.#pauses === 0 && !this.#ended) this.#release = this.clock.hold();
    }
  }

  end(): void {
    this.#ended = true;
    this.#drop();
  }

  #drop(): void {
    this.#release?.();
    this.#release = undefined;
  }
}

/** As `holding`, for work that may let go of the clock in its midst. */
export const holdingPausably = async <T>(clock: Clock, work: (hold: PausableHold) => Promise<T>): Promise<T> => {
  const hold = new PausableHold(clock);
  try {
    return await work(hold);
  } finally {
    hold.end();
  }
};

/** Waits on the clock. The holder of a clock must release its hold around this, or time never passes. */
export const sleep = (clock: Clock, milliseconds: number): Promise<void> =>
  new Promise((resolve) => clock.schedule(clock.now() + milliseconds, () => resolve()));

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly action: () => void | Promise<void>;
  cancelled: boolean;
}

/** A binary heap of timers by time, then by order of scheduling. */
class TimerQueue {
  readonly #heap: Entry[] = [];

  push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(heap[index]!, heap[parent]!)) break;
      [heap[index], heap[parent]] = [heap[parent]!, heap[index]!];
      index = parent;
    }
  }

  peek(): Entry | undefined {
    while (this.#heap[0]?.cancelled) this.pop();
    return this.#heap[0];
  }

  pop(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    heap[0] = last;
    for (let index = 0; ;) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      let least = index;
      if (left < heap.length && before(heap[left]!, heap[least]!)) least = left;
      if (right < heap.length && before(heap[right]!, heap[least]!)) least = right;
      if (least === index) return first;
      [heap[index], heap[least]] = [heap[least]!, heap[index]!];
      index = least;
    }
  }
}

const before = (left: Entry, right: Entry): boolean => left.at < right.at || (left.at === right.at && left.order < right.order);

/** Virtual time, advanced by hand. Timers fire one after another in order of time; each is awaited, and so is all that holds the clock. */
export class ManualClock implements Clock {
  #now: number;
  #order = 0;
  #holds = 0;
  #advancing: Promise<void> = Promise.resolve();
  readonly #queue = new TimerQueue();
  readonly #idle: (() => void)[] = [];

  constructor(startMillis: number) {
    this.#now = startMillis;
  }

  now(): number {
    return this.#now;
  }

  schedule(at: number, action: () => void | Promise<void>): Timer {
    const entry: Entry = { at: Math.max(at, this.#now), order: this.#order++, action, cancelled: false };
    this.#queue.push(entry);
    return {
      cancel: () => {
        entry.cancelled = true;
      },
    };
  }

  hold(): () => void {
    this.#holds++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      if (--this.#holds === 0) for (const wake of this.#idle.splice(0)) wake();
    };
  }

  /** Resolves when nothing holds the clock; microtasks that follow a release may take a new hold first. */
  async idle(): Promise<void> {
    for (;;) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (this.#holds === 0) return;
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
  }

  /** Lets virtual time pass up to `target`, firing what is due on the way. Calls queue up behind each other. */
  advanceTo(target: number): Promise<void> {
    const run = this.#advancing.then(() => this.#advanceTo(target));
    this.#advancing = run.catch(() => undefined);
    return run;
  }

  advance(milliseconds: number): Promise<void> {
    const run = this.#advancing.then(() => this.#advanceTo(this.#now + milliseconds));
    this.#advancing = run.catch(() => undefined);
    return run;
  }

  async #advanceTo(target: number): Promise<void> {
    await this.idle();
    for (;;) {
      const next = this.#queue.peek();
      if (next === undefined || next.at > target) break;
      this.#queue.pop();
      this.#now = Math.max(this.#now, next.at);
      await next.action();
      await this.idle();
    }
    this.#now = Math.max(this.#now, target);
  }
}

/** The wall's time. Timers that are still pending do not keep the process alive. */
export class WallClock implements Clock {
  now(): number {
    return Date.now();
  }

  schedule(at: number, action: () => void | Promise<void>): Timer {
    let timeout: NodeJS.Timeout;
    const arm = (): void => {
      // setTimeout fires at once for more than 2^31-1 ms, so a far timer is armed in legs.
      const wait = Math.min(Math.max(0, at - Date.now()), 2_147_483_647);
      timeout = setTimeout(() => (Date.now() < at ? arm() : void action()), wait);
      timeout.unref();
    };
    arm();
    return { cancel: () => clearTimeout(timeout) };
  }

  hold(): () => void {
    return () => undefined;
  }
}
