import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Host } from '../../local/host-types';
import { CHECKOUT, commandsIn } from '../docs/shell-blocks';
import { openHost } from './lake';

const run = promisify(execFile);

/** What the README lets a newcomer type into a second terminal while a host runs in the first. */
const COMMANDS = commandsIn('README.md')
  .map(({ words }) => words)
  .filter(([npx, lithify, command]) => npx === 'npx' && lithify === 'lithify' && command !== 'local')
  .map((words) => words.slice(2));

describe('the README', () => {
  let host: Host;
  let dataDir: string;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'lithify-readme-'));
    host = await openHost(dataDir);
  });
  afterAll(async () => {
    await host.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test('its commands work in the order in which they stand, and end with what they promise', async () => {
    expect(COMMANDS.map(([command]) => command)).toEqual(['produce', 'advance', 'query', 'verify']);
    const answers: Record<string, unknown> = {};
    for (const [command, ...words] of COMMANDS) {
      const { stdout } = await run(process.execPath, [
        join(CHECKOUT, 'bin', 'lithify.cjs'),
        command!,
        ...words,
        '--endpoint',
        host.endpoint,
        '--json',
      ]);
      answers[command!] = JSON.parse(stdout) as unknown;
    }
    expect(answers['produce']).toMatchObject({ acknowledged: 10_500, failed: 0 });
    expect(answers['verify']).toMatchObject({ ok: true });
    expect(JSON.stringify(answers['query'])).toContain('event_type');
  });
});
