import { AwsError } from '../../local/aws-error';
import type { Caller } from '../../local/caller';
import { operator } from '../../local/caller';
import { ManualClock } from '../../local/clock';
import type { JsonService } from '../../local/service';
import type { ExecutionDescription } from '../../local/stand-ins/state-machine/describe';
import type { HistoryEvent } from '../../local/stand-ins/state-machine/history';
import type { Integrations, Invocation, Transition } from '../../local/stand-ins/state-machine/integrations';
import { StateMachineStandIn } from '../../local/stand-ins/state-machine/stand-in';
import type { Json, State, StateMachine, TaskState } from '../../workflows/asl';
import { temporaryFolder } from './temporary-folder';

export const START = Date.UTC(2026, 10, 20, 0, 30);
export const MACHINE = 'arn:aws:states:eu-west-1:000000000000:stateMachine:compaction';
export const ROLE = 'arn:aws:iam::000000000000:role/machine';

export const machineOf = (states: Readonly<Record<string, State>>, rest: Partial<StateMachine> = {}): StateMachine => ({
  Comment: 'a test',
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0] ?? '',
  TimeoutSeconds: 3600,
  States: states,
  ...rest,
});

/** A task that invokes the function `name` with the state's input. */
export const invoking = (name: string, rest: Partial<TaskState> = { End: true }): State =>
  ({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: name, Payload: '{% $states.input %}' },
    TimeoutSeconds: 60,
    Output: '{% $states.result.Payload %}',
    ...rest,
  }) as State;

export const querying = (rest: Partial<TaskState> = { End: true }): State =>
  ({
    Type: 'Task',
    Resource: 'arn:aws:states:::athena:startQueryExecution.sync',
    Arguments: { QueryString: 'SELECT 1' },
    TimeoutSeconds: 60,
    ...rest,
  }) as State;

type Payload = Record<string, never> & Json;
export type FunctionFake = (payload: Payload, caller: Caller) => unknown;

/** What a fake function throws to fail as a Lambda function does. */
export class FunctionError extends Error {
  constructor(readonly payload: Json) {
    super('a function failed');
  }
}

export interface FakeQuery {
  readonly id: string;
  readonly input: Readonly<Record<string, unknown>>;
  state: string;
  end: (state: string) => void;
}

export interface Setup {
  readonly states?: Readonly<Record<string, State>>;
  readonly machine?: StateMachine;
  readonly functions?: Readonly<Record<string, FunctionFake>>;
  readonly objects?: Readonly<Record<string, string>>;
  readonly dataDirectory?: string;
  readonly clock?: ManualClock;
  /** Queries end at once in this state; absent: when the test says so. */
  readonly queriesEnd?: string;
  readonly glue?: (input: Readonly<Record<string, unknown>>) => object;
}

/** A state machine on a clock that is advanced by hand, with fake services behind it. */
export const openMachine = (setup: Setup) => {
  const clock = setup.clock ?? new ManualClock(START);
  const dataDirectory = setup.dataDirectory ?? temporaryFolder('machine');
  const queries: FakeQuery[] = [];
  const stopped: string[] = [];
  const transitions: Transition[] = [];
  const callers: string[] = [];
  const waiting = new Map<string, Promise<void>>();
  const find = (id: unknown): FakeQuery => {
    const query = queries.find((one) => one.id === id);
    if (query === undefined) throw new AwsError('InvalidRequestException', `QueryExecution ${String(id)} was not found`);
    return query;
  };
  const athena: JsonService = {
    name: 'athena',
    targetPrefix: 'AmazonAthena',
    jsonVersion: '1.1',
    operations: {
      StartQueryExecution: async (input, caller) => {
        callers.push(caller.arn);
        const id = `query-${queries.length}`;
        const ended = new Promise<void>((resolve) => {
          queries.push({
            id,
            input,
            state: 'RUNNING',
            end: (state) => {
              find(id).state = state;
              resolve();
            },
          });
        });
        waiting.set(id, ended);
        if (setup.queriesEnd !== undefined) find(id).end(setup.queriesEnd);
        return { QueryExecutionId: id };
      },
      GetQueryExecution: async ({ QueryExecutionId: id }) => ({
        QueryExecution: { QueryExecutionId: id, Status: { State: find(id).state }, Statistics: { DataScannedInBytes: 1 } },
      }),
      StopQueryExecution: async ({ QueryExecutionId: id }) => {
        stopped.push(String(id));
        find(id).end('CANCELLED');
        return {};
      },
    },
  };
  const invoke = async (caller: Caller, name: string, payload: string): Promise<Invocation> => {
    callers.push(caller.arn);
    const fake = setup.functions?.[name];
    if (fake === undefined) throw new AwsError('ResourceNotFoundException', `Function not found: ${name}`, 404);
    try {
      return { payload: await fake(JSON.parse(payload) as Payload, caller) };
    } catch (error) {
      if (error instanceof FunctionError) return { payload: error.payload, functionError: 'Unhandled' };
      throw error;
    }
  };
  const integrations: Integrations = {
    invokeFunction: invoke,
    athena,
    waitForQuery: (id) => waiting.get(id) ?? Promise.reject(new Error(`no query ${id}`)),
    glue: {
      operations: { DeleteTable: async (input) => setup.glue?.(input) ?? {} },
    },
    readObject: async (_caller, bucket, key) => {
      const body = setup.objects?.[`${bucket}/${key}`];
      if (body === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
      return Buffer.from(body);
    },
  };
  const definition = JSON.stringify(setup.machine ?? machineOf(setup.states ?? {}));
  const standIn = new StateMachineStandIn({
    machines: [{ arn: MACHINE, name: 'compaction', roleArn: ROLE, definition }],
    clock,
    integrations,
    dataDirectory,
    region: 'eu-west-1',
    accountId: '000000000000',
    onTransition: (transition) => transitions.push(transition),
  });
  const call = async <T = Record<string, unknown>>(
    operation: string,
    input: Readonly<Record<string, unknown>> = {},
  ): Promise<T> => {
    const run = standIn.service.operations[operation];
    if (run === undefined) throw new Error(`there is no ${operation}`);
    return (await run(input, operator('000000000000'))) as T;
  };
  const start = async (input: Json = {}, name?: string): Promise<string> => {
    const request = { stateMachineArn: MACHINE, input: JSON.stringify(input), ...(name === undefined ? {} : { name }) };
    return (await call<{ executionArn: string }>('StartExecution', request)).executionArn;
  };
  const describe = (executionArn: string): Promise<ExecutionDescription> =>
    call<ExecutionDescription & Record<string, unknown>>('DescribeExecution', { executionArn });
  return {
    clock,
    standIn,
    dataDirectory,
    queries,
    stopped,
    transitions,
    callers,
    call,
    start,
    describe,
    /** Starts an execution, lets virtual time pass and answers how it ended. */
    run: async (input: Json = {}, milliseconds = 7_200_000): Promise<ExecutionDescription> => {
      const arn = await start(input);
      await clock.advance(milliseconds);
      return describe(arn);
    },
    history: async (executionArn: string): Promise<readonly HistoryEvent[]> =>
      (await call<{ events: readonly HistoryEvent[] }>('GetExecutionHistory', { executionArn, maxResults: 1000 })).events,
  };
};

export const outputOf = (description: ExecutionDescription): unknown => JSON.parse(description.output ?? 'null');
