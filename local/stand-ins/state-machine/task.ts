import { messageOf } from '../../../contracts/errors';
import type { Json, TaskState } from '../../../workflows/asl';
import { AwsError } from '../../aws-error';
import { holdingPausably, type PausableHold } from '../../clock';
import { isRecord } from './checks';
import type { MachineOperation } from './integrations';
import type { Life } from './life';
import { Cut, type Lifeline } from './lifeline';
import { StateError, payloadText } from './state-error';
import type { Outcome, Step, Strand } from './strand';
import { evaluateField, leave, nextOf, note } from './strand';

type Arguments = Readonly<Record<string, Json>>;

interface Integration {
  readonly resourceType: string;
  readonly resource: string;
  /** Answers the task's result. `task` is cut when the task times out or its execution ends. */
  readonly run: (strand: Strand, step: Step, args: Arguments, task: Lifeline) => Promise<Json>;
}

/** Runs one attempt of a Task: evaluates its arguments, calls the service as the machine's role, and shapes the output. */
export const performTask = async (strand: Strand, state: TaskState, step: Step, attempt: number): Promise<Outcome> => {
  const integration = INTEGRATIONS[state.Resource];
  const { resourceType, resource } = integration;
  const args = await evaluateField(strand, step, 'Arguments', state.Arguments, { attempt });
  const parameters = payloadText(args, `The arguments of the state '${step.name}'`);
  if (!isRecord(args))
    throw new StateError('States.QueryEvaluationError', `The arguments of the state '${step.name}' must be an object.`);
  const { region } = strand.life.around;
  const { TimeoutSeconds: timeoutInSeconds } = state;
  note(strand, 'TaskScheduled', { resourceType, resource, region, parameters, timeoutInSeconds });
  note(strand, 'TaskStarted', { resourceType, resource });
  const result = await withTimeout(strand, timeoutInSeconds, (task) => integration.run(strand, step, args, task)).then(
    (answer) => {
      const output = payloadText(answer, `The result of the state '${step.name}'`);
      note(strand, 'TaskSucceeded', { resourceType, resource, output });
      return answer;
    },
    (error: unknown) => {
      if (!(error instanceof StateError)) throw error;
      const details = { resourceType, resource, error: error.error, cause: error.cause };
      note(strand, error.error === 'States.Timeout' ? 'TaskTimedOut' : 'TaskFailed', details);
      throw error;
    },
  );
  return leave(strand, step, state, result, nextOf(state), { attempt, result });
};

const withTimeout = async <T>(strand: Strand, seconds: number, work: (task: Lifeline) => Promise<T>): Promise<T> => {
  const { clock } = strand.life.around;
  const task = strand.lifeline.branch();
  let expired = false;
  const timer = clock.schedule(clock.now() + seconds * 1000, () => {
    expired = true;
    task.cut(new Cut('TIMED_OUT'));
  });
  try {
    return await task.race(work(task));
  } catch (error) {
    if (expired && error instanceof Cut && !strand.lifeline.isCut)
      throw new StateError('States.Timeout', `The task did not end within its ${seconds} seconds.`);
    throw error;
  } finally {
    timer.cancel();
    task.detach();
  }
};

const textOf = (args: Arguments, name: string, step: Step): string => {
  const value = args[name];
  if (typeof value !== 'string' || value === '')
    throw new StateError('States.Runtime', `The arguments of the state '${step.name}' must have a text "${name}".`);
  return value;
};

const serviceError = (service: string, error: unknown): unknown =>
  error instanceof AwsError
    ? new StateError(`${service}.${error.code}`, `${error.message} (Service: ${service}, Status Code: ${error.status})`)
    : error;

/** Makes one call of a service as the machine's role; what it throws is named `<Service>.<code>`. */
const call = async <T>(life: Life, service: string, work: (hold: PausableHold) => Promise<T>): Promise<T> => {
  try {
    return await holdingPausably(life.around.clock, work);
  } catch (error) {
    throw serviceError(service, error);
  }
};

const operationOf = (operations: Readonly<Record<string, MachineOperation>>, name: string): MachineOperation => {
  const operation = operations[name];
  if (operation === undefined) throw new Error(`The service that the state machine was given has no ${name}.`);
  return operation;
};

