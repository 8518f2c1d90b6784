import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTrino, toolOf } from './tool';

describe('the tool that starts a Trino', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'lithify-tool-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A tool that writes down what it is asked for, and does `start` when it is to start. */
  const tool = (start: string): string => {
    const path = join(folder, 'trino');
    writeFileSync(path, `#!/bin/sh\necho "$@" >> '${folder}/asked'\n[ "$1" = stop ] || { ${start}\n}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const asked = (): string => readFileSync(join(folder, 'asked'), 'utf8');
  const start = (path: string, withinMillis = 60_000): Promise<string | undefined> =>
    startTrino({ path, port: 8180, hostUrl: 'http://127.0.0.1:4566' }, withinMillis);

  it('is told the endpoints and the port, and is left alone when it has started one', async () => {
    expect(await start(tool('true'))).toBeUndefined();
    expect(asked()).toBe('start --glue http://127.0.0.1:4566 --s3 http://127.0.0.1:4566 --port 8180\n');
  });

  it('says its last words where it starts none, and stops what it has begun', async () => {
    const path = tool('echo fetching >&2; echo "no room on the disk" >&2; exit 3');
    expect(await start(path)).toBe(`${path} started no Trino (3): no room on the disk`);
    expect(asked()).toMatch(/stop --port 8180\n$/);
  });

  it('is ended, with all that it has begun, where it takes too long', async () => {
    const path = tool(`tail -f /dev/null & echo $! > '${folder}/child'; wait`);
    expect(await start(path, 1_000)).toBe(`${path} did not start a Trino within 1 s`);
    expect(asked()).toMatch(/stop --port 8180\n$/);
    // A zombie at most, until someone reaps it.
    const state = spawnSync('ps', ['-o', 'stat=', '-p', readFileSync(join(folder, 'child'), 'utf8').trim()], {
      encoding: 'utf8',
    });
    expect(state.error).toBeUndefined();
    expect(state.stdout.trim()).toMatch(/^(Z|$)/);
  });

  it('is not there, and says so', async () => {
    expect(await start(join(folder, 'nowhere'))).toMatch(/nowhere cannot be run: spawn .* ENOENT$/);
  });

  it('is the one that the environment names, else the one on PATH, else none', () => {
    const path = tool('true');
    expect(toolOf({ LITHIFY_TRINO: '/a/trino', PATH: folder })).toBe('/a/trino');
    expect(toolOf({ LITHIFY_TRINO: '', PATH: `/nowhere:${folder}` })).toBe(path);
    expect(toolOf({ PATH: '/nowhere' })).toBeUndefined();
  });
});
