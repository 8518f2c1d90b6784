import { join } from 'node:path';
import { AwsError } from '../../aws-error';
import { callerOf } from '../../caller';
import type { Clock, Timer } from '../../clock';
import type { RestRoute } from '../../endpoint/rest-json';
import { Journal } from '../../journal';
import type { JsonService, Trace } from '../../service';
import type { FunctionInvoker } from '../function/function-host';
import { randomness, uuidOf } from '../state-machine/randomness';
import { describeSchedule, only, pageOf, summariseSchedule } from './describe';
import { nextOccurrence } from './occurrence';
import type { ScheduleSetting, ScheduleSettings } from './settings';
import { startRequest } from './target';

export interface ScheduleOptions {
  readonly settings: ScheduleSettings;
  readonly clock: Clock;
  /** `schedules.jsonl` is kept in it. */
  readonly dataDir: string;
  /** Where executions are started: `StartExecution` of Step Functions, called as the role of the schedule. */
  readonly machines: { readonly service: JsonService };
  /** Where functions are invoked, as the role of the schedule. */
  readonly functions: Pick<FunctionInvoker, 'invoke'>;
  readonly trace?: Trace;
}

/** A start that failed for good. With `queueArn` it would lie in that queue, without it is lost, as in AWS. */
export interface DeadLetter {
  readonly queueArn?: string;
  readonly scheduleArn: string;
  readonly targetArn: string;
  /** Milliseconds since the epoch. */
  readonly scheduledAt: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What StartExecution, or Invoke, was given the last time. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly retryAttempts: number;
  readonly errorCode: string;
  readonly errorMessage: string;
  /** Which end of the retry policy was reached; absent where the error is none that a retry can mend. */
  readonly exhaustedRetryCondition?: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';
}

type Entry =
  | { readonly kind: 'created'; readonly arn: string; readonly at: number }
  | { readonly kind: 'deadLetter'; readonly letter: DeadLetter };

interface Occurrence {
  readonly setting: ScheduleSetting;
  readonly scheduledAt: number;
  /** When the first attempt was made: the age of the event counts from here. */
  readonly firstAt: number;
}

/** AWS says "exponential backoff" and no numbers: 1 s, doubled up to 15 minutes. */
const backoffMillis = (retry: number): number => Math.min(1000 * 2 ** (retry - 1), 900_000);

/** What another try may mend: throttling and faults of the service. */
const isPassing = (error: AwsError): boolean => error.status >= 500 || /Throttl|TooManyRequests|LimitExceeded/.test(error.code);

/**
 * Amazon EventBridge Scheduler. Pages followed: "Schedule types", "Managing targets", "Configuring retry policies and dead-letter
 * queues", "Context attributes", API reference of GetSchedule and ListSchedules.
 * Inputs honoured and ignored: `honouredInputs` and `ignoredInputs` in settings.ts. A flexible time window delays each occurrence
 * by an amount drawn from the schedule and its time. Occurrences that fall into a time when the host is down are not made up for;
 * retries that were due then are given up.
 */
export class ScheduleStandIn {
  readonly routes: readonly RestRoute[];
  readonly #options: ScheduleOptions;
  readonly #journal: Journal<Entry>;
  readonly #createdAt = new Map<string, number>();
  readonly #deadLetters: DeadLetter[] = [];
  readonly #timers = new Set<Timer>();
  #closed = false;

  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#journal = Journal.open(join(options.dataDir, 'schedules.jsonl'));
    for (const entry of this.#journal.entries)
      if (entry.kind === 'created') this.#createdAt.set(entry.arn, entry.at);
      else this.#deadLetters.push(entry.letter);
    this.routes = this.#routesOf();
    for (const setting of options.settings.schedules) this.#open(setting);
  }

  /** Starts that failed for good, oldest first. */
  get deadLetters(): readonly DeadLetter[] {
    return this.#deadLetters;
  }

