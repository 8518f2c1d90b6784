import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../cli/run';
import { advanceCommand } from '../../cli/commands/advance';
import { compactCommand } from '../../cli/commands/compact';
import { queryCommand } from '../../cli/commands/query';
import { event, Lake, PROJECT, START } from './lake';

const SECOND = START / 1_000;
const PATIENCE_MILLIS = 240_000;
const FEED = 'contracts/feeds/events.ts';
const AFTER = "{ ...COPIES, comment: 'How many times the event arrived' },";
const ADDED = "read('currency', 'string', { from: 'text', path: 'currency' }, 'Currency, where the event has one'),";

/** A checkout whose feed has one column more; what is not source is shared with this one. */
const checkoutWithColumn = (): string => {
  const checkout = mkdtempSync(join(tmpdir(), 'lithify-column-'));
  for (const entry of ['contracts', 'workflows', 'handlers', 'infra', 'local', 'cli', 'corpora', 'console', 'bin'])
    cpSync(join(PROJECT, entry), join(checkout, entry), { recursive: true });
  for (const entry of ['package.json', 'tsconfig.json', 'Pulumi.yaml', 'Pulumi.dev.yaml', 'Pulumi.prod.yaml'])
    cpSync(join(PROJECT, entry), join(checkout, entry));
  symlinkSync(join(PROJECT, 'node_modules'), join(checkout, 'node_modules'));
  const feed = readFileSync(join(checkout, FEED), 'utf8');
  if (!feed.includes(AFTER)) throw new Error(`${FEED} is written otherwise by now`);
  writeFileSync(join(checkout, FEED), feed.replace(AFTER, `${AFTER}\n    ${ADDED}`));
  return checkout;
};

/** `lithify local` of a checkout, as a process of its own: its endpoint, once it answers. */
const startedFrom = (checkout: string, dataDir: string): Promise<{ readonly host: ChildProcess; readonly endpoint: string }> =>
  new Promise((resolve, reject) => {
    const host = spawn(
      process.execPath,
      [join(checkout, 'bin', 'lithify.cjs'), 'local', '--json', '--clock', 'manual', '--port', '0', '--data-dir', dataDir],
      { cwd: checkout },
    );
    let [out, err] = ['', ''];
    host.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    host.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.endsWith('\n')) resolve({ host, endpoint: (JSON.parse(out) as { endpoint: string }).endpoint });
    });
    host.on('exit', (code) => reject(new Error(`the host ended with ${code}: ${err}`)));
  });

it(
  'a column that is added to a feed is NULL in the partitions that were there before, and filled by a rebuild',
  async () => {
    const lake = await Lake.open();
    await lake.put(event(1, 'a:x', SECOND, { currency: 'EUR' }), event(2, 'b:x', SECOND, { currency: 'CHF' }));
    await lake.night();
    expect(await lake.rows('SELECT event_uuid FROM events')).toHaveLength(2);
    await lake.put(event(3, 'a:x', SECOND, { currency: 'USD' }));
    await lake.close();

    const checkout = checkoutWithColumn();
    const { host, endpoint } = await startedFrom(checkout, lake.dataDir);
    const ask = async (command: 'advance' | 'compact' | 'query', ...args: readonly string[]): Promise<unknown> => {
      let [stdout, stderr] = ['', ''];
      const load = { advance: () => advanceCommand, compact: () => compactCommand, query: () => queryCommand };
      const exitCode = await runCli([command, ...args, '--json', '--endpoint', endpoint], {
        stdout: { write: (text) => (stdout += text) },
        stderr: { write: (text) => (stderr += text) },
        readInput: () => Promise.resolve(''),
        projectDirectory: PROJECT,
        version: '0',
        commands: { [command]: { summary: '', load: load[command] } },
      });
      if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}: ${stdout}${stderr}`);
      return JSON.parse(stdout) as unknown;
    };
    const rows = async (): Promise<unknown> =>
      (
        (await ask('query', 'SELECT event_type, event_uuid, currency, copies FROM events ORDER BY event_uuid')) as {
          rows: unknown;
        }
      ).rows;
    const uuid = (number: number): string => `00000000-0000-4000-8000-00000000000${number}`;
    try {
      const text = JSON.stringify(await rows());
      expect(text).toContain(uuid(1));
      expect(text).not.toContain('EUR');

      // The next night rewrites one of the two: what it takes over keeps its NULL, what is new has a value, and the other one still reads.
      await ask('advance', '27h');
      const mixed = JSON.stringify(await rows());
      expect(mixed).toContain('USD');
      expect(mixed).not.toContain('EUR');
      expect(mixed).not.toContain('CHF');

      const compacted = (await ask('compact', '--rebuild', '--full', '--wait')) as {
        report: { compared: { differences: { what: string; rows: number }[] }[] };
      };
      expect(
        compacted.report.compared.map(({ differences }) => differences.map(({ what, rows: count }) => [what, count])),
      ).toEqual([[['columns', 1]], [['columns', 1]]]);
      const rebuilt = JSON.stringify(await rows());
      for (const currency of ['EUR', 'CHF', 'USD']) expect(rebuilt).toContain(currency);
    } finally {
      host.removeAllListeners('exit');
      await new Promise((resolve) => {
        host.on('exit', resolve);
        host.kill('SIGINT');
      });
      rmSync(checkout, { recursive: true, force: true });
      rmSync(lake.dataDir, { recursive: true, force: true });
    }
  },
  PATIENCE_MILLIS,
);
