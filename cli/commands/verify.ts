import { FEED_NAMES } from '../../contracts/feeds';
import { readLock } from '../../handlers/aws/lock';
import { audit } from '../audit/audit';
import { auditLines } from '../audit/lines';
import { choice, command, type ExitCode } from '../command';
import { connected } from '../connection';
import { COMMANDS } from '../table';

export const verifyCommand = command({
  name: 'verify',
  summary: COMMANDS.verify.summary,
  reachesAws: true,
  help: `Audits the lake by SQL, and by reading what SQL cannot be asked about. Checks that the curated table has no key twice, over all
partitions; that every row lies in its own partition; that, per partition, the copies add up to the lines of the ledger, and the lines in
raw and pieces to the copies, what is not yet compacted and what is unreadable; and that every routed line is in a piece or rejected.
Differences are named per partition, and the exit code is 1 if there is any. Unreadable objects are named; they are no difference.

  lithify verify
  lithify --json verify | jq .ok`,
  options: { feed: choice(FEED_NAMES, 'the feed to audit', 'events') },
  async run(context, { feed }) {
    return connected(context, async (connection): Promise<ExitCode> => {
      connection.feedOutputs(feed);
      const held = await readLock(connection.objects, feed);
      if (held !== undefined)
        context.output.note(
          `a run holds the lock; what it is doing may show as differences (${held.lock?.owner ?? 'its owner cannot be read'})`,
        );
      const result = await audit(connection, feed, (line) => context.output.progress(line));
      context.output.progress('');
      for (const line of auditLines(result)) context.output.say(line);
      context.output.document(result);
      return result.ok ? 0 : 1;
    });
  },
});
