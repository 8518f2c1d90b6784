import type { StepName } from '../contracts/environments';
import type { Catcher, Expression, Json, State, StateMachine, TaskState } from './asl';
import { MAX_ROUNDS } from './planning';
import { ATHENA_PASSING, GLUE_PASSING, PASSING, SANDBOX_LOST, STEP_PASSING } from './retries';

/** What the state machine calls, by ARN and name. */
export interface CompactionTargets {
  readonly functionArns: Readonly<Record<StepName, string>>;
  /** The workgroup that does not enforce its settings: CTAS names its location. */
  readonly workgroup: string;
  readonly database: string;
  readonly bucket: string;
  readonly concurrentBatches: number;
  /** Of the whole machine; shorter than the schedule's interval. */
  readonly timeoutSeconds: number;
}

/** Gather invocations of one batch at the same time. */
const CONCURRENT_GATHERS = 10;
/** Tries of one batch within a run; a failed verification is not tried again. */
export const ATTEMPTS = 2;
/** Athena ends a DML query after 30 minutes unless the quota is raised. https://docs.aws.amazon.com/athena/latest/ug/service-limits.html */
const QUERY_SECONDS = 1_900;
const LAMBDA_SECONDS = 910;

const expression = (text: string): Expression => `{% ${text} %}`;
const NOW = expression('$states.context.State.EnteredTime');
const RESULT = expression('$states.result.Payload');

const CAUSE = "$states.errorOutput.Cause ? $states.errorOutput.Cause : ''";
/** Athena's cause is the whole query execution, its text first: what a person wants is the reason. */
const REASON = `($match($cause, /"StateChangeReason":"([^"]+)"/).groups[0])`;

/** `Error` and `Cause` of what was caught, for the states that report it. */
const failed = (next: string): Catcher => ({
  ErrorEquals: ['States.ALL'],
  Next: next,
  Assign: {
    error: expression('$states.errorOutput.Error'),
    cause: expression(`($cause := ${CAUSE}; $reason := ${REASON}; $substring($reason ? $reason : $cause, 0, 2000))`),
  },
});

/** A report that could not be written with the account is written without it: what a run published must not be hidden by what it could not count. */
const accountFailed = (next: string): Catcher => ({
  ErrorEquals: ['States.ALL'],
  Next: next,
  Assign: { accountFailure: expression(`$substring($states.errorOutput.Error & ': ' & (${CAUSE}), 0, 500)`) },
});

/**
 * The compaction state machine: one run at a time per table. Lists never cross its states; each step reads and writes the run's folder.
 */
