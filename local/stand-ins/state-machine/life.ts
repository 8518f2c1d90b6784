import type { Json, State, StateMachine } from '../../../workflows/asl';
import type { Caller } from '../../caller';
import type { Clock } from '../../clock';
import type { Details, EventType, HistoryEvent } from './history';
import { HISTORY_LIMIT, historyEvent } from './history';
import type { Integrations, Transition } from './integrations';
import { Cut, Lifeline } from './lifeline';
import type { Ending, Execution, MapRun, Store, Variables } from './store';

/** What a life needs of the engine around it. */
export interface Surroundings {
  readonly store: Store;
  readonly clock: Clock;
  readonly integrations: Integrations;
  readonly region: string;
  readonly accountId: string;
  readonly onTransition: (transition: Transition) => void;
  /** Runs (or goes on with) the child execution of one item; resolves when it has ended, unless the host closes. */
  readonly runChild: (parent: Life, mapRun: MapRun, index: number, input: Json, lifeline: Lifeline) => Promise<Execution>;
  readonly onEnded: (life: Life) => void;
}

/** The states that an execution or a child execution runs through. */
export type Scope = Pick<StateMachine, 'StartAt'> & { readonly States: { readonly [name: string]: State } };

/** One life of an execution: from its start, its redrive or the host's restart until it ends or the host closes. */
export class Life {
  readonly lifeline = new Lifeline();
  readonly input: Json;
  /** Differs from that of an earlier life, so that what is drawn anew is new. */
  readonly seed: string;
  #ended = false;

  constructor(
    readonly around: Surroundings,
    readonly execution: Execution,
    readonly caller: Caller,
  ) {
    this.input = JSON.parse(execution.input) as Json;
    this.seed = `${execution.arn} ${execution.redriveCount}.${execution.resumeCount}`;
  }

  /** Adds an event and answers its id. The event before the last of a full history ends the execution instead. */
  append(previousEventId: number, type: EventType, details?: Details): number {
    const event = this.#event(previousEventId, type, details);
    this.around.store.record({ kind: 'event', arn: this.execution.arn, event });
    return event.id;
  }

  /** Adds the event of entering a state, and notes that the line of states stands there. */
  enter(previousEventId: number, type: EventType, details: Details, path: string, variables: Variables, visit: number): number {
    const event = this.#event(previousEventId, type, details);
    this.around.store.record({ kind: 'entered', arn: this.execution.arn, event, path, variables, visit });
    return event.id;
  }

  /** Ends the execution, unless it has ended, and cuts all that still hangs on it. */
  end(ending: Ending, previousEventId = this.execution.history.length): void {
    if (this.#ended || this.lifeline.isCut) return;
    this.#ended = true;
    const { arn, history } = this.execution;
    const [type, details] = closing(ending);
    const event = historyEvent(type, history.length + 1, previousEventId, ending.at, details);
    this.around.store.record({ kind: 'event', arn, event }, { kind: 'ended', arn, ending });
    this.lifeline.cut(new Cut(ending.status === 'SUCCEEDED' ? 'FAILED' : ending.status));
    this.around.onEnded(this);
  }

  #event(previousEventId: number, type: EventType, details?: Details): HistoryEvent {
    this.lifeline.check();
    const { history } = this.execution;
    const at = this.around.clock.now();
    if (history.length >= HISTORY_LIMIT - 1) {
      const cause = `The execution reached the maximum number of history events (${HISTORY_LIMIT}).`;
      this.end({ status: 'FAILED', at, error: 'States.Runtime', cause }, previousEventId);
      this.lifeline.check();
    }
    return historyEvent(type, history.length + 1, previousEventId, at, details);
  }
}

const closing = (ending: Ending): readonly [EventType, Details] => {
  const failure = {
    ...(ending.error === undefined ? {} : { error: ending.error }),
    ...(ending.cause === undefined ? {} : { cause: ending.cause }),
  };
  switch (ending.status) {
    case 'SUCCEEDED':
      return ['ExecutionSucceeded', { output: ending.output ?? 'null' }];
    case 'FAILED':
      return ['ExecutionFailed', failure];
    case 'ABORTED':
      return ['ExecutionAborted', failure];
    case 'TIMED_OUT':
      return ['ExecutionTimedOut', failure];
  }
};
