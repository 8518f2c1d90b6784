import { AwsError } from '../../../local/aws-error';
import { type Answer, type InterceptedCall, loseAnswer, type Proceed } from '../../../local/interceptor';
import type { Site } from './call-sites';

export interface Visit {
  readonly call: InterceptedCall;
  readonly proceed: Proceed;
}

export type Family =
  | 'before it'
  | 'after it, before its answer'
  | 'throttled'
  | 'once'
  | 'for good'
  | 'half an answer'
  | 'item errors'
  | 'execution timed out'
  | 'task timed out'
  | 'function killed';

/** How a call goes wrong. */
export interface Mode {
  readonly name: string;
  /** What of the ways a call can go wrong it stands for. */
  readonly family: Family;
  readonly applies: (site: Site) => boolean;
  /** Which passages it befalls: the first try of the first such call, every try of it, or all such calls of the night. */
  readonly scope: 'try' | 'call' | 'night';
  readonly act: (visit: Visit) => Promise<Answer>;
  /** The run's tasks must not time out before the run itself does. */
  readonly patientTasks?: true;
}

type Failure = readonly [code: string, message: string, status: number];

/** The services that a run calls; CloudWatch's metrics by the name of their endpoint. */
const SERVICES = ['s3', 'glue', 'athena', 'states', 'lambda', 'monitoring'] as const;
type Service = (typeof SERVICES)[number];
/** Whether it is known in which words a service fails. */
export const failsInItsOwnWords = (service: string): service is Service => SERVICES.some((known) => known === service);

type Failures = Readonly<Record<Service, Failure>>;

/** Each service's own words: https://docs.aws.amazon.com/general/latest/gr/api-retries.html and the services' API references. */
const THROTTLED: Failures = {
  s3: ['SlowDown', 'Please reduce your request rate.', 503],
  glue: ['ThrottlingException', 'Rate exceeded', 400],
  athena: ['TooManyRequestsException', 'Rate exceeded', 400],
  states: ['ThrottlingException', 'Rate exceeded', 400],
  lambda: ['TooManyRequestsException', 'Rate Exceeded.', 429],
  monitoring: ['Throttling', 'Rate exceeded', 400],
};
const BROKEN: Failures = {
  s3: ['InternalError', 'We encountered an internal error. Please try again.', 500],
  glue: ['InternalServiceException', 'Service is unavailable', 500],
  athena: ['InternalServerException', 'Internal error', 500],
  states: ['InternalFailure', 'Internal failure', 500],
  lambda: ['ServiceException', 'An error occurred and the request cannot be processed.', 500],
  monitoring: ['InternalServiceFault', 'Request processing has failed because of an unknown error.', 500],
};
const REFUSED: Failures = {
  s3: ['AccessDenied', 'Access Denied', 403],
  glue: ['AccessDeniedException', 'User is not authorized to perform this action', 400],
  athena: ['AccessDeniedException', 'You are not authorized to perform this action', 400],
  states: ['AccessDeniedException', 'User is not authorized to perform this action', 400],
  lambda: ['AccessDeniedException', 'User is not authorized to perform: lambda:InvokeFunction', 403],
  monitoring: ['AccessDenied', 'User is not authorized to perform: cloudwatch:GetMetricData', 403],
};

const failing =
  (failures: Failures) =>
  ({ call }: Visit): never => {
    if (!failsInItsOwnWords(call.service)) throw new Error(`in which words ${call.service} fails is not known`);
    const [code, message, status] = failures[call.service];
    throw new AwsError(code, message, status);
  };

const READS = /^(Get|List|Head|Describe|BatchGet)/;
const wire = (site: Site): boolean => site.via === 'wire';
const reads = (site: Site): boolean => wire(site) && READS.test(site.operation);
const writes = (site: Site): boolean => wire(site) && !READS.test(site.operation);
const objectReads = (site: Site): boolean => wire(site) && site.call === 's3:GetObject';
const invokes = (site: Site): boolean => site.service === 'lambda';
const machineCalls = (site: Site): boolean => site.via === 'machine';
const ofMachine =
  (...operations: readonly string[]) =>
  (site: Site): boolean =>
    machineCalls(site) && operations.includes(`${site.service}:${site.operation}`);

