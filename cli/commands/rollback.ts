import { UsageError } from '../../contracts/errors';
import { FEED_NAMES } from '../../contracts/feeds';
import { choice, command, flag, optionalValue, type CommandContext, type ExitCode } from '../command';
import { connected, type Connection } from '../connection';
import { counted, readableCount } from '../format/readable';
import { chosenPartitions, planRollback, rollBack, type RollbackRequest } from '../rollback/rollback';
import { readTrail, type RollbackRecord } from '../rollback/run-trail';
import { takeLock } from '../rollback/terminal-lock';
import { COMMANDS } from '../table';

const RUN = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;
const PAUSE_MILLIS = 500;
/** Wall time of waiting after which a clock that stands still is worth a hint. */
const IDLE_PAUSES = 10;

const readPartitions = (given: string, name: string): readonly string[] => {
  const paths = given.split(',').map((path) => path.replace(/\/$/, ''));
  const wrong = paths.find((path) => !/^[a-z0-9_]+=[^/=]+(\/[a-z0-9_]+=[^/=]+)*$/.test(path));
  if (wrong !== undefined)
    throw new UsageError(
      `${name} is "${wrong}"; it must be a partition's path, such as event_type=payment/created_date=2026-11-20.`,
    );
  return paths;
};

/** Waits on the clock of the place. */
const waitUntil = async (context: CommandContext, connection: Connection, instant: number): Promise<string> => {
  for (let pauses = 0; ; pauses++) {
    const now = await connection.present();
    if (Date.parse(now) >= instant) return now;
    const until = new Date(instant).toISOString();
    context.output.progress(`rollback: waits until ${until} for what the lock's owner before may still be writing`);
    if (pauses === IDLE_PAUSES && connection.place.clock === 'manual')
      context.output.note(`the host's clock stands at ${now}; it waits until ${until}: \`lithify advance 15m\` lets it pass.`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLIS));
  }
};

const lines = ({ run, rolledBack, refused }: RollbackRecord, dryRun: boolean): readonly string[] => [
  ...rolledBack.map(
    ({ partition, to, rowsBefore, rowsAfter, sources, lines: newLines }) =>
      `${partition}: ${dryRun ? 'would go' : 'went'} back to run ${to}: ${readableCount(rowsBefore)} -> ${counted(rowsAfter, 'row')}, ` +
      `${counted(sources, 'source')} with ${counted(newLines, 'line')} new again`,
  ),
  ...refused.map(({ partition, reason }) => `${partition}: refused: it ${reason}`),
  `rollback of run ${run}: ${counted(rolledBack.length, 'partition')} ${dryRun ? 'would be ' : ''}rolled back, ${readableCount(refused.length)} refused${dryRun ? '; nothing was changed' : ''}`,
  ...(rolledBack.length === 0 || dryRun
    ? []
    : ['they are held: no run rewrites them until `lithify compact --force`; force them before raw expires']),
];

const rolledBackUnderLock = async (
  context: CommandContext,
  connection: Connection,
  request: RollbackRequest,
): Promise<RollbackRecord> => {
  const { objects, sfn, now } = connection;
  const { stateMachineArn } = connection.outputs;
  const lock = await takeLock({
    objects,
    sfn,
    stateMachineArn,
    table: request.table,
    purpose: `rollback of ${request.run}`,
    now,
    clock: async () => Date.parse(await connection.present()),
  });
  try {
    const ready = await waitUntil(context, connection, lock.readyAt);
    return await rollBack({ ...request, now: ready }, lock);
  } finally {
    await lock.release();
    context.output.progress('');
  }
};

export const rollbackCommand = command({
  name: 'rollback',
  summary: COMMANDS.rollback.summary,
  reachesAws: true,
  help: `Flips the partitions that a run published back to the state which it replaced, location and ledger together, so that what the run had
taken in is new again. A partition that was rolled back is held: no run touches it until it is forced. Refused is what would lose
events or cannot be told any more: a partition that the run created, one that was published since, one whose former files or ledger the
sweep has deleted (after the grace period), one of whose sources has expired. What is refused stays as it is; the exit code is 1 then.

The lock is taken first: a run that is at work refuses the rollback. An abandoned lock is taken over, and what its owner may
still be writing is waited out (15 minutes).

  lithify rollback 20261121T003000Z-1a2b3c4d --dry-run
  lithify rollback 20261121T003000Z-1a2b3c4d
  lithify rollback 20261121T003000Z-1a2b3c4d --partition event_type=payment/created_date=2026-11-20
  lithify compact --force --event-type payment --from 2026-11-20 --to 2026-11-20 --wait`,
  positionals: [{ name: 'RUN', summary: 'the id of the run to undo, as `lithify runs` shows it', required: true }],
  options: {
    feed: choice(FEED_NAMES, 'the feed whose run it is', 'events'),
    partition: optionalValue('PARTITION[,PARTITION…]', 'only these of its partitions, by path', readPartitions),
    'dry-run': flag('tell what would be rolled back and what refused, and change nothing'),
  },
  async run(context, { feed, partition, 'dry-run': dryRun }, [run = '']) {
    if (!RUN.test(run))
      throw new UsageError(`"${run}" is no id of a run; \`lithify runs\` shows them, such as 20261121T003000Z-1a2b3c4d.`);
    return connected(context, async (connection): Promise<ExitCode> => {
      connection.feedOutputs(feed);
      const { objects, outputs, place } = connection;
      const request: RollbackRequest = {
        objects,
        catalog: connection.partitions(feed),
        bucket: outputs.bucket,
        table: feed,
        run,
        graceHours: outputs.graceHours,
        partitions: partition,
        now: place.now,
        onProgress: (line) => context.output.progress(line),
      };
      // What is wrong use is told before anything is locked.
      chosenPartitions(await readTrail(objects, feed, run), request);
      const record = dryRun ? await planRollback(request) : await rolledBackUnderLock(context, connection, request);
      for (const line of lines(record, dryRun)) context.output.say(line);
      context.output.document({ feed, dryRun, ...record });
      return record.refused.length === 0 ? 0 : 1;
    });
  },
});
