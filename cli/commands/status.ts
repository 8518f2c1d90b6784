import { FEED_NAMES } from '../../contracts/feeds';
import { choice, command, type ExitCode } from '../command';
import { connected } from '../connection';
import { collectStatus } from '../status/collect';
import { statusLines } from '../status/lines';
import { COMMANDS } from '../table';

export const statusCommand = command({
  name: 'status',
  summary: COMMANDS.status.summary,
  reachesAws: true,
  help: `Shows where the lake stands: what is published, which small files wait for a compaction (every object is compared with the ledgers, so
the numbers are exact), what the last runs did and could not read, who holds the lock, and the schedule.

  lithify status
  lithify --json status | jq '.pending | length'`,
  options: { feed: choice(FEED_NAMES, 'the feed to look at', 'events') },
  async run(context, { feed }) {
    return connected(context, async (connection): Promise<ExitCode> => {
      connection.feedOutputs(feed);
      const status = await collectStatus(connection, feed, (line) => context.output.progress(line));
      context.output.progress('');
      for (const line of statusLines(status, context.output.columns)) context.output.say(line);
      context.output.document(status);
      return 0;
    });
  },
});
