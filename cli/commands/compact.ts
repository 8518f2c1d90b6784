import { StartExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { FEED_NAMES } from '../../contracts/feeds';
import { planKey, reportKey } from '../../contracts/lake';
import { InvalidInput, runOf } from '../../handlers/validate/core';
import { LithifyError, UsageError } from '../../contracts/errors';
import { planSchema, reportSchema, type Plan, type Report } from '../../workflows/documents';
import { choice, command, flag, optionalText, optionalValue, type CommandContext, type ExitCode } from '../command';
import { connected, type Connection } from '../connection';
import { parseDate } from '../duration';
import { follow, type EndedExecution } from '../execution';
import { planLines, reportLines } from '../format/run-report';
import { COMMANDS } from '../table';

/** The machine's input: what is not asked for is left out, so that the machine's own defaults hold. */
export const inputOf = (values: {
  readonly feed: string;
  readonly 'event-type': string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly full: boolean;
  readonly force: boolean;
  readonly rebuild: boolean;
  readonly 'dry-run': boolean;
}): Readonly<Record<string, string | boolean>> => ({
  feed: values.feed,
  ...(values['event-type'] !== undefined && { eventType: values['event-type'] }),
  ...(values.from !== undefined && { from: values.from }),
  ...(values.to !== undefined && { to: values.to }),
  ...(values.full && { full: true }),
  ...(values.force && { force: true }),
  ...(values.rebuild && { rebuild: true }),
  ...(values['dry-run'] && { dryRun: true }),
});

/** Wall time without a new state after which a clock that stands still is worth a hint. */
const IDLE_MILLIS = 5_000;

const start = async (client: SFNClient, stateMachineArn: string, input: object): Promise<string> => {
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }));
  if (executionArn === undefined) throw new LithifyError('compact', 'the state machine started nothing.');
  return executionArn;
};

const followed = async (
  { output }: CommandContext,
  { sfn, place }: Connection,
  executionArn: string,
): Promise<EndedExecution> => {
  const ended = await follow({
    client: sfn,
    executionArn,
    onState: (name) => output.progress(`compact: ${name}`),
    onIdle: () => {
      if (place.clock === 'manual')
        output.note(`the host's clock stands at ${place.now}; if the run waits for time, \`lithify advance 15m\` lets it pass.`);
    },
    idleMillis: IDLE_MILLIS,
    pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  });
  output.progress('');
  return ended;
};

/** `already running` ends an execution well, without a report. */
export const alreadyRunning = (output: unknown): string | undefined => {
  const { status, owner } = (typeof output === 'object' && output !== null ? output : {}) as {
    readonly status?: unknown;
    readonly owner?: unknown;
  };
  return status === 'already running' ? String(owner) : undefined;
};

/** The sentence of a failed execution; of a refused input it is the machine's own. */
export const failureSentence = ({ status, error, cause }: Pick<EndedExecution, 'status' | 'error' | 'cause'>): string =>
  `the run ended as ${status}${error === undefined ? '' : `: ${error}`}${cause === undefined || cause === '' ? '' : `: ${causeText(cause)}`}`;

/** A function's own error arrives as `{"errorType":…,"errorMessage":…}`. */
export const causeText = (cause: string): string => {
  try {
    const { errorMessage } = JSON.parse(cause) as { readonly errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    return cause;
  }
};

const tell = (
  context: CommandContext,
  executionArn: string,
  ended: EndedExecution,
  report: Report | undefined,
  plan: Plan | undefined,
): ExitCode => {
  const { output } = context;
  const owner = alreadyRunning(ended.output);
  if (ended.error === 'InvalidInput') throw new UsageError(causeText(ended.cause ?? ''));
  if (owner !== undefined) output.say(`already running: ${owner} holds the lock; nothing was done`);
  for (const line of plan === undefined ? [] : planLines(plan, output.columns)) output.say(line);
  for (const line of report === undefined || report.dryRun ? [] : reportLines(report, output.columns)) output.say(line);
  output.document({
    executionArn,
    status: owner === undefined ? ended.status : 'already running',
    ...(owner !== undefined && { owner }),
    ...(ended.status !== 'SUCCEEDED' && { error: ended.error ?? null, cause: causeText(ended.cause ?? '') }),
    report: report ?? null,
    ...(plan !== undefined && { plan }),
  });
  if (ended.status === 'SUCCEEDED') return 0;
  output.note(`lithify: ${failureSentence(ended)}`);
  return 1;
};

export const compactCommand = command({
  name: 'compact',
  summary: COMMANDS.compact.summary,
  reachesAws: true,
  help: `Starts the compaction's state machine, as the schedule does every night, with the partitions that the flags choose. Without --wait it
tells the execution and ends; with it, it follows the run and shows its report. A run that finds another one at work ends at once as
"already running", which is no failure.

On a clock that is set by hand a run that waits (for the writes of a run that died, say) needs time to pass: \`lithify advance\`.

  lithify compact --dry-run                  what would be done, why, and what it would cost; changes nothing
  lithify compact --wait                     whatever is due
  lithify compact --force --wait             whatever is new, the open day included
  lithify compact --rebuild --event-type payment --from 2026-11-01 --to 2026-11-07 --wait`,
  options: {
    feed: choice(FEED_NAMES, 'the feed to compact', 'events'),
    'event-type': optionalText('TYPE', 'only partitions of this type'),
    from: optionalValue('DATE', 'only partitions of this UTC date or later', parseDate),
    to: optionalValue('DATE', 'only partitions of this UTC date or earlier', parseDate),
    full: flag('list every object, whatever its day'),
    force: flag('compact whatever is new, whether it pays or not, the open day and held partitions included'),
    rebuild: flag('recompute partitions from raw objects and pieces alone'),
    'dry-run': flag('plan and report, and change nothing; waits for the plan'),
    wait: flag('follow the run to its end and show its report'),
  },
  async run(context, { wait, ...values }) {
    const input = inputOf(values);
    try {
      // The machine judges by the same function: what it would refuse need not be started.
      runOf({ input, executionArn: '', startedAt: '' });
    } catch (thrown) {
      if (thrown instanceof InvalidInput) throw new UsageError(thrown.message, { cause: thrown });
      throw thrown;
    }
    return connected(context, async (connection) => {
      connection.feedOutputs(values.feed);
      const executionArn = await start(connection.sfn, connection.outputs.stateMachineArn, input);
      if (!wait && !values['dry-run']) {
        context.output.say(`started ${executionArn}`);
        context.output.document({ executionArn, status: 'RUNNING', report: null });
        return 0;
      }
      const ended = await followed(context, connection, executionArn);
      const report = await connection.objects.readJson(reportKey(values.feed, ended.run), reportSchema);
      const plan = values['dry-run'] ? await connection.objects.readJson(planKey(values.feed, ended.run), planSchema) : undefined;
      return tell(context, executionArn, ended, report, plan);
    });
  },
});
