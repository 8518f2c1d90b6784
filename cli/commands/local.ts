import { resolve } from 'node:path';
import type { Host } from '../../local/host-types';
import { choice, command, text, wholeNumber } from '../command';
import { ENGINE_OPTIONS, engineChoice } from '../engine';
import type { Output } from '../output';
import { startedHost } from '../start';
import { stopSignal } from '../stop-signal';
import { COMMANDS } from '../table';

const DEFAULT_PORT = 4566;

/** Three commands to try, as they must be typed for this host. */
export const hints = ({ endpoint, clock }: Pick<Host, 'endpoint' | 'clock'>): readonly string[] => {
  const at = endpoint === `http://127.0.0.1:${DEFAULT_PORT}` ? '' : ` --endpoint ${endpoint}`;
  return [
    `npx lithify produce events --count 1000${at}`,
    clock === 'manual' ? `npx lithify advance 36h${at}` : `npx lithify status${at}`,
    `npx lithify query "SELECT event_type, count(*) FROM events GROUP BY event_type"${at}`,
  ];
};

/** Outputs by their paths, `feeds.users.streamName`, in the order in which the program has them. */
export const flat = (outputs: Readonly<Record<string, unknown>>, path = ''): readonly (readonly [string, string])[] =>
  Object.entries(outputs).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? flat(value as Readonly<Record<string, unknown>>, `${path}${name}.`)
      : [[`${path}${name}`, String(value)] as const],
  );

const announce = (output: Output, host: Host, stack: string, dataDirectory: string): void => {
  const { endpoint, region, accountId, clock, outputs } = host;
  const named = flat(outputs);
  const column = Math.max(...named.map(([name]) => name.length));
  output.say(
    `The embedded host runs stack ${stack} at ${endpoint} (${clock === 'manual' ? 'a clock set by hand' : "the wall's clock"}).`,
  );
  output.say(`Region ${region}, account ${accountId}; any keys will do. The lake lies under ${dataDirectory}.`);
  output.say('');
  for (const [name, value] of named) output.say(`  ${name.padEnd(column)}  ${value}`);
  output.say('');
  output.say('Try, in a second terminal:');
  for (const line of hints(host)) output.say(`  ${line}`);
  output.say('');
  output.say('Ctrl-C stops it; what it holds is there again when it is started on the same data directory.');
  output.document({ endpoint, region, accountId, clock, outputs });
};

export const localCommand = command({
  name: 'local',
  summary: COMMANDS.local.summary,
  help: `Runs the pipeline of a stack on this machine: the program that \`pulumi up\` deploys, on stand-ins for the AWS services that answer
the real wire protocols on one loopback port. Any AWS SDK, the AWS CLI and the other lithify commands can talk to it.

On the wall's clock everything takes its real time: buffers fill for minutes, the compaction runs at night. With --clock manual time
stands still until \`lithify advance\` lets it pass, and a night takes as long as the work that it does.

  lithify local                              the wall's clock, port 4566, data in .lithify
  lithify local --clock manual               time passes by \`lithify advance\`
  lithify local --port 0 --data-dir /tmp/x   a free port, another directory
  lithify local --engine trino --trino http://127.0.0.1:8180
                                             a real Trino runs the SQL, and reads this host's Glue and S3
  aws --endpoint-url http://127.0.0.1:4566 kinesis list-streams`,
  options: {
    port: wholeNumber('loopback port; 0 takes a free one', 0, 65_535, DEFAULT_PORT),
    'data-dir': text('DIR', 'where the lake and the memory of the host live', '.lithify'),
    clock: choice(['wall', 'manual'], 'how time passes', 'wall'),
    ...ENGINE_OPTIONS,
  },
  async run({ stack, output, projectDirectory }, { port, 'data-dir': directory, clock, ...engines }) {
    const engine = engineChoice(engines);
    const dataDirectory = resolve(directory);
    const stop = stopSignal();
    let host: Host;
    try {
      host = await startedHost({ stack, projectDirectory, dataDirectory, port, clock, engine });
    } catch (thrown) {
      // Ctrl-C reaches the helpers of the start too, and a start that was broken off has nothing to tell.
      if (stop.asked) return 0;
      throw thrown;
    }
    announce(output, host, stack, dataDirectory);
    await stop.signalled;
    output.progress('stopping');
    await host.close();
    output.progress('');
    return 0;
  },
});
