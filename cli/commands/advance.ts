import { UsageError } from '../../contracts/errors';
import { command, optionalValue } from '../command';
import { parseDuration, parseInstant } from '../duration';
import { describedHost } from '../host';
import { COMMANDS } from '../table';

/** Time passes in portions, so that one sees it pass and can stop in between. */
const PORTION_MILLIS = 3_600_000;

export const advanceCommand = command({
  name: 'advance',
  summary: COMMANDS.advance.summary,
  help: `Lets virtual time pass on a host that was started with \`lithify local --clock manual\`. All that falls due in it happens: buffers are
delivered, schedules start runs, waits end. The command ends when the new time is reached and the work that was due by then is done;
Ctrl-C stops after the hour that is under way.

  lithify advance 15m
  lithify advance 36h
  lithify advance PT1H30M
  lithify advance --to 2026-11-22T06:00:00Z`,
  positionals: [{ name: 'DURATION', summary: 'a length of time such as 90s, 15m, 36h, 2d, 1h30m or PT15M', required: false }],
  options: {
    to: optionalValue('INSTANT', 'advance to this time instead, ISO 8601, UTC unless it says otherwise', parseInstant),
  },
  async run(context, { to }, [duration]) {
    if (duration === undefined && to === undefined)
      throw new UsageError('how far? Give a length of time such as 15m, or --to and an instant.');
    if (duration !== undefined && to !== undefined)
      throw new UsageError(`both ${duration} and --to are given; give one of them.`);
    const length = duration === undefined ? undefined : parseDuration(duration);
    const { host, description } = await describedHost(context);
    if (description.clock === 'wall') {
      throw new UsageError(
        `the host at ${context.endpoint} follows the wall's clock; start it with \`lithify local --clock manual\`.`,
      );
    }
    let left = length ?? to! - Date.parse(description.now);
    if (left < 0)
      throw new UsageError(
        `--to is ${new Date(to!).toISOString()}, but the host's clock shows ${description.now}: time only goes forward.`,
      );
    let { now } = description;
    while (left > 0) {
      const portion = Math.min(left, PORTION_MILLIS);
      context.output.progress(`advancing: ${now}`);
      ({ now } = await host.advance(portion));
      left -= portion;
    }
    context.output.progress('');
    context.output.say(now);
    context.output.document({ now });
    return 0;
  },
});
