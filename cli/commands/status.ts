import { FEED_NAMES } from '../../contracts/feeds';
import { command, optionalChoice, type ExitCode } from '../command';
import { connected } from '../connection';
import { collectStatus, lastExecutions, type Status } from '../status/collect';
import { statusLines } from '../status/lines';
import { overviewLines } from '../status/overview';
import { COMMANDS } from '../table';

export const statusCommand = command({
  name: 'status',
  summary: COMMANDS.status.summary,
  reachesAws: true,
  help: `Shows where the lake stands: a line for each feed of the stack, or with --feed all there is to say of one: what is published, which
small files wait for a compaction (every object is compared with the ledgers, so the numbers are exact), what the last runs did and could
not read, who holds the lock, and the schedule.

  lithify status
  lithify status --feed events
  lithify --json status | jq '.feeds[] | {feed, pending: (.pending | length)}'`,
  options: { feed: { ...optionalChoice(FEED_NAMES, 'the feed to look at'), fallback: 'all of them' } },
  async run(context, { feed }) {
    return connected(context, async (connection): Promise<ExitCode> => {
      if (feed !== undefined) connection.feedOutputs(feed);
      const { output } = context;
      const progress = (line: string): void => output.progress(line);
      const executions = await lastExecutions(connection);
      const statuses: Status[] = [];
      const known = FEED_NAMES.filter((name) => Object.hasOwn(connection.outputs.feeds, name));
      for (const name of feed === undefined ? known : [feed])
        statuses.push(await collectStatus(connection, name, executions, progress));
      progress('');
      const [one] = statuses;
      const lines =
        feed === undefined || one === undefined
          ? overviewLines(connection.place.stack, statuses, output.columns)
          : statusLines(one, output.columns);
      for (const line of lines) output.say(line);
      output.document(feed === undefined ? { now: connection.place.now, feeds: statuses } : one);
      return 0;
    });
  },
});