export const compactionMachine = (targets: CompactionTargets): StateMachine => {
  const invoke = (
    name: StepName,
    payload: { readonly [key: string]: Json },
    rest: Omit<Partial<TaskState>, 'Next' | 'End'> & ({ readonly Next: string } | { readonly End: true }),
  ): TaskState => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: targets.functionArns[name], Payload: payload },
    TimeoutSeconds: LAMBDA_SECONDS,
    Retry: [PASSING, STEP_PASSING, SANDBOX_LOST],
    ...rest,
  });

  const query = (
    statement: string,
    token: string,
    rest: Pick<TaskState, 'Assign' | 'Output' | 'Catch'> & { readonly Next: string },
  ): TaskState => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::athena:startQueryExecution.sync',
    Arguments: {
      QueryString: expression(statement),
      ClientRequestToken: expression(token),
      WorkGroup: targets.workgroup,
      QueryExecutionContext: { Database: targets.database, Catalog: 'AwsDataCatalog' },
    },
    TimeoutSeconds: QUERY_SECONDS,
    Retry: [ATHENA_PASSING],
    ...rest,
  });

  const inRun = { run: expression('$run'), now: NOW };
  const failure = { error: expression('$error'), cause: expression('$cause') };
  const inBatch = { ...inRun, batch: expression('$batch'), batchKey: expression('$batchKey'), attempt: expression('$attempt') };
  const counted = {
    queryExecutionId: expression('$states.input.queryExecutionId'),
    bytesScanned: expression('$states.input.bytesScanned'),
  };
  const dropTable = (rest: { readonly Next: string } | { readonly End: true }): TaskState => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::aws-sdk:glue:deleteTable',
    Arguments: { DatabaseName: targets.database, Name: expression('$table') },
    TimeoutSeconds: 60,
    Retry: [GLUE_PASSING],
    // A table that is not there, or cannot be dropped now, is left to the sweep; its files stay in any case.
    Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Next' in rest ? rest.Next : 'Batch done', Output: {} }],
    Output: {},
    ...rest,
  });

  const batchStates: Record<string, State> = {
    'Take batch': {
      Type: 'Pass',
      Comment: 'A batch as the plan lists it. Failures are caught in here: one batch never aborts its siblings.',
      Assign: {
        run: expression('$states.input.run'),
        batch: expression('$states.input.batch'),
        batchKey: expression('$states.input.batchKey'),
        tries: 0,
        table: expression("''"),
        attempt: expression("''"),
        error: expression("''"),
        cause: expression("''"),
        createBytes: -1,
        compareStatement: expression("''"),
        compareToken: expression("''"),
      },
      Next: 'Draw attempt',
    },
    'Draw attempt': {
      Type: 'Pass',
      Comment: 'Every try has an id drawn anew: a straggler of the one before cannot write into it.',
      Assign: {
        attempt: expression("$substring($replace($uuid(), '-', ''), 0, 12)"),
        tries: expression('$tries + 1'),
        createBytes: -1,
      },
      Next: 'Attempt',
    },
    Attempt: invoke('attempt', inBatch, {
      Assign: { table: expression('$states.result.Payload.table') },
      Output: { tasks: expression('[$states.result.Payload.tasks]') },
      Catch: [failed('Note failure')],
      Next: 'Anything left?',
    }),
    'Anything left?': {
      Type: 'Choice',
      Choices: [{ Condition: expression('$count([$states.input.tasks]) = 0'), Next: 'Batch done' }],
      Default: 'Gather',
    },
    Gather: {
      Type: 'Map',
      Comment: 'The compaction of small files into the snapshot of this attempt.',
      Items: expression('[$states.input.tasks]'),
      ItemSelector: { task: expression('$states.context.Map.Item.Value') },
      MaxConcurrency: CONCURRENT_GATHERS,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'INLINE' },
        StartAt: 'Gather objects',
        States: {
          'Gather objects': invoke('gather', { ...inBatch, task: expression('$states.input.task') }, { Output: {}, End: true }),
        },
      },
      Output: {},
      Catch: [failed('Note failure')],
      Next: 'Build statements',
    },
    'Build statements': invoke('statements', inBatch, {
      Assign: {
        compareStatement: expression('$states.result.Payload.compareStatement'),
        compareToken: expression('$states.result.Payload.compareToken'),
      },
      Output: RESULT,
      Catch: [failed('Note failure')],
      Next: 'Anything gathered?',
    }),
    'Anything gathered?': {
      Type: 'Choice',
      Choices: [{ Condition: expression('$states.input.partitions = 0'), Next: 'Batch done' }],
      Default: 'Rewrite',
    },
    Rewrite: query('$states.input.createStatement', '$states.input.createToken', {
      Assign: { createBytes: expression('$states.result.QueryExecution.Statistics.DataScannedInBytes') },
      Output: expression('$states.input'),
      Catch: [failed('Note failure')],
      Next: 'Count',
    }),
    Count: query('$states.input.verifyStatement', '$states.input.verifyToken', {
      Output: {
        queryExecutionId: expression('$states.result.QueryExecution.QueryExecutionId'),
        bytesScanned: expression('[$createBytes, $states.result.QueryExecution.Statistics.DataScannedInBytes]'),
      },
      Catch: [failed('Note failure')],
      Next: 'Verify',
    }),
    Verify: invoke(
      'verify',
      { kind: 'verification', ...inBatch, ...counted },
      { Output: {}, Catch: [failed('Note failure')], Next: 'Anything to compare?' },
    ),
    'Anything to compare?': {
      Type: 'Choice',
      Comment: 'A rebuild says how its rows differ from the published ones, before it replaces them.',
      Choices: [{ Condition: expression("$compareStatement = ''"), Next: 'Publish' }],
      Default: 'Compare',
    },
    Compare: query('$compareStatement', '$compareToken', {
      Output: {
        queryExecutionId: expression('$states.result.QueryExecution.QueryExecutionId'),
        bytesScanned: expression('[$states.result.QueryExecution.Statistics.DataScannedInBytes]'),
      },
      Catch: [failed('Note failure')],
      Next: 'Note comparison',
    }),
    'Note comparison': invoke(
      'verify',
      { kind: 'comparison', ...inBatch, ...counted },
      { Output: {}, Catch: [failed('Note failure')], Next: 'Publish' },
    ),
    Publish: invoke('publish', inBatch, { Output: {}, Catch: [failed('Note failure')], Next: 'Drop table' }),
    'Drop table': dropTable({ Next: 'Batch done' }),
    'Batch done': { Type: 'Pass', Output: {}, End: true },
    'Note failure': invoke(
      'report',
      {
        kind: 'failure',
        ...inBatch,
        tries: expression('$tries'),
        ...failure,
        createBytes: expression('$createBytes'),
      },
      { Output: {}, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Was there a table?' }], Next: 'Was there a table?' },
    ),
    'Was there a table?': {
      Type: 'Choice',
      Choices: [{ Condition: expression("$table = ''"), Next: 'Try again?' }],
      Default: 'Drop failed table',
    },
    'Drop failed table': dropTable({ Next: 'Try again?' }),
    'Try again?': {
      Type: 'Choice',
      Choices: [{ Condition: expression(`$tries < ${ATTEMPTS} and $error != 'VerificationFailed'`), Next: 'Draw attempt' }],
      Default: 'Batch done',
    },
  };

  return {
    Comment: 'Compacts the small files of a feed into de-duplicated Parquet and flips the Glue partitions to it.',
    QueryLanguage: 'JSONata',
    StartAt: 'Validate',
    TimeoutSeconds: targets.timeoutSeconds,
    States: {
      Validate: invoke(
        'validate',
        {
          input: expression('$states.context.Execution.Input'),
          executionArn: expression('$states.context.Execution.Id'),
          startedAt: expression('$states.context.Execution.StartTime'),
        },
        { Assign: { run: RESULT }, Output: {}, Catch: [failed('Refused')], Next: 'Lock' },
      ),
      Refused: { Type: 'Fail', Error: expression('$error'), Cause: expression('$cause') },
      Lock: invoke('lock', inRun, { Output: RESULT, Catch: [failed('Report failure')], Next: 'Locked?' }),
      'Locked?': {
        Type: 'Choice',
        Choices: [
          { Condition: expression("$states.input.status = 'already running'"), Next: 'Already running' },
          { Condition: expression('$states.input.waitSeconds > 0'), Next: 'Wait out predecessor' },
        ],
        Default: 'Start routing',
      },
      'Already running': {
        Type: 'Succeed',
        Output: { run: expression('$run.run'), status: 'already running', owner: expression('$states.input.owner') },
      },
      'Wait out predecessor': {
        Type: 'Wait',
        Comment: 'The lock was abandoned: what its owner may still be writing ends first.',
        Seconds: expression('$states.input.waitSeconds'),
        Next: 'Start routing',
      },
      'Start routing': { Type: 'Pass', Output: { round: 0, after: expression("''") }, Next: 'Route' },
      Route: invoke(
        'route',
        { ...inRun, round: expression('$states.input.round'), after: expression('$states.input.after') },
        { Output: RESULT, Catch: [failed('Report failure')], Next: 'All routed?' },
      ),
      'All routed?': {
        Type: 'Choice',
        Choices: [{ Condition: expression(`$not($states.input.done) and $states.input.round < ${MAX_ROUNDS}`), Next: 'Route' }],
        Default: 'Start planning',
      },
      'Start planning': { Type: 'Pass', Output: { round: 0 }, Next: 'Plan' },
      Plan: invoke(
        'plan',
        { ...inRun, round: expression('$states.input.round') },
        { Output: RESULT, Catch: [failed('Report failure')], Next: 'Anything due?' },
      ),
      'Anything due?': {
        Type: 'Choice',
        Choices: [
          { Condition: expression('$not($states.input.done)'), Next: 'Plan' },
          { Condition: expression('$run.dryRun'), Next: 'Report' },
          { Condition: expression('$states.input.batches = 0'), Next: 'Sweep' },
        ],
        Default: 'Rewrite batches',
      },
      'Rewrite batches': {
        Type: 'Map',
        Label: 'Batches',
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'JSON' },
          Arguments: { Bucket: targets.bucket, Key: expression('$states.input.batchesKey') },
        },
        ItemSelector: {
          run: expression('$run'),
          batch: expression('$states.context.Map.Item.Value.batch'),
          batchKey: expression('$states.context.Map.Item.Value.batchKey'),
        },
        MaxConcurrency: targets.concurrentBatches,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Take batch',
          States: batchStates,
        },
        // A child that dies without its own catch (out of history, say) is a failed batch: the report finds it unfinished.
        ToleratedFailurePercentage: 100,
        Output: {},
        Catch: [failed('Report failure')],
        Next: 'Sweep',
      },
      Sweep: invoke('sweep', inRun, { Output: {}, Catch: [failed('Report failure')], Next: 'Report' }),
      Report: invoke(
        'report',
        { kind: 'run', ...inRun },
        { Assign: { report: RESULT }, Output: {}, Catch: [accountFailed('Report without account')], Next: 'Unlock' },
      ),
      'Report without account': invoke(
        'report',
        { kind: 'run', ...inRun, accountFailure: expression('$accountFailure') },
        { Assign: { report: RESULT }, Output: {}, Catch: [failed('Unlock after failure')], Next: 'Unlock' },
      ),
      Unlock: invoke('unlock', inRun, { Output: RESULT, Catch: [failed('Failed')], Next: 'Succeeded?' }),
      'Succeeded?': {
        Type: 'Choice',
        Choices: [{ Condition: expression("$report.status = 'succeeded'"), Next: 'Done' }],
        Default: 'Batches failed',
      },
      Done: {
        Type: 'Succeed',
        Output: {
          run: expression('$run.run'),
          status: expression('$report.status'),
          lock: expression('$states.input.status'),
          summary: expression('$report.summary'),
        },
      },
      'Batches failed': { Type: 'Fail', Error: 'BatchesFailed', Cause: expression('$report.summary') },
      'Report failure': invoke(
        'report',
        { kind: 'run', ...inRun, ...failure },
        { Output: {}, Catch: [accountFailed('Report failure without account')], Next: 'Unlock after failure' },
      ),
      'Report failure without account': invoke(
        'report',
        { kind: 'run', ...inRun, ...failure, accountFailure: expression('$accountFailure') },
        { Output: {}, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Unlock after failure' }], Next: 'Unlock after failure' },
      ),
      'Unlock after failure': invoke('unlock', inRun, {
        Output: {},
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Failed' }],
        Next: 'Failed',
      }),
      Failed: { Type: 'Fail', Error: expression('$error'), Cause: expression('$cause') },
    },
  };
};
