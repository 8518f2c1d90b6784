import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHECKOUT = join(__dirname, '..', '..');
const NEEDED = ['bin', 'cli', 'console', 'contracts', 'corpora', 'examples', 'handlers', 'infra', 'local', 'workflows'];

/** Plays a record of the added feed from its stream to the answer of a query, in a process of the changed checkout. */
const PLAY = `
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { AthenaClient } from '@aws-sdk/client-athena';
import { runQuery } from './cli/athena-query';
import { startHost } from './local/host';

const play = async () => {
  const host = await startHost({
    stack: 'dev', projectDirectory: __dirname, dataDirectory: __dirname + '/data', port: 0, clock: 'manual',
    startMillis: Date.parse('2026-11-02T00:00:00.000Z'),
  });
  const client = { endpoint: host.endpoint, region: host.region, credentials: { accessKeyId: 'operator', secretAccessKey: 'x' } };
  const [kinesis, athena] = [new KinesisClient(client), new AthenaClient(client)];
  const StreamName = (host.outputs['feeds'] as any).visits.streamName;
  const visit = Buffer.from('{"visitor":"v1","page":"/shop/cart"}');
  await kinesis.send(new PutRecordsCommand({ StreamName, Records: [1, 2].map((n) => ({ Data: visit, PartitionKey: String(n) })) }));
  await host.advance(25 * 3_600_000);
  const { rows } = await runQuery(athena, {
    sql: 'SELECT visitor, page, section, copies, arrival_date FROM visits',
    database: String(host.outputs['database']), workgroup: String(host.outputs['workgroup']),
  });
  console.log('ROWS ' + JSON.stringify(rows));
  for (const each of [kinesis, athena]) each.destroy();
  await host.close();
};
void play();
`;

describe('docs/add-a-feed.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lithify-sixth-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('adds a sixth feed by the declaration that it shows, and the feed plays', () => {
    const text = readFileSync(join(CHECKOUT, 'docs/add-a-feed.md'), 'utf8');
    const [declaration, registration] = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);
    for (const name of NEEDED) cpSync(join(CHECKOUT, name), join(folder, name), { recursive: true });
    for (const name of ['package.json', 'tsconfig.json']) cpSync(join(CHECKOUT, name), join(folder, name));
    symlinkSync(join(CHECKOUT, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'contracts/feeds/visits.ts'), declaration!);
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
    const rows: unknown = JSON.parse(/^ROWS (.*)$/m.exec(output)?.[1] ?? 'null');
    expect(rows).toEqual([['v1', '/shop/cart', 'shop', '2', '2026-11-02']]);
  }, 180_000);
});
