import { AwsError } from '../../aws-error';
import type { Clock } from '../../clock';
import type { JsonService, Operation } from '../../service';
import {
  describeExecution,
  describeMachine,
  describeMapRun,
  redriveObstacle,
  summariseExecution,
  summariseMapRun,
  type ExecutionDescription,
} from './describe';
import { Engine } from './engine';
import { withoutData } from './history';
import type { Integrations, Transition } from './integrations';
import { arnOf, executionInput, executionName, only, optionalChoice, optionalFlag, optionalText, page } from './parameters';
import { uuidOf } from './randomness';
import type { StateMachineSettings } from './settings';
import { REMEMBERED_MILLIS, Store, type Execution, type MapRun } from './store';

const EXECUTION_STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'] as const;

/**
 * AWS Step Functions, STANDARD workflows in JSONata.
 * Pages followed: the API reference, "Transforming data with JSONata", "Passing data between states with variables", "Handling
 * errors", "Map state in Distributed mode", "Redriving executions", "Service quotas".
 *
 * Inputs honoured: name, roleArn (every task is called as it), definition (the language of workflows/asl.ts), type. Ignored, and
 * why: `ignoredInputs` in settings.ts.
 *
 * Time: the clock is held while expressions and calls are under way, and passes during Wait states, the pauses of Retry and (as
 * Athena's stand-in holds it) not during queries. A Lambda function that runs when its execution is stopped still ends; its result
 * is ignored. A restart of the host takes executions up again at the states they had entered (`resume`): Wait states end when
 * they would have, tasks are called once more, finished iterations and children are kept, counts of retries begin anew.
 */
export interface StateMachineOptions {
  readonly machines: readonly StateMachineSettings[];
  readonly clock: Clock;
  readonly integrations: Integrations;
  /** `executions.jsonl` is kept in it. */
  readonly dataDirectory: string;
  readonly region: string;
  readonly accountId: string;
  readonly onTransition?: (transition: Transition) => void;
}

export class StateMachineStandIn {
  readonly service: JsonService;
  readonly #options: StateMachineOptions;
  readonly #store: Store;
  readonly #engine: Engine;
  readonly #openedAt: number;

