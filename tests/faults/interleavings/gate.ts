import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Where every AWS call of the runs under test waits. A scheduler lets one of them through at a time, so the order in which the calls
 * of two runs take effect is the schedule's alone. Whoever calls is known by the asynchronous context that it runs in.
 */
export interface Actor {
  /** A run, or what is left of one: `A`, `A's publish`. */
  name: string;
  /** The function invocation that the call is made in; none for what the state machine calls itself. */
  readonly invocation: Invocation | undefined;
}

export const acting = new AsyncLocalStorage<Actor>();

/** One invocation of a function, for the count of what is under way. */
export interface Invocation {
  readonly functionName: string;
  readonly event: unknown;
  /** Calls that wait at the gate. */
  waiting: number;
  /** Calls that were let through and have no answer yet. */
  underWay: number;
}

/** A call that is about to be let through. */
export interface Release {
  readonly actor: string;
  readonly label: string;
  readonly invocation: Invocation | undefined;
  /** What `onArrival` answered when the call was made. */
  readonly noted: unknown;
}

interface Ticket {
  readonly noted: unknown;
  readonly actor: Actor;
  readonly label: string;
  readonly order: number;
  readonly letThrough: () => Promise<void>;
}

/** Turns of the event loop without a new arrival after which everything that can move has moved. */
const QUIET_TURNS = 4;
/** What a computation between two calls (inflating a ledger, say) may take before the schedule goes on without it, in turns. */
const PATIENCE_TURNS = 5_000;

export class Gate {
  /** The calls that were let through, in order: the interleaving itself. */
  readonly trace: string[] = [];
  /** Told of a call that is made and has to wait. */
  onArrival: (call: Omit<Release, 'noted'>) => unknown = () => undefined;
  /** Told of a call that is about to be let through. */
  onRelease: (release: Release) => Promise<void> = () => Promise.resolve();
  readonly #gated = new Set<string>();
  readonly #tickets: Ticket[] = [];
  readonly #invocations = new Set<Invocation>();
  #arrivals = 0;
  #underWay = 0;

  /** From now on the calls of this actor wait. */
  close(actor: string): void {
    this.#gated.add(actor);
  }

  /** Runs a function's invocation as part of what the caller does. */
  async invocation<T>(actor: Actor & { readonly invocation: Invocation }, work: () => Promise<T>): Promise<T> {
    this.#invocations.add(actor.invocation);
    try {
      return await acting.run(actor, work);
    } finally {
      this.#invocations.delete(actor.invocation);
    }
  }

  /** Makes a call when it is its turn; at once, where its actor is not gated. */
  async pass<T>(label: string, call: () => Promise<T>): Promise<T> {
    const actor = acting.getStore();
    if (actor === undefined) return call();
    const { invocation } = actor;
    const made = async (): Promise<T> => {
      this.#underWay++;
      if (invocation !== undefined) invocation.underWay++;
      try {
        return await call();
      } finally {
        this.#underWay--;
        if (invocation !== undefined) invocation.underWay--;
      }
    };
    if (!this.#gated.has(actor.name)) return made();
    return new Promise<T>((resolve, reject) => {
      if (invocation !== undefined) invocation.waiting++;
      this.#tickets.push({
        noted: this.onArrival({ actor: actor.name, label, invocation }),
        actor,
        label,
        order: this.#arrivals++,
        letThrough: async () => {
          if (invocation !== undefined) invocation.waiting--;
          await made().then(resolve, reject);
        },
      });
    });
  }

  /** Lets everybody through from now on, those who wait already first. */
  async open(): Promise<void> {
    this.#gated.clear();
    await Promise.all(this.#tickets.splice(0).map((ticket) => ticket.letThrough()));
  }

  /** Who has a call waiting, by name. */
  waiting(): readonly string[] {
    return [...new Set(this.#tickets.map(({ actor }) => actor.name))].sort();
  }

  /** What an actor's next calls are. */
  labelsOf(name: string): readonly string[] {
    return this.#tickets.filter(({ actor }) => actor.name === name).map(({ label }) => label);
  }

  /** Lets one call of an actor through, and waits for its answer. `draw` (0 to 1) chooses among those that it makes at once. */
  async release(name: string, draw: number): Promise<string> {
    const own = this.#tickets
      .filter(({ actor }) => actor.name === name)
      .sort((left, right) => (left.label < right.label ? -1 : left.label > right.label ? 1 : left.order - right.order));
    const ticket = own[Math.floor(draw * own.length)];
    if (ticket === undefined) throw new Error(`${name} has no call at the gate`);
    this.#tickets.splice(this.#tickets.indexOf(ticket), 1);
    this.trace.push(`${name}: ${ticket.label}`);
    await this.onRelease({ actor: name, label: ticket.label, invocation: ticket.actor.invocation, noted: ticket.noted });
    await ticket.letThrough();
    return ticket.label;
  }

  /** Waits until nothing moves without the schedule: every invocation stands at the gate, or is over. */
  async settle(): Promise<void> {
    let [quiet, seen] = [0, -1];
    for (let turn = 0; quiet < QUIET_TURNS; turn++) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      const computes = [...this.#invocations].some(({ waiting, underWay }) => waiting === 0 && underWay === 0);
      const moves = this.#underWay > 0 || (computes && turn < PATIENCE_TURNS) || this.#arrivals !== seen;
      seen = this.#arrivals;
      quiet = moves ? 0 : quiet + 1;
    }
  }
}
