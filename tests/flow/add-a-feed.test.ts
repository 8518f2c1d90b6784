import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHECKOUT = join(__dirname, '..', '..');
const NEEDED = ['bin', 'cli', 'console', 'contracts', 'corpora', 'examples', 'handlers', 'infra', 'local', 'workflows'];

/**
 * In a process of the changed checkout: the day of the added feed, a record from its stream to the answer of a query, and every command that
 * knows feeds.
 */
const PLAY = `
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { AthenaClient } from '@aws-sdk/client-athena';
import { runQuery } from './cli/athena-query';
import { runFeedDemo } from './cli/demo/feed-run';
import { shippedTemplate } from './cli/produce/shipped';
import { runCli } from './cli/run';
import { startHost } from './local/host';

const play = async () => {
  const told: Record<string, unknown> = {};
  const host = await startHost({
    stack: 'dev', projectDirectory: __dirname, dataDirectory: __dirname + '/data', port: 0, clock: 'manual',
    startMillis: Date.parse('2026-11-02T00:00:00.000Z'),
  });
  const template = await shippedTemplate(__dirname, 'visits');
  told.day = await runFeedDemo(
    { feed: 'visits', template, records: 200, hours: 2, duplicates: 0.1, malformed: 0.05, seed: 1 }, host, () => undefined,
  );
  const run = async (...words: string[]) => {
    let stdout = '';
    const sink = { write: (text: string) => (stdout += text) };
    await runCli([...words, '--endpoint', host.endpoint, '--json'], {
      stdout: sink, stderr: process.stderr, readInput: async () => '', projectDirectory: __dirname, version: '0',
    });
    return JSON.parse(stdout);
  };
  const client = { endpoint: host.endpoint, region: host.region, credentials: { accessKeyId: 'operator', secretAccessKey: 'x' } };
  const [kinesis, athena] = [new KinesisClient(client), new AthenaClient(client)];
  const StreamName = (host.outputs['feeds'] as Record<string, { streamName: string }>)['visits']?.streamName;
  const visit = Buffer.from('{"visitor":"hand","page":"/shop/cart"}');
  await kinesis.send(new PutRecordsCommand({ StreamName, Records: [1, 2].map((n) => ({ Data: visit, PartitionKey: String(n) })) }));
  told.produce = await run('produce', 'visits', '--count', '20', '--seed', '2');
  await host.advance(10 * 60_000);
  told.compact = await run('compact', '--feed', 'visits', '--force', '--wait');
  told.status = await run('status', '--feed', 'visits');
  told.verify = await run('verify', '--feed', 'visits');
  told.rows = (await runQuery(athena, {
    sql: "SELECT visitor, page, section, copies, arrival_date FROM visits WHERE visitor = 'hand'",
    database: String(host.outputs['database']), workgroup: String(host.outputs['workgroup']),
  })).rows;
  console.log('TOLD ' + JSON.stringify(told));
  for (const each of [kinesis, athena]) each.destroy();
  await host.close();
};
void play();
`;

describe('docs/add-a-feed.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lithify-sixth-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('adds a sixth feed by the declaration and the template that it shows: it plays its day, and every command knows it', () => {
    const text = readFileSync(join(CHECKOUT, 'docs/add-a-feed.md'), 'utf8');
    const [declaration, registration] = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);
    for (const name of NEEDED) cpSync(join(CHECKOUT, name), join(folder, name), { recursive: true });
    for (const name of ['package.json', 'tsconfig.json']) cpSync(join(CHECKOUT, name), join(folder, name));
    symlinkSync(join(CHECKOUT, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'contracts/feeds/visits.ts'), declaration!);
    writeFileSync(join(folder, 'examples/visits.kdg'), /```kdg\n([\s\S]*?)```/.exec(text)![1]!);
    const feeds = join(folder, 'contracts/feeds.ts');
    const [importLine] = registration!.split('\n');
    expect(registration).toContain('visits: VISITS,');
    writeFileSync(
      feeds,
      `${importLine}\n${readFileSync(feeds, 'utf8').replace('  events: EVENTS,\n', '  events: EVENTS,\n  visits: VISITS,\n')}`,
    );
    const stack = readFileSync(join(CHECKOUT, 'Pulumi.dev.yaml'), 'utf8');
    const alone = stack.replaceAll(/(users|films|members):\n {6}enabled: true/g, '$1:\n      enabled: false');
    writeFileSync(
      join(folder, 'Pulumi.dev.yaml'),
      alone.replace('  lithify:feeds:\n', '  lithify:feeds:\n    visits:\n      enabled: true\n'),
    );
    writeFileSync(join(folder, 'play.ts'), PLAY);

    const tsx = join(CHECKOUT, 'node_modules/tsx/dist/cli.mjs');
    const output = execFileSync(process.execPath, [tsx, 'play.ts'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(JSON.parse(/^TOLD (.*)$/m.exec(output)?.[1] ?? 'null')).toMatchObject({
      day: {
        produced: { records: 230, unique: 200, duplicates: 20, malformed: 10 },
        checks: { lost: 0, duplicatesLeft: 0, unexpected: 0, misfiled: 0 },
        secondRun: { queriesStarted: 0 },
      },
      produce: { acknowledged: 20, failed: 0, destination: 'stream lithify-dev-visits' },
      compact: { status: 'SUCCEEDED', report: { table: 'visits', lines: { in: 22, duplicates: 1 } } },
      status: {
        feed: 'visits',
        partitions: [
          { partition: 'arrival_date=2026-11-02', copies: 220 },
          { partition: 'arrival_date=2026-11-04', copies: 22 },
        ],
        pending: [],
      },
      verify: { feed: 'visits', ok: true },
      rows: [['hand', '/shop/cart', 'shop', '2', '2026-11-04']],
    });
  }, 180_000);
});