/** The first half of an object's bytes arrive, and then the connection breaks. */
const cutOff = async ({ proceed }: Visit): Promise<Answer> => {
  const answer = await proceed();
  if (answer.kind !== 'http' || answer.status >= 300 || answer.body === undefined) return answer;
  const body = Buffer.from(answer.body);
  const headers = { ...answer.headers, 'content-length': body.length, connection: 'close' };
  return { ...answer, headers, body: body.subarray(0, Math.floor(body.length / 2)) };
};

const afterwards =
  (then: (visit: Visit) => unknown) =>
  async (visit: Visit): Promise<Answer> => {
    await visit.proceed();
    await then(visit);
    return loseAnswer();
  };
const instead =
  (then: (visit: Visit) => unknown) =>
  async (visit: Visit): Promise<Answer> => {
    await then(visit);
    return loseAnswer();
  };
const kill = ({ call }: Visit): void => call.from?.kill();

const deletionErrors = (keys: readonly unknown[]): Answer => ({
  kind: 'http',
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${keys
    .map(
      (key) =>
        `<Error><Key>${String(key)}</Key><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>`,
    )
    .join('')}</DeleteResult>`,
});
const keysOf = ({ call }: Visit): readonly unknown[] =>
  Array.isArray(call.input['Keys']) ? (call.input['Keys'] as unknown[]) : [];
const deletions = (site: Site): boolean => site.operation === 'DeleteObjects';

/** CloudWatch answers 200, and says of each result that it could not look it up. */
const resultsFailed = async ({ proceed }: Visit): Promise<Answer> => {
  const answer = await proceed();
  if (answer.kind !== 'json') return answer;
  const { MetricDataResults } = answer.output as { MetricDataResults: readonly object[] };
  const failed = {
    StatusCode: 'InternalError',
    Messages: [{ Code: 'InternalError', Value: 'The metric could not be looked up' }],
    Timestamps: [],
    Values: [],
  };
  return {
    kind: 'json',
    output: { ...answer.output, MetricDataResults: MetricDataResults.map((one) => ({ ...one, ...failed })) },
  };
};
const metricReads = (site: Site): boolean => site.operation === 'GetMetricData';

/** A state's task ends after at most 1,900 seconds; the machine after six hours. */
const PAST_TASK = 2_000_000;
const PAST_MACHINE = 6.1 * 3_600_000;

const queryFailed = async ({ proceed }: Visit): Promise<Answer> => {
  const answer = await proceed();
  if (answer.kind !== 'json') return answer;
  const { QueryExecution: query } = answer.output as { QueryExecution: { Status: object } };
  const Status = { ...query.Status, State: 'FAILED', StateChangeReason: 'GENERIC_INTERNAL_ERROR: Query exhausted resources' };
  return { kind: 'json', output: { QueryExecution: { ...query, Status } } };
};

/** What a call is for the ways in which it can fail: the same family of failures means something else to each. */
export const kindOfCall = (site: Site): string => {
  if (invokes(site)) return 'invocation';
  if (machineCalls(site)) return "machine's own";
  return READS.test(site.operation) ? 'read' : 'write';
};

export const MODES: readonly Mode[] = [
  // Reads: what they answer is all that can go wrong.
  { name: 'throttled', family: 'throttled', scope: 'call', applies: reads, act: failing(THROTTLED) },
  { name: 'broken', family: 'once', scope: 'call', applies: reads, act: failing(BROKEN) },
  { name: 'refused-all-night', family: 'for good', scope: 'night', applies: reads, act: failing(REFUSED) },
  { name: 'killed', family: 'function killed', scope: 'try', applies: reads, act: instead(kill) },
  {
    name: 'no-bucket',
    family: 'once',
    scope: 'call',
    applies: objectReads,
    act: () => {
      throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
    },
  },
  { name: 'body-cut', family: 'half an answer', scope: 'try', applies: objectReads, act: cutOff },
  { name: 'body-cut-all-night', family: 'half an answer', scope: 'night', applies: objectReads, act: cutOff },
  // Writes: before, after, and what is answered.
  { name: 'unsent', family: 'before it', scope: 'try', applies: writes, act: instead(() => undefined) },
  { name: 'answer-lost', family: 'after it, before its answer', scope: 'try', applies: writes, act: afterwards(() => undefined) },
  {
    name: 'answers-lost',
    family: 'after it, before its answer',
    scope: 'call',
    applies: writes,
    act: afterwards(() => undefined),
  },
  { name: 'throttled-once', family: 'throttled', scope: 'try', applies: writes, act: failing(THROTTLED) },
  { name: 'throttled', family: 'throttled', scope: 'call', applies: writes, act: failing(THROTTLED) },
  { name: 'broken', family: 'once', scope: 'call', applies: writes, act: failing(BROKEN) },
  { name: 'refused-all-night', family: 'for good', scope: 'night', applies: writes, act: failing(REFUSED) },
  { name: 'killed-before', family: 'function killed', scope: 'try', applies: writes, act: instead(kill) },
  { name: 'killed-after', family: 'function killed', scope: 'try', applies: writes, act: afterwards(kill) },
  {
    name: 'timed-out-after',
    family: 'task timed out',
    scope: 'try',
    applies: writes,
    act: afterwards(({ call }) => call.from?.timeOut()),
  },
  // Item errors inside an HTTP 200.
  {
    name: 'items-failed',
    family: 'item errors',
    scope: 'try',
    applies: deletions,
    act: (visit) => Promise.resolve(deletionErrors(keysOf(visit))),
  },
  {
    name: 'items-said-failed',
    family: 'item errors',
    scope: 'try',
    applies: deletions,
    act: async (visit) => {
      await visit.proceed();
      return deletionErrors(keysOf(visit).slice(0, 1));
    },
  },
  {
    name: 'items-fail-all-night',
    family: 'item errors',
    scope: 'night',
    applies: deletions,
    act: (visit) => Promise.resolve(deletionErrors(keysOf(visit))),
  },
  { name: 'results-failed', family: 'item errors', scope: 'try', applies: metricReads, act: resultsFailed },
  { name: 'results-fail-all-night', family: 'item errors', scope: 'night', applies: metricReads, act: resultsFailed },
  // What the machine invokes and asks itself.
  { name: 'throttled', family: 'throttled', scope: 'try', applies: machineCalls, act: failing(THROTTLED) },
  { name: 'broken', family: 'once', scope: 'try', applies: machineCalls, act: failing(BROKEN) },
  { name: 'refused-all-night', family: 'for good', scope: 'night', applies: machineCalls, act: failing(REFUSED) },
  {
    name: 'answer-lost',
    family: 'after it, before its answer',
    scope: 'try',
    applies: machineCalls,
    act: afterwards(() => undefined),
  },
  { name: 'answers-lost-all-night', family: 'for good', scope: 'night', applies: invokes, act: afterwards(() => undefined) },
  {
    name: 'stalled-before',
    family: 'task timed out',
    scope: 'try',
    applies: machineCalls,
    act: async ({ call, proceed }) => {
      await call.stall(PAST_TASK);
      return proceed();
    },
  },
  {
    name: 'stalled-after',
    family: 'task timed out',
    scope: 'try',
    applies: ofMachine('lambda:Invoke', 'athena:StartQueryExecution', 'glue:DeleteTable'),
    act: async ({ call, proceed }) => {
      const answer = await proceed();
      await call.stall(PAST_TASK);
      return answer;
    },
  },
  {
    name: 'execution-timed-out',
    family: 'execution timed out',
    scope: 'try',
    patientTasks: true,
    applies: machineCalls,
    act: async ({ call, proceed }) => {
      await call.stall(PAST_MACHINE);
      return proceed();
    },
  },
  { name: 'query-failed', family: 'once', scope: 'try', applies: ofMachine('athena:GetQueryExecution'), act: queryFailed },
  {
    name: 'query-fails-all-night',
    family: 'for good',
    scope: 'night',
    applies: ofMachine('athena:GetQueryExecution'),
    act: queryFailed,
  },
];
