import { DescribeExecutionCommand, GetExecutionHistoryCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { runOf } from '../handlers/validate/core';

/** A run as the state machine names it; the id follows from the execution alone. */
export const runIdOf = (executionArn: string, startedAt: Date): string =>
  runOf({ input: {}, executionArn, startedAt: startedAt.toISOString() }).run;

export interface EndedExecution {
  readonly status: string;
  readonly run: string;
  /** What the last state gave; undefined unless it succeeded. */
  readonly output: unknown;
  readonly error: string | undefined;
  readonly cause: string | undefined;
}

export interface Following {
  readonly client: Pick<SFNClient, 'send'>;
  readonly executionArn: string;
  /** Told the name of the state that was entered last, whenever it is another one. */
  readonly onState: (name: string) => void;
  /** Told once when nothing has happened for `idleMillis`. */
  readonly onIdle: () => void;
  readonly idleMillis: number;
  readonly pause: (milliseconds: number) => Promise<void>;
}

const FIRST_PAUSE_MILLIS = 50;
const LONGEST_PAUSE_MILLIS = 1_000;

const lastStateOf = async (client: Pick<SFNClient, 'send'>, executionArn: string): Promise<string | undefined> => {
  const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 20 }));
  return events.find(({ stateEnteredEventDetails }) => stateEnteredEventDetails !== undefined)?.stateEnteredEventDetails?.name;
};

/** Waits until an execution has ended, telling the states that it enters. */
export const follow = async ({
  client,
  executionArn,
  onState,
  onIdle,
  idleMillis,
  pause,
}: Following): Promise<EndedExecution> => {
  let [state, idle, told] = [undefined as string | undefined, 0, false];
  for (let wait = FIRST_PAUSE_MILLIS; ; wait = Math.min(LONGEST_PAUSE_MILLIS, wait * 1.5)) {
    const {
      status = 'RUNNING',
      startDate = new Date(0),
      output,
      error,
      cause,
    } = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING' && status !== 'PENDING_REDRIVE') {
      return {
        status,
        run: runIdOf(executionArn, startDate),
        output: output === undefined ? undefined : (JSON.parse(output) as unknown),
        error,
        cause,
      };
    }
    const entered = await lastStateOf(client, executionArn);
    idle = entered === state ? idle + wait : 0;
    if (entered !== undefined && entered !== state) onState(entered);
    state = entered;
    if (idle >= idleMillis && !told) {
      told = true;
      onIdle();
    }
    await pause(wait);
  }
};