  constructor(options: StateMachineOptions) {
    this.#options = options;
    this.#openedAt = options.clock.now();
    this.#store = Store.open(options.dataDirectory, this.#openedAt);
    const { clock, integrations, region, accountId, onTransition = () => undefined } = options;
    this.#engine = new Engine({ store: this.#store, clock, integrations, region, accountId, onTransition });
    this.service = { name: 'states', targetPrefix: 'AWSStepFunctions', jsonVersion: '1.0', operations: this.#operations() };
  }

  /** Takes up the executions that were running when the process ended; call it once all that they call is there. Answers their ARNs. */
  resume(): readonly string[] {
    return this.#engine.resume();
  }

  /** What DescribeExecution answers, once the execution is closed. Throws `ExecutionDoesNotExist`. */
  async waitForExecution(executionArn: string): Promise<ExecutionDescription> {
    const execution = this.#execution(executionArn);
    await this.#engine.waitFor(executionArn);
    return describeExecution(execution, this.#options.clock.now());
  }

  /** Leaves running executions to be resumed. Functions that run go on; what they answer is ignored. */
  close(): void {
    this.#engine.close();
  }

  #operations(): Readonly<Record<string, Operation>> {
    const operations: Readonly<Record<string, (input: Readonly<Record<string, unknown>>) => object>> = {
      StartExecution: (input) => this.#start(input),
      StopExecution: (input) => this.#stop(input),
      RedriveExecution: (input) => this.#redrive(input),
      DescribeExecution: (input) => {
        only(input, 'executionArn', 'includedData');
        return describeExecution(this.#execution(arnOf(input, 'executionArn', 'execution')), this.#options.clock.now());
      },
      ListExecutions: (input) => this.#list(input),
      GetExecutionHistory: (input) => this.#history(input),
      DescribeStateMachine: (input) => {
        only(input, 'stateMachineArn', 'includedData');
        return describeMachine(this.#machine(arnOf(input, 'stateMachineArn', 'stateMachine')), this.#openedAt);
      },
      DescribeStateMachineForExecution: (input) => this.#describeMachineFor(input),
      ListStateMachines: (input) => this.#listMachines(input),
      ListMapRuns: (input) => this.#listMapRuns(input),
      DescribeMapRun: (input) => {
        only(input, 'mapRunArn');
        return describeMapRun(this.#mapRun(arnOf(input, 'mapRunArn', 'mapRun')), this.#store);
      },
    };
    return Object.fromEntries(
      Object.entries(operations).map(([name, operation]): [string, Operation] => [
        name,
        async (input) => Promise.resolve(operation(input)),
      ]),
    );
  }

  /** The same name and input as a running execution's answers that one; a name is free again when its execution is forgotten. */
  #start(input: Readonly<Record<string, unknown>>): object {
    only(input, 'stateMachineArn', 'name', 'input', 'traceHeader');
    const machine = this.#machine(arnOf(input, 'stateMachineArn', 'stateMachine'));
    const now = this.#options.clock.now();
    const payload = executionInput(optionalText(input, 'input') ?? '{}');
    const name = executionName(optionalText(input, 'name') ?? uuidOf(`${machine.arn} ${this.#store.nextOrder} ${now}`));
    const arn = machine.arn.replace(':stateMachine:', ':execution:') + `:${name}`;
    const known = this.#store.executions.get(arn);
    if (known !== undefined && (known.ending === undefined || now - known.ending.at < REMEMBERED_MILLIS)) {
      if (known.status !== 'RUNNING' || known.input !== payload)
        throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
      return { executionArn: arn, startDate: known.startedAt / 1000 };
    }
    const { name: machineName, arn: machineArn, roleArn, definition } = machine;
    const execution = this.#engine.start({ arn, name, machineArn, machineName, roleArn, definition, input: payload });
    return { executionArn: arn, startDate: execution.startedAt / 1000 };
  }

  #stop(input: Readonly<Record<string, unknown>>): object {
    only(input, 'executionArn', 'error', 'cause');
    const execution = this.#execution(arnOf(input, 'executionArn', 'execution'));
    this.#engine.abort(execution.arn, optionalText(input, 'error'), optionalText(input, 'cause'));
    return { stopDate: (execution.ending?.at ?? this.#options.clock.now()) / 1000 };
  }

  #redrive(input: Readonly<Record<string, unknown>>): object {
    only(input, 'executionArn', 'clientToken');
    const execution = this.#execution(arnOf(input, 'executionArn', 'execution'));
    const token = optionalText(input, 'clientToken');
    if (token !== undefined && token === execution.redriveToken) return { redriveDate: (execution.redrivenAt ?? 0) / 1000 };
    const obstacle = redriveObstacle(execution, this.#options.clock.now());
    if (obstacle !== undefined)
      throw new AwsError('ExecutionNotRedrivable', `Execution Not Redrivable: '${execution.arn}': ${obstacle}`);
    this.#engine.redrive(execution.arn, token);
    return { redriveDate: (execution.redrivenAt ?? 0) / 1000 };
  }

  /** Newest first. */
  #list(input: Readonly<Record<string, unknown>>): object {
    only(input, 'stateMachineArn', 'mapRunArn', 'statusFilter', 'redriveFilter', 'maxResults', 'nextToken');
    const status = optionalChoice(input, 'statusFilter', EXECUTION_STATUSES);
    const redrive = optionalChoice(input, 'redriveFilter', ['REDRIVEN', 'NOT_REDRIVEN']);
    const selected = [...this.#store.executions.values()]
      .filter(this.#belongsTo(input))
      .filter((execution) => status === undefined || execution.status === status)
      .filter((execution) => redrive === undefined || execution.redriveCount > 0 === (redrive === 'REDRIVEN'))
      .sort((left, right) => right.order - left.order);
    const { items, ...rest } = page(input, selected, ({ order }) => -order);
    return { executions: items.map((execution) => summariseExecution(execution, this.#store)), ...rest };
  }

  #belongsTo(input: Readonly<Record<string, unknown>>): (execution: Execution) => boolean {
    const given = ['stateMachineArn', 'mapRunArn'].filter((name) => optionalText(input, name) !== undefined);
    if (given.length !== 1)
      throw new AwsError('ValidationException', 'Exactly one of stateMachineArn and mapRunArn must be given.');
    if (given[0] === 'mapRunArn') {
      const { arn } = this.#mapRun(arnOf(input, 'mapRunArn', 'mapRun'));
      return ({ child }) => child?.mapRunArn === arn;
    }
    const { arn } = this.#machine(arnOf(input, 'stateMachineArn', 'stateMachine'));
    return ({ machineArn }) => machineArn === arn;
  }

  #history(input: Readonly<Record<string, unknown>>): object {
    only(input, 'executionArn', 'maxResults', 'reverseOrder', 'nextToken', 'includeExecutionData');
    const { history } = this.#execution(arnOf(input, 'executionArn', 'execution'));
    const reverse = optionalFlag(input, 'reverseOrder', false);
    const withData = optionalFlag(input, 'includeExecutionData', true);
    const { items, ...rest } = page(input, reverse ? history.toReversed() : history, ({ id }) => (reverse ? -id : id));
    return { events: withData ? items : items.map(withoutData), ...rest };
  }

  /** The definition that the execution runs, which the machine may have left behind. */
  #describeMachineFor(input: Readonly<Record<string, unknown>>): object {
    only(input, 'executionArn', 'includedData');
    const execution = this.#execution(arnOf(input, 'executionArn', 'execution'));
    return {
      stateMachineArn: execution.machineArn,
      name: execution.machineName,
      definition: this.#store.definitions.get(execution.definitionId) ?? '',
      roleArn: execution.roleArn,
      updateDate: execution.startedAt / 1000,
    };
  }

  #listMachines(input: Readonly<Record<string, unknown>>): object {
    only(input, 'maxResults', 'nextToken');
    const all = this.#options.machines.map(({ arn, name }, index) => ({ arn, name, index }));
    const { items, ...rest } = page(input, all, ({ index }) => index);
    const creationDate = this.#openedAt / 1000;
    return {
      stateMachines: items.map(({ arn, name }) => ({ stateMachineArn: arn, name, type: 'STANDARD', creationDate })),
      ...rest,
    };
  }

  #listMapRuns(input: Readonly<Record<string, unknown>>): object {
    only(input, 'executionArn', 'maxResults', 'nextToken');
    const { arn, machineArn } = this.#execution(arnOf(input, 'executionArn', 'execution'));
    const all = [...this.#store.mapRuns.values()]
      .filter(({ executionArn }) => executionArn === arn)
      .map((mapRun, index) => ({ mapRun, index }));
    const { items, ...rest } = page(input, all, ({ index }) => index);
    return { mapRuns: items.map(({ mapRun }) => summariseMapRun(mapRun, machineArn)), ...rest };
  }

  #machine(arn: string): StateMachineSettings {
    const machine = this.#options.machines.find((one) => one.arn === arn);
    if (machine === undefined) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return machine;
  }

  #execution(arn: string): Execution {
    const execution = this.#store.executions.get(arn);
    if (execution === undefined) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return execution;
  }

  #mapRun(arn: string): MapRun {
    const mapRun = this.#store.mapRuns.get(arn);
    if (mapRun === undefined) throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`);
    return mapRun;
  }
}
