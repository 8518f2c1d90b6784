import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Audit } from '../../cli/audit/findings';
import { compactCommand } from '../../cli/commands/compact';
import { produceCommand } from '../../cli/commands/produce';
import { queryCommand } from '../../cli/commands/query';
import { rollbackCommand } from '../../cli/commands/rollback';
import { runsCommand } from '../../cli/commands/runs';
import { statusCommand } from '../../cli/commands/status';
import { verifyCommand } from '../../cli/commands/verify';
import type { ListedRun } from '../../cli/runs/list';
import { documentOf, runOn } from './command';
import { event, Lake, PROJECT, START } from './lake';

const run = promisify(execFile);
const SECOND = START / 1_000;

/**
 * The commands as they work on a deployed stack: they know its outputs and what the SDK's own chain finds, and nothing of a host. The chain
 * is led to the host by the variables that lead it anywhere else.
 */
describe('with --aws', () => {
  let lake: Lake;
  let place: readonly string[];
  beforeAll(async () => {
    lake = await Lake.open();
    const file = join(lake.dataDir, 'outputs.json');
    writeFileSync(file, JSON.stringify(lake.host.outputs));
    place = ['--aws', '--stack-outputs', file];
    process.env['AWS_ENDPOINT_URL'] = lake.host.endpoint;
    process.env['AWS_ACCESS_KEY_ID'] = process.env['AWS_SECRET_ACCESS_KEY'] = 'operator';
  });
  afterAll(() => lake.remove());

  it('produces, compacts, asks, audits, lists and undoes by what a stack exports alone', async () => {
    const produced = await documentOf<{ acknowledged: number }>(lake, produceCommand, 'events', '--count', '30', ...place);
    expect(produced.document.acknowledged).toBe(30);
    await lake.put(event(1, 'a:x', SECOND), event(1, 'a:x', SECOND));
    await lake.deliver();
    const compacted = await documentOf<{ status: string }>(lake, compactCommand, '--force', '--wait', ...place);
    expect(compacted.document.status).toBe('SUCCEEDED');
    await lake.put(event(1, 'a:x', SECOND));
    await lake.deliver();
    await lake.compact({ force: true });

    const rows = await documentOf<{ rows: object[] }>(lake, queryCommand, 'SELECT sum(copies) AS n FROM events', ...place);
    expect(rows.document.rows).toEqual([{ n: 33 }]);
    const status = await documentOf<{ runs: object[]; now: string }>(lake, statusCommand, '--feed', 'events', ...place);
    expect(status.document.runs).toHaveLength(3);
    expect(Date.parse(status.document.now)).toBe(lake.host.now());

    // A record is on its way: nobody can tell on AWS, and the tolerance says so.
    await lake.put(event(2, 'a:x', SECOND));
    const audited = (await documentOf<Audit>(lake, verifyCommand, ...place)).document;
    expect(audited.ok).toBe(true);
    expect(audited.checks.acknowledged).toMatchObject({ acknowledged: 34, accepted: 33, inFlight: 1, missing: 0 });
    expect(audited.checks.acknowledged.tolerance?.records).toBeGreaterThanOrEqual(1);

    const runs = (await documentOf<{ runs: ListedRun[] }>(lake, runsCommand, ...place)).document.runs;
    // Between the two that were started by hand the schedule's own found nothing that was due.
    expect(runs.map(({ status: ended, partitions }) => [ended, partitions === 0])).toEqual([
      ['SUCCEEDED', false],
      ['SUCCEEDED', true],
      ['SUCCEEDED', false],
    ]);
    const back = await documentOf<{ rolledBack: { partition: string }[] }>(lake, rollbackCommand, runs[0]!.run, ...place);
    expect(back.document.rolledBack.map(({ partition }) => partition)).toEqual(['event_type=a/created_date=2026-11-02']);
    expect(await lake.rows("SELECT copies FROM events WHERE event_type = 'a'")).toEqual([['2']]);
  });

  it('a record that arrived nowhere is a difference, once it is older than a delivery may take', async () => {
    const before = new Set(await lake.keys('raw/events/'));
    await lake.deliver();
    const fresh = (await lake.keys('raw/events/')).filter((key) => !before.has(key));
    expect(fresh).toHaveLength(1);
    rmSync(lake.fileOf(fresh[0]!));
    await lake.host.advance(3_600_000);
    const audited = await documentOf<Audit>(lake, verifyCommand, ...place);
    expect([audited.exitCode, audited.document.ok]).toEqual([1, false]);
    expect(audited.document.checks.acknowledged).toMatchObject({ acknowledged: 34, accepted: 33, inFlight: 0, missing: 1 });
  });

  it('credentials of another account are refused before anything is asked', async () => {
    const file = join(lake.dataDir, 'other.json');
    writeFileSync(file, JSON.stringify(lake.host.outputs).replaceAll(':000000000000:', ':111111111111:'));
    const refused = await runOn(lake, statusCommand, '--aws', '--stack-outputs', file);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(
      'the stack is in AWS account 111111111111, but your credentials are of account 000000000000.',
    );
  });

  it('no credentials, and no answer, are sentences', async () => {
    const alone = async (env: Readonly<Record<string, string>>) => {
      const own = { PATH: process.env['PATH'] ?? '', HOME: lake.dataDir, AWS_EC2_METADATA_DISABLED: 'true', ...env };
      const args = [join(PROJECT, 'bin', 'lithify.cjs'), 'status', ...place];
      const { code, stderr } = await run(process.execPath, args, { env: own }).then(
        () => ({ code: 0, stderr: '' }),
        (thrown: { readonly code: number; readonly stderr: string }) => thrown,
      );
      return [code, stderr];
    };
    expect(await alone({ AWS_ENDPOINT_URL: lake.host.endpoint })).toEqual([
      2,
      'lithify: there are no AWS credentials; set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.\n',
    ]);
    const keys = { AWS_ACCESS_KEY_ID: 'operator', AWS_SECRET_ACCESS_KEY: 'operator' };
    expect(await alone({ ...keys, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' })).toEqual([
      1,
      'lithify: AWS does not answer; is there a network, and is the region one of AWS?\n',
    ]);
  });
});
