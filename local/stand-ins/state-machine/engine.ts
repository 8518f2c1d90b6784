import { createHash } from 'node:crypto';
import { messageOf } from '../../../contracts/errors';
import type { Json, StateMachine } from '../../../workflows/asl';
import { callerOf } from '../../caller';
import type { Clock } from '../../clock';
import { parseDefinition } from './definition';
import type { Integrations, Transition } from './integrations';
import type { Scope, Surroundings } from './life';
import { Life } from './life';
import { Cut, type Lifeline } from './lifeline';
import { perform } from './perform';
import { uuidOf } from './randomness';
import type { Ending, Execution, MapRun, Store } from './store';
import type { Strand } from './strand';
import { runStrand } from './strand';
import { failureOf } from './task';

export interface EngineOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly integrations: Integrations;
  readonly region: string;
  readonly accountId: string;
  readonly onTransition: (transition: Transition) => void;
}

/** What a new execution is made of. */
export interface NewExecution {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly machineName: string;
  readonly roleArn: string;
  readonly definition: string;
  readonly input: string;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Begins, goes on with and ends the lives of executions. */
export class Engine {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #around: Surroundings;
  readonly #lives = new Map<string, Life>();
  readonly #waiters = new Map<string, Waiter[]>();
  readonly #definitions = new Map<string, StateMachine>();
  #closed = false;

  constructor(options: EngineOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#around = {
      ...options,
      runChild: (parent, mapRun, index, input, lifeline) => this.#runChild(parent, mapRun, index, input, lifeline),
      onEnded: (life) => this.#ended(life),
    };
  }

