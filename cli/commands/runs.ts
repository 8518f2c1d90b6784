import { LithifyError, UsageError } from '../../contracts/errors';
import { FEED_NAMES } from '../../contracts/feeds';
import { planKey, reportKey } from '../../contracts/lake';
import { planSchema, reportSchema } from '../../workflows/documents';
import { choice, command, wholeNumber, type CommandContext, type ExitCode } from '../command';
import { connected, type Connection } from '../connection';
import { counted, readableCount, readableDollars } from '../format/readable';
import { planLines, reportLines } from '../format/run-report';
import { tableLines } from '../format/table';
import { howStarted, listRuns, rollbacksOf, type ListedRun } from '../runs/list';
import { COMMANDS } from '../table';

const count = (value: number | null): string => (value === null ? '-' : readableCount(value));

const row = ({ run, startedAt, started, status, partitions, lines, dollars, rolledBack }: ListedRun): readonly string[] => [
  run,
  startedAt.slice(0, 19).replace('T', ' '),
  started,
  `${status}${rolledBack === 0 ? '' : `, ${counted(rolledBack, 'partition')} rolled back`}`,
  count(partitions),
  count(lines),
  dollars === null ? '-' : readableDollars(dollars),
];

const list = async (context: CommandContext, connection: Connection, feed: string, limit: number): Promise<ExitCode> => {
  const runs = await listRuns(connection, feed, limit);
  context.output.document({ feed, runs });
  if (runs.length === 0) context.output.say(`feed ${feed}: no runs yet`);
  else
    for (const line of tableLines(
      [
        { title: 'run' },
        { title: 'started (UTC)' },
        { title: 'how' },
        { title: 'status' },
        ...['partitions', 'lines', 'cost'].map((title) => ({ title, right: true })),
      ],
      runs.map(row),
      context.output.columns,
    ))
      context.output.say(line);
  return 0;
};

const show = async (context: CommandContext, connection: Connection, feed: string, run: string): Promise<ExitCode> => {
  const { objects } = connection;
  const { output } = context;
  const report = await objects.readJson(reportKey(feed, run), reportSchema);
  const plan = await objects.readJson(planKey(feed, run), planSchema);
  if (report === undefined && plan === undefined) {
    const known = (await listRuns(connection, feed, 1_000)).find((one) => one.run === run);
    if (known === undefined)
      throw new UsageError(`run ${run} of ${feed} is unknown; \`lithify runs\` lists those that are known.`);
    throw new LithifyError('no-report', `run ${run} left no report: it is ${known.status} since ${known.startedAt}.`);
  }
  const rollbacks = await rollbacksOf(connection, feed, run);
  output.document({ feed, run, report: report ?? null, plan: plan ?? null, rollbacks });
  if (report === undefined) output.say(`run ${run} has left no report yet`);
  else {
    output.say(`run ${run}, started ${howStarted(report.input)}, ${report.startedAt} to ${report.endedAt}`);
    for (const line of report.dryRun ? [] : reportLines(report, output.columns)) output.say(line);
  }
  for (const line of plan === undefined ? [] : planLines(plan, output.columns)) output.say(line);
  for (const { at, rolledBack, refused } of rollbacks) {
    output.say(`rolled back at ${at}: ${counted(rolledBack.length, 'partition')}, ${readableCount(refused.length)} refused`);
    for (const { partition, to } of rolledBack) output.say(`  ${partition}: back to run ${to}`);
  }
  return 0;
};

export const runsCommand = command({
  name: 'runs',
  summary: COMMANDS.runs.summary,
  reachesAws: true,
  help: `Lists the runs of a feed, newest first: when and how each was started, how it ended, what it published and what it cost. With
\`show\` and the id of a run: its report, what it did and could not do per partition, its plan with the reason for each decision, and what was
rolled back of it since.

  lithify runs
  lithify runs show 20261121T003000Z-1a2b3c4d
  lithify --json runs | jq -r '.runs[0].run'`,
  positionals: [
    { name: 'show', summary: '`show`, to see one run', required: false },
    { name: 'RUN', summary: 'the id of the run to show', required: false },
  ],
  options: {
    feed: choice(FEED_NAMES, 'the feed whose runs to look at', 'events'),
    limit: wholeNumber('how many runs to list', 1, 1_000, 20),
  },
  async run(context, { feed, limit }, [verb, run]) {
    if (verb !== undefined && verb !== 'show')
      throw new UsageError(`"${verb}" is nothing that \`lithify runs\` does; it lists runs, or shows one: runs show RUN.`);
    if (verb === 'show' && run === undefined)
      throw new UsageError('`lithify runs show` needs the id of a run; `lithify runs` lists them.');
    return connected(context, (connection) => {
      connection.feedOutputs(feed);
      return run === undefined ? list(context, connection, feed, limit) : show(context, connection, feed, run);
    });
  },
});