  /** When each enabled schedule is due next, in milliseconds since the epoch; a schedule that never is again is absent. */
  nextOccurrences(): ReadonlyMap<string, number> {
    const now = this.#options.clock.now();
    return new Map(
      this.#options.settings.schedules.flatMap((setting): [string, number][] => {
        const at = setting.enabled ? this.#next(setting, now) : undefined;
        return at === undefined ? [] : [[setting.name, at]];
      }),
    );
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#journal.close();
  }

  #open(setting: ScheduleSetting): void {
    const now = this.#options.clock.now();
    const isNew = !this.#createdAt.has(setting.arn);
    if (isNew) {
      this.#createdAt.set(setting.arn, now);
      this.#journal.append({ kind: 'created', arn: setting.arn, at: now });
    }
    // The first time of a rate is the creation itself.
    if (setting.enabled) this.#arm(setting, isNew ? now - 1 : now);
  }

  #createdOf(setting: ScheduleSetting): number {
    return this.#createdAt.get(setting.arn) ?? this.#options.clock.now();
  }

  #next(setting: ScheduleSetting, after: number): number | undefined {
    const { expression, timeZone, startMillis, endMillis } = setting;
    const anchor = startMillis ?? this.#createdOf(setting);
    const at = nextOccurrence(expression, timeZone, Math.max(after, (startMillis ?? Number.NEGATIVE_INFINITY) - 1), anchor);
    return at === undefined || (endMillis !== undefined && at > endMillis) ? undefined : at;
  }

  #arm(setting: ScheduleSetting, after: number): void {
    const scheduledAt = this.#next(setting, after);
    if (scheduledAt === undefined) return;
    const windowMillis = setting.windowMinutes * 60_000;
    const delay = Math.floor(randomness(`${setting.arn} ${scheduledAt}`)() * windowMillis);
    this.#at(scheduledAt + delay, async () => {
      const now = this.#options.clock.now();
      // A laptop that slept through several occurrences makes one of them up, not all.
      this.#arm(setting, Math.max(scheduledAt, now - windowMillis));
      await this.#attempt({ setting, scheduledAt, firstAt: now }, 1);
    });
  }

  #at(at: number, action: () => Promise<void>): void {
    if (this.#closed) return;
    const timer = this.#options.clock.schedule(at, async () => {
      this.#timers.delete(timer);
      await action();
    });
    this.#timers.add(timer);
  }

  async #attempt(occurrence: Occurrence, number: number): Promise<void> {
    const { setting, scheduledAt } = occurrence;
    const { settings, clock, trace } = this.#options;
    const executionId = uuidOf(`${setting.arn} ${scheduledAt} ${number}`);
    const { region, accountId } = settings;
    const request = startRequest(setting.target, {
      scheduleArn: setting.arn,
      scheduledAt,
      executionId,
      number,
      region,
      accountId,
    });
    const call = {
      ...(setting.target.kind === 'function'
        ? { service: 'lambda', operation: 'InvokeAsync' }
        : { service: 'states', operation: 'StartExecution' }),
      caller: callerOf(setting.roleArn),
      at: clock.now(),
      resource: setting.target.arn,
    };
    try {
      await this.#start(setting, request);
      trace?.(call);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      trace?.({ ...call, error: error.code });
      this.#failed(occurrence, number, request, error);
    }
  }

  /** A function is handed its event and has no say in whether the start worked out: Lambda calls it when it can. */
  async #start({ target, roleArn }: ScheduleSetting, request: Readonly<Record<string, unknown>>): Promise<void> {
    const { machines, functions } = this.#options;
    if (target.kind === 'function') {
      await functions.invoke(callerOf(roleArn), target.arn, request['Payload']);
      return;
    }
    const start = machines.service.operations['StartExecution'];
    if (start === undefined) throw new Error('The service that the scheduler was given has no StartExecution.');
    await start(request, callerOf(roleArn));
  }

  #failed(occurrence: Occurrence, number: number, request: Readonly<Record<string, unknown>>, error: AwsError): void {
    if (this.#closed) return;
    const { setting, scheduledAt, firstAt } = occurrence;
    const now = this.#options.clock.now();
    const retryAt = now + backoffMillis(number);
    const exhausted =
      number > setting.maximumRetryAttempts
        ? ('MaximumRetryAttempts' as const)
        : retryAt > firstAt + setting.maximumEventAgeSeconds * 1000
          ? ('MaximumEventAgeInSeconds' as const)
          : undefined;
    if (isPassing(error) && exhausted === undefined) {
      this.#at(retryAt, () => this.#attempt(occurrence, number + 1));
      return;
    }
    const letter: DeadLetter = {
      ...(setting.deadLetterArn === undefined ? {} : { queueArn: setting.deadLetterArn }),
      scheduleArn: setting.arn,
      targetArn: setting.target.arn,
      scheduledAt,
      at: now,
      request,
      retryAttempts: number - 1,
      errorCode: error.code,
      errorMessage: error.message,
      ...(isPassing(error) && exhausted !== undefined ? { exhaustedRetryCondition: exhausted } : {}),
    };
    this.#deadLetters.push(letter);
    this.#journal.append({ kind: 'deadLetter', letter });
  }

  #routesOf(): readonly RestRoute[] {
    return [
      {
        service: 'scheduler',
        method: 'GET',
        pattern: '/schedules/{Name}',
        query: { groupName: 'GroupName' },
        name: 'GetSchedule',
        operation: async (input) => Promise.resolve(this.#get(input)),
      },
      {
        service: 'scheduler',
        method: 'GET',
        pattern: '/schedules',
        query: {
          ScheduleGroup: 'GroupName',
          NamePrefix: 'NamePrefix',
          State: 'State',
          NextToken: 'NextToken',
          MaxResults: 'MaxResults',
        },
        name: 'ListSchedules',
        operation: async (input) => Promise.resolve(this.#list(input)),
      },
    ];
  }

  #get(input: Readonly<Record<string, unknown>>): object {
    only(input, 'Name', 'GroupName');
    const [name, group] = [String(input['Name']), String(input['GroupName'] ?? 'default')];
    const setting = this.#options.settings.schedules.find((one) => one.name === name && one.groupName === group);
    if (setting === undefined) throw new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404);
    return describeSchedule(setting, this.#createdOf(setting));
  }

  #list(input: Readonly<Record<string, unknown>>): object {
    only(input, 'GroupName', 'NamePrefix', 'State', 'NextToken', 'MaxResults');
    const { GroupName: group, NamePrefix: prefix, State: state } = input;
    if (state !== undefined && state !== 'ENABLED' && state !== 'DISABLED')
      throw new AwsError('ValidationException', 'State must be ENABLED or DISABLED.');
    if (group !== undefined && !this.#options.settings.groups.includes(String(group)))
      throw new AwsError('ResourceNotFoundException', `Schedule group ${String(group)} does not exist.`, 404);
    const selected = this.#options.settings.schedules.filter(
      (setting) =>
        (group === undefined || setting.groupName === group) &&
        setting.name.startsWith(String(prefix ?? '')) &&
        (state === undefined || setting.enabled === (state === 'ENABLED')),
    );
    const { items, ...rest } = pageOf(input, selected);
    return { Schedules: items.map((setting) => summariseSchedule(setting, this.#createdOf(setting))), ...rest };
  }
}