/** Answers of a service as the payload that they become. */
const asJson = (answer: unknown): Json => JSON.parse(JSON.stringify(answer) ?? 'null') as Json;

const invokeFunction = async (strand: Strand, step: Step, args: Arguments): Promise<Json> => {
  const { life } = strand;
  const unknown = Object.keys(args).filter((name) => name !== 'FunctionName' && name !== 'Payload');
  if (unknown.length > 0)
    throw new StateError('States.Runtime', `lambda:invoke has arguments that are not modelled: ${unknown.join(', ')}.`);
  const name = textOf(args, 'FunctionName', step);
  const { payload: answer, functionError } = await call(life, 'Lambda', (hold) =>
    life.around.integrations.invokeFunction(life.caller, name, JSON.stringify(args['Payload'] ?? {}), hold),
  );
  const payload = asJson(answer);
  if (functionError === undefined) return { ExecutedVersion: '$LATEST', Payload: payload, StatusCode: 200 };
  const type = isRecord(payload) ? payload['errorType'] : undefined;
  throw new StateError(typeof type === 'string' && type !== '' ? type : 'Lambda.Unknown', JSON.stringify(payload));
};

const runQuery = async (strand: Strand, _step: Step, args: Arguments, task: Lifeline): Promise<Json> => {
  const { life } = strand;
  const { athena, waitForQuery } = life.around.integrations;
  const ask = (name: string, input: Arguments): Promise<object> =>
    call(life, 'Athena', (hold) => operationOf(athena.operations, name)(input, life.caller, hold));
  const started = asJson(await ask('StartQueryExecution', args));
  const id = isRecord(started) ? started['QueryExecutionId'] : undefined;
  if (typeof id !== 'string') throw new Error(`StartQueryExecution answered ${JSON.stringify(started)}.`);
  const forget = task.onCut(({ reason }) => {
    // Best effort, as in AWS: the query may have ended, and its execution has gone on without it. A closing host stops its queries itself.
    if (reason !== 'CLOSED') ask('StopQueryExecution', { QueryExecutionId: id }).catch(() => undefined);
  });
  try {
    task.check();
    note(strand, 'TaskSubmitted', {
      resourceType: 'athena',
      resource: 'startQueryExecution.sync',
      output: JSON.stringify(started),
    });
    await task.race(waitForQuery(id));
  } finally {
    forget();
  }
  const result = asJson(await ask('GetQueryExecution', { QueryExecutionId: id }));
  const query = isRecord(result) && isRecord(result['QueryExecution']) ? result['QueryExecution'] : {};
  const status = isRecord(query['Status']) ? query['Status'] : {};
  if (status['State'] === 'SUCCEEDED') return result;
  if (status['State'] === 'FAILED' || status['State'] === 'CANCELLED')
    throw new StateError('States.TaskFailed', JSON.stringify(result));
  throw new Error(`The query ${id} was said to have ended and is ${JSON.stringify(status['State'])}.`);
};

const deleteTable = async (strand: Strand, _step: Step, args: Arguments): Promise<Json> => {
  const { life } = strand;
  const { glue } = life.around.integrations;
  return asJson(await call(life, 'Glue', (hold) => operationOf(glue.operations, 'DeleteTable')(args, life.caller, hold)));
};

const INTEGRATIONS: Readonly<Record<TaskState['Resource'], Integration>> = {
  'arn:aws:states:::lambda:invoke': { resourceType: 'lambda', resource: 'invoke', run: invokeFunction },
  'arn:aws:states:::athena:startQueryExecution.sync': {
    resourceType: 'athena',
    resource: 'startQueryExecution.sync',
    run: runQuery,
  },
  'arn:aws:states:::aws-sdk:glue:deleteTable': { resourceType: 'aws-sdk:glue', resource: 'deleteTable', run: deleteTable },
};

/** Whatever else was thrown is a fault of the host or of a definition that was not checked. */
export const failureOf = (error: unknown): StateError =>
  error instanceof StateError
    ? error
    : new StateError('States.Runtime', error instanceof Error ? (error.stack ?? error.message) : messageOf(error));
