import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Host } from '../../local/host-types';
import { CHECKOUT, commandsIn } from '../docs/shell-blocks';
import { openHost } from './lake';

const run = promisify(execFile);

/** What the README lets a newcomer type into a second terminal while a host runs in the first, and later on about a deployed stack. */
const COMMANDS = commandsIn('README.md')
  .map(({ words }) => words)
  .filter(([npx, lithify, command]) => npx === 'npx' && lithify === 'lithify' && command !== 'local')
  .map((words) => words.slice(2));
const onAws = (words: readonly string[]): boolean => words.includes('--aws');

describe('the README', () => {
  let host: Host;
  let dataDir: string;
  let answers: Readonly<Record<string, unknown>>;
  /** Where the host stands in for AWS, and a script for the Pulumi CLI that would know the stack. */
  let deployed: NodeJS.ProcessEnv;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'lithify-readme-'));
    host = await openHost(dataDir);
    writeFileSync(join(dataDir, 'outputs.json'), JSON.stringify(host.outputs));
    const pulumi = join(dataDir, 'pulumi');
    writeFileSync(pulumi, `#!/bin/sh\n[ "$*" = "stack output --json --stack dev" ] && cat "${join(dataDir, 'outputs.json')}"\n`);
    chmodSync(pulumi, 0o755);
    deployed = {
      ...process.env,
      PATH: `${dataDir}${delimiter}${process.env['PATH']}`,
      AWS_ENDPOINT_URL: host.endpoint,
      AWS_ACCESS_KEY_ID: 'operator',
      AWS_SECRET_ACCESS_KEY: 'operator',
    };
    const said: [string, unknown][] = [];
    for (const words of COMMANDS) {
      const place = onAws(words) ? [] : ['--endpoint', host.endpoint];
      const { stdout } = await run(process.execPath, [join(CHECKOUT, 'bin', 'lithify.cjs'), ...words, ...place, '--json'], {
        env: onAws(words) ? deployed : process.env,
      });
      said.push([`${words[0]}${onAws(words) ? ' --aws' : ''}`, JSON.parse(stdout)]);
    }
    answers = Object.fromEntries(said);
  });
  afterAll(async () => {
    await host.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test('its commands work in the order in which they stand, and end with what they promise', () => {
    expect(COMMANDS.filter((words) => !onAws(words)).map(([command]) => command)).toEqual([
      'produce',
      'advance',
      'query',
      'verify',
    ]);
    expect(answers['produce']).toMatchObject({ acknowledged: 10_500, failed: 0 });
    expect(answers['verify']).toMatchObject({ ok: true });
    expect(JSON.stringify(answers['query'])).toContain('event_type');
  });

  test('its commands for a deployed stack find it by its outputs, and answer the same', () => {
    expect(COMMANDS.filter(onAws).map(([command]) => command)).toEqual(['status', 'compact', 'verify']);
    expect(answers['status --aws']).toMatchObject({ feeds: [{ feed: 'events', lock: null }, {}, {}, {}, {}] });
    expect(answers['compact --aws']).toMatchObject({ status: 'SUCCEEDED' });
    expect(answers['verify --aws']).toMatchObject({ ok: true });
  });
});
