import { resolve } from 'node:path';
import type { Host, Page } from '../../local/host-types';
import { LOCAL_CONSOLE } from '../../local/local-console';
import { choice, command, text, wholeNumber } from '../command';
import type { Output } from '../output';
import { startedHost } from '../start';
import { stopSignal } from '../stop-signal';
import { COMMANDS } from '../table';

const DEFAULT_PORT = 4566;
const DEFAULT_PAGE_PORT = 4570;

/** The address that signs its reader in: what stands behind # stays in the browser. */
export const signedInAddress = ({ url, token }: Page): string => (token === undefined ? `${url}/` : `${url}/#token=${token}`);

const announce = (output: Output, host: Host, stack: string, dataDirectory: string): void => {
  const at = host.endpoint === `http://127.0.0.1:${DEFAULT_PORT}` ? '' : ` --endpoint ${host.endpoint}`;
  output.say(`The members page of stack ${stack}, on the embedded host at ${host.endpoint}. Open it in a browser:`);
  output.say('');
  for (const page of host.pages) output.say(`  ${signedInAddress(page)}`);
  output.say('');
  output.say('Whoever has this address can change members, from this machine alone. It stays good for this data directory.');
  output.say(`Members, outbox and lake lie under ${dataDirectory}. What the page logs is in the table after a night:`);
  output.say('');
  if (host.clock === 'manual') output.say(`  npx lithify advance 36h${at}`);
  output.say(`  npx lithify query "SELECT event_name, count(*) FROM members GROUP BY event_name"${at}`);
  output.say('');
  output.say('Ctrl-C stops it.');
  const pages = host.pages.map((page) => ({ name: page.name, url: page.url, address: signedInAddress(page) }));
  output.document({ endpoint: host.endpoint, clock: host.clock, pages, outputs: host.outputs });
};

export const consoleCommand = command({
  name: 'console',
  summary: COMMANDS.console.summary,
  help: `Runs the embedded host as \`lithify local\` does, with the members page: create, read, change and delete members in a browser, see
where each change is logged, and read a member's history back from the lake.

The page is the function that is deployed, behind a stand-in for its HTTP API on a loopback port of its own. It asks for a token as it
does on AWS; here the host signs one, and the address that is printed carries it. A stack that has no page of its own gets one.

  lithify console                            the wall's clock, the page on port 4570
  lithify console --clock manual             a night passes by \`lithify advance 36h\`
  lithify console --port 0 --page-port 0     free ports`,
  options: {
    port: wholeNumber('loopback port of the host; 0 takes a free one', 0, 65_535, DEFAULT_PORT),
    'page-port': wholeNumber('loopback port of the page; 0 takes a free one', 0, 65_535, DEFAULT_PAGE_PORT),
    'data-dir': text('DIR', 'where members, the lake and the memory of the host live', '.lithify'),
    clock: choice(['wall', 'manual'], 'how time passes', 'wall'),
  },
  async run({ stack, output, projectDirectory }, { port, 'page-port': pagePort, 'data-dir': directory, clock }) {
    const dataDirectory = resolve(directory);
    const stop = stopSignal();
    let host: Host;
    try {
      host = await startedHost({ stack, projectDirectory, dataDirectory, port, pagePort, clock, console: LOCAL_CONSOLE });
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