  start(execution: NewExecution): Execution {
    const { definition, ...rest } = execution;
    const definitionId = createHash('sha256').update(definition).digest('hex');
    if (!this.#store.definitions.has(definitionId))
      this.#store.record({ kind: 'definition', id: definitionId, text: definition });
    const started = { ...rest, definitionId, startedAt: this.#clock.now(), order: this.#store.nextOrder };
    this.#store.record({ kind: 'started', started });
    const { arn, input, roleArn } = started;
    this.#begin(arn, (life) => life.append(0, 'ExecutionStarted', { input, roleArn }));
    return this.#store.execution(arn);
  }

  /** Goes on with a closed execution from the state in which it ended. */
  redrive(arn: string, token: string | undefined): void {
    this.#store.record({ kind: 'redriven', arn, at: this.#clock.now(), ...(token === undefined ? {} : { token }) });
    const { redriveCount } = this.#store.execution(arn);
    this.#begin(arn, (life) => life.append(life.execution.history.length, 'ExecutionRedriven', { redriveCount }));
  }

  /**
   * Takes up what was running when the process ended, each line at the state it had entered: that state's work is done again, as
   * anything that is delivered at least once may be. Children go on with their Map; those without one are aborted.
   */
  resume(): readonly string[] {
    const running = [...this.#store.executions.values()].filter((execution) => execution.status === 'RUNNING');
    const rootOf = (execution: Execution): Execution =>
      execution.child === undefined
        ? execution
        : rootOf(this.#store.execution(this.#store.mapRun(execution.child.mapRunArn).executionArn));
    const resumed: string[] = [];
    for (const execution of running) {
      const { arn, child } = execution;
      const obstacle =
        rootOf(execution).status === 'RUNNING' ? this.#obstacle(execution) : 'The execution around this one has ended.';
      if (obstacle !== undefined)
        this.#lifeOf(execution).end({ status: 'ABORTED', at: this.#clock.now(), error: 'States.Runtime', cause: obstacle });
      else if (child === undefined) {
        this.#store.record({ kind: 'resumed', arn });
        this.#begin(arn, () => undefined);
        resumed.push(arn);
      }
    }
    return resumed;
  }

  /** Why an execution of an earlier process cannot go on in this one. */
  #obstacle(execution: Execution): string | undefined {
    try {
      this.#machineOf(execution.definitionId);
      return undefined;
    } catch (error) {
      return `The host was restarted, and cannot go on: ${messageOf(error)}`;
    }
  }

  /** Ends a running execution from outside. */
  abort(arn: string, error: string | undefined, cause: string | undefined): void {
    const execution = this.#store.execution(arn);
    if (execution.status !== 'RUNNING') return;
    // One that waits to be resumed has no life yet.
    (this.#lives.get(arn) ?? this.#lifeOf(execution)).end({
      status: 'ABORTED',
      at: this.#clock.now(),
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
    });
  }

  /** Resolves when an execution is closed; rejects when the host closes before. */
  async waitFor(arn: string): Promise<void> {
    if (this.#store.execution(arn).status !== 'RUNNING') return;
    await new Promise<void>((resolve, reject) =>
      this.#waiters.set(arn, [...(this.#waiters.get(arn) ?? []), { resolve, reject }]),
    );
  }

  /** Leaves all that runs as it is, to be resumed. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const life of [...this.#lives.values()]) life.lifeline.cut(new Cut('CLOSED'));
    this.#lives.clear();
    for (const { reject } of [...this.#waiters.values()].flat())
      reject(new Error('The host was closed before the execution ended.'));
    this.#waiters.clear();
    this.#store.close();
  }

  #begin(arn: string, open: (life: Life) => void): Life {
    const execution = this.#store.execution(arn);
    const life = this.#lifeOf(execution);
    this.#lives.set(arn, life);
    const scope = this.#scopeOf(execution);
    open(life);
    this.#limit(life);
    void this.#live(life, scope);
    return life;
  }

  #lifeOf(execution: Execution): Life {
    return new Life(this.#around, execution, callerOf(execution.roleArn));
  }

  #scopeOf(execution: Execution): Scope {
    const machine = this.#machineOf(execution.definitionId);
    if (execution.child === undefined) return machine;
    const { place, executionArn } = this.#store.mapRun(execution.child.mapRunArn);
    return processorAt(this.#scopeOf(this.#store.execution(executionArn)), place);
  }

  #machineOf(definitionId: string): StateMachine {
    const known = this.#definitions.get(definitionId);
    if (known !== undefined) return known;
    const machine = parseDefinition(this.#store.definitions.get(definitionId) ?? '');
    this.#definitions.set(definitionId, machine);
    return machine;
  }

  /** The machine's own timeout; a redrive starts it anew. Children have none but their parent's. */
  #limit(life: Life): void {
    const { execution, lifeline } = life;
    if (execution.child !== undefined) return;
    const { TimeoutSeconds: seconds } = this.#machineOf(execution.definitionId);
    const at = (execution.redrivenAt ?? execution.startedAt) + seconds * 1000;
    const cause = `The execution did not end within the ${seconds} seconds of its state machine.`;
    const timer = this.#clock.schedule(at, () =>
      life.end({ status: 'TIMED_OUT', at: this.#clock.now(), error: 'States.Timeout', cause }),
    );
    lifeline.onCut(() => timer.cancel());
  }

  async #live(life: Life, scope: Scope): Promise<void> {
    const root: Strand = {
      life,
      lifeline: life.lifeline,
      scope,
      path: '',
      outer: {},
      seed: life.seed,
      item: undefined,
      previous: life.execution.history.length,
    };
    let ending: Ending;
    try {
      const output = await runStrand(root, life.input, perform);
      ending = { status: 'SUCCEEDED', at: this.#clock.now(), output: JSON.stringify(output) };
    } catch (error) {
      // Whatever cut the life has recorded its end, or the host closes.
      if (error instanceof Cut) return;
      const failure = failureOf(error);
      ending = {
        status: 'FAILED',
        at: this.#clock.now(),
        error: failure.error.slice(0, 256),
        cause: failure.cause.slice(0, 32_768),
      };
    }
    life.end(ending, root.previous);
  }

  #ended(life: Life): void {
    const { arn } = life.execution;
    this.#lives.delete(arn);
    for (const { resolve } of this.#waiters.get(arn) ?? []) resolve();
    this.#waiters.delete(arn);
  }

  async #runChild(parent: Life, mapRun: MapRun, index: number, input: Json, lifeline: Lifeline): Promise<Execution> {
    lifeline.check();
    const life = this.#beginChild(parent, mapRun, index, input);
    if (life === undefined) return this.#childOf(mapRun, index);
    const forget = lifeline.onCut(({ reason }) => {
      if (reason === 'CLOSED') life.lifeline.cut(new Cut('CLOSED'));
      else life.end({ status: 'ABORTED', at: this.#clock.now() });
    });
    try {
      if (life.execution.status === 'RUNNING') await new Promise<void>((resolve) => life.lifeline.onCut(() => resolve()));
    } finally {
      forget();
    }
    if (this.#closed) throw new Cut('CLOSED');
    return life.execution;
  }

  #childOf(mapRun: MapRun, index: number): Execution {
    return this.#store.execution(mapRun.children[index] ?? '');
  }

  /** Nothing, where the item's child has ended and counts as it is. */
  #beginChild(parent: Life, mapRun: MapRun, index: number, input: Json): Life | undefined {
    if (mapRun.children[index] === undefined) return this.#startChild(parent, mapRun, index, input);
    const child = this.#childOf(mapRun, index);
    if (child.status === 'RUNNING') {
      this.#store.record({ kind: 'resumed', arn: child.arn });
      return this.#begin(child.arn, () => undefined);
    }
    if (child.status === 'SUCCEEDED' || child.redriveCount >= mapRun.redriveCount) return undefined;
    this.redrive(child.arn, undefined);
    return this.#lives.get(child.arn);
  }

  #startChild(parent: Life, mapRun: MapRun, index: number, input: Json): Life {
    const { machineArn, machineName, roleArn, definitionId } = parent.execution;
    const name = uuidOf(`${mapRun.arn} ${index}`);
    const { region, accountId } = this.#around;
    const arn = `arn:aws:states:${region}:${accountId}:execution:${machineName}/${mapRun.label}:${name}`;
    const text = JSON.stringify(input);
    this.#store.record({
      kind: 'started',
      started: {
        arn,
        name,
        machineArn: `${machineArn.split('/')[0]}/${mapRun.label}`,
        machineName,
        roleArn,
        definitionId,
        input: text,
        startedAt: this.#clock.now(),
        order: this.#store.nextOrder,
        child: { mapRunArn: mapRun.arn, index },
      },
    });
    return this.#begin(arn, (life) => life.append(0, 'ExecutionStarted', { input: text, roleArn }));
  }
}

/** The processor of the Map at a place: `Outer/3/Inner` is the Map `Inner` inside the inline Map `Outer`. */
const processorAt = (scope: Scope, place: string): Scope => {
  const [name, , ...rest] = place.split('/');
  const state = scope.States[name ?? ''];
  if (state?.Type !== 'Map') throw new Error(`There is no Map at "${place}".`);
  return rest.length === 0 ? state.ItemProcessor : processorAt(state.ItemProcessor, rest.join('/'));
};
