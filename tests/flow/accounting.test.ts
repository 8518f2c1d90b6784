import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import type { Audit } from '../../cli/audit/findings';
import { runsCommand } from '../../cli/commands/runs';
import { verifyCommand } from '../../cli/commands/verify';
import { AwsError } from '../../local/aws-error';
import type { InterceptedCall } from '../../local/interceptor';
import { documentOf, runOn } from './command';
import { event, Lake, START } from './lake';

const SECOND = START / 1_000;
const DAY = 24 * 3_600_000;
const A = 'event_type=a/created_date=2026-11-02';

const verify = (lake: Lake) => documentOf<Audit>(lake, verifyCommand);

describe('the accounts', () => {
  let lake: Lake;
  beforeEach(async () => {
    lake = await Lake.open();
  });
  afterEach(() => lake.remove());

  it('reconcile what was acknowledged with every place that a record can be, and remember what has expired', async () => {
    await lake.put(
      event(1, 'a:x', SECOND),
      event(1, 'a:x', SECOND),
      event(1, 'a:x', SECOND, { other: true }),
      event(1, 'b:x', SECOND),
      event(2, 'b:x', SECOND - 40 * 86_400),
      'not json',
    );
    await lake.night();
    // One key under two types, both in one batch: two rows, both kept.
    expect((await lake.report()).lines).toMatchObject({ conflicts: 1, typeConflicts: 2 });
    await lake.put(event(3, 'a:x', SECOND));
    await lake.deliver();
    await lake.put(event(4, 'a:x', SECOND), event(5, 'a:x', SECOND));
    const { exitCode, document } = await verify(lake);
    expect(exitCode).toBe(0);
    expect(document.checks.acknowledged).toEqual({
      acknowledged: 9,
      accepted: 6,
      errors: 1,
      inFlight: 2,
      tolerance: null,
      missing: 0,
      redelivered: 0,
      linePerRecord: true,
      notJudged: null,
      ok: true,
    });
    expect(document.checks.accounts).toMatchObject({ redelivered: 2, conflicts: 1, expired: { objects: 0, lines: 0 } });
    expect(document.checks.accounts.perPartition.find(({ partition }) => partition === A)).toEqual({
      partition: A,
      accepted: 4,
      copies: 3,
      notYetCompacted: 1,
      unreadable: 0,
      redelivered: 2,
      conflicts: 1,
      expired: { objects: 0, lines: 0 },
    });
    expect(document.checks.typeConflicts).toEqual({
      keys: 1,
      examples: [
        {
          event_uuid: '00000000-0000-4000-8000-000000000001',
          created_datetime: '2026-11-02T00:00:00.000Z',
          types: 'a, b',
        },
      ],
    });

    await lake.night();
    // Five weeks during which the host was not running, so that no nights have to be played: expiry catches up when it starts.
    await lake.close();
    writeFileSync(join(lake.dataDir, 'clock.json'), JSON.stringify({ now: new Date(lake.host.now() + 35 * DAY).toISOString() }));
    lake = await Lake.open(lake.dataDir);
    await lake.host.advance(1_000);
    expect(await lake.keys('raw/events/')).toEqual([]);
    const later = await verify(lake);
    expect(later.exitCode).toBe(0);
    expect(later.document.checks.accounts).toMatchObject({ copies: 8, notYetCompacted: { lines: 0 } });
    // Raw is gone, and so is what was under errors/: the ledgers remember the one, the runs' account the other.
    expect(later.document.checks.accounts.expired).toEqual({ objects: 4, lines: 7 });
    expect(later.document.checks.acknowledged).toMatchObject({
      acknowledged: 9,
      accepted: 8,
      errors: 1,
      missing: 0,
      notJudged: null,
      ok: true,
    });
  });

  it('name the difference of one: a record that vanished, a line too many, a partition whose copies are other ones', async () => {
    await lake.put(event(1, 'a:x', SECOND), event(2, 'a:x', SECOND), event(3, 'b:x', SECOND));
    await lake.deliver();
    const [raw = ''] = await lake.keys('raw/events/event_type=b/');
    const content = readFileSync(lake.fileOf(raw));
    rmSync(lake.fileOf(raw));
    const lost = await verify(lake);
    expect([lost.exitCode, lost.document.checks.acknowledged]).toMatchObject([1, { missing: 1, ok: false, notJudged: null }]);
    writeFileSync(lake.fileOf(raw), Buffer.concat([content, content]));
    expect((await verify(lake)).document.checks.acknowledged).toMatchObject({ missing: 0, redelivered: 1, ok: true });
    writeFileSync(lake.fileOf(raw), content);
    expect((await verify(lake)).exitCode).toBe(0);

    await lake.night();
    const [ledger = ''] = await lake.keys(`ledger/events/${A}/`);
    const kept = readFileSync(lake.fileOf(ledger));
    const [source = ''] = await lake.keys(`raw/events/${A}/`);
    writeFileSync(lake.fileOf(ledger), gzipSync(`${JSON.stringify({ key: source, etag: 'e', lines: 3 })}\n`));
    const { exitCode, stdout } = await runOn(lake, verifyCommand);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`${A}: lines of its ledger 2, must be 3`);
    writeFileSync(lake.fileOf(ledger), kept);
    expect((await runOn(lake, verifyCommand)).exitCode).toBe(0);
  });

  it('stand in the report of every run, and outlive what they count', async () => {
    await lake.put(event(1, 'a:x', SECOND), event(1, 'a:x', SECOND), event(2, 'b:x', SECOND), 'not json');
    await lake.night();
    const first = await lake.report();
    expect(first.acknowledged).toMatchObject({ acknowledged: 4, accepted: 3, errors: 1, missing: 0, ok: true, notJudged: null });
    // Somebody has replayed what was under errors/ and moved it away: it is counted still.
    const [errors = ''] = await lake.keys('errors/events/');
    rmSync(lake.fileOf(errors));
    await lake.night();
    expect((await lake.report()).acknowledged).toMatchObject({ acknowledged: 4, accepted: 3, errors: 1, missing: 0, ok: true });
    expect((await verify(lake)).document.checks.acknowledged).toMatchObject({ errors: 1, missing: 0, notJudged: null });

    // Of the open day: it waits for the next night, and as many may be on their way as arrived since it could.
    await lake.put(event(3, 'a:x', lake.host.now() / 1_000), event(4, 'a:x', lake.host.now() / 1_000));
    await lake.deliver();
    await lake.compact();
    const waiting = (await lake.report()).acknowledged;
    expect(waiting).toMatchObject({ acknowledged: 6, accepted: 3, errors: 1, inFlight: 2, missing: 0, ok: true });
    expect(waiting?.tolerance?.because).toContain('since the oldest object could be that waits for another run');

    // One of the two was lost before anybody read it, and is missed as soon as nothing waits that could hold it.
    const [raw = ''] = (await lake.keys('raw/events/event_type=a/created_date=2026-11-04/')).slice(-1);
    writeFileSync(
      lake.fileOf(raw),
      gzipSync(
        gunzipSync(readFileSync(lake.fileOf(raw)))
          .toString()
          .split('\n')[0] + '\n',
      ),
    );
    await lake.night();
    const lost = await lake.report();
    expect(lost).toMatchObject({ status: 'succeeded', acknowledged: { acknowledged: 6, accepted: 4, missing: 1, ok: false } });
    const { stdout } = await runOn(lake, runsCommand, 'show', lost.run);
    expect(stdout).toContain('FAIL acknowledged: 6 records = 4 accepted + 1 errors + 0 in flight');
    expect((await verify(lake)).exitCode).toBe(1);
  });

  it('count an unreadable object apart in its partition, and excuse no more records than arrived in its time', async () => {
    await lake.put(event(1, 'a:x', SECOND), event(2, 'a:x', SECOND), event(3, 'b:x', SECOND));
    await lake.deliver();
    const [raw = ''] = await lake.keys(`raw/events/${A}/`);
    const whole = readFileSync(lake.fileOf(raw));
    writeFileSync(lake.fileOf(raw), whole.subarray(0, whole.length / 2));
    await lake.night();
    const report = await lake.report();
    expect(report.unreadable).toMatchObject([{ key: raw }]);
    const excused = { missing: 0, ok: true, notJudged: null, unreadable: { objects: 1, records: 3, held: 2 } };
    expect(report.acknowledged).toMatchObject(excused);

    const { exitCode, document } = await verify(lake);
    expect(exitCode).toBe(0);
    expect(document.checks.accounts).toMatchObject({ unreadable: 1, differences: [] });
    expect(document.checks.accounts.perPartition.find(({ partition }) => partition === A)).toMatchObject({
      accepted: 0,
      copies: 0,
      notYetCompacted: 0,
      unreadable: 1,
    });
    expect(document.checks.acknowledged).toMatchObject({ accepted: 1, ...excused });
    const { stdout } = await runOn(lake, verifyCommand);
    expect(stdout).toContain('1 line = 1 copies + 0 not yet compacted, and 1 object unreadable');
    expect(stdout).toContain('2 records taken for lines of 1 unreadable object, which may hold 3 at most');
    expect(stdout).toContain(`unreadable: ${raw}: not readable as gzip`);

    // What arrives later cannot be in it.
    await lake.put(...[4, 5, 6, 7].map((id) => event(id, 'b:x', lake.host.now() / 1_000)));
    await lake.deliver();
    const [later = ''] = (await lake.keys('raw/events/event_type=b/')).slice(-1);
    rmSync(lake.fileOf(later));
    const lost = await verify(lake);
    expect(lost.exitCode).toBe(1);
    expect(lost.document.checks.acknowledged).toMatchObject({ missing: 3, ok: false, unreadable: { records: 3, held: 3 } });
  });

  it('judge no part of a table, and nothing that a run could not count', async () => {
    await lake.put(event(1, 'a:x', SECOND), event(2, 'b:x', SECOND));
    await lake.deliver();
    for (const key of await lake.keys('raw/events/')) rmSync(lake.fileOf(key));
    await lake.host.advance(2 * 3_600_000);
    await lake.compact({ eventType: 'a', force: true });
    expect((await lake.report()).acknowledged).toMatchObject({
      missing: 2,
      ok: true,
      notJudged: 'the run looked at a part of the table',
    });
    await lake.compact({ force: true });
    expect((await lake.report()).acknowledged).toMatchObject({ missing: 2, ok: false, notJudged: null });
  });
});

describe('the accounts where CloudWatch does not answer all night', () => {
  it.each([
    ['is out of order', new AwsError('InternalServiceFault', 'Request processing has failed.', 500)],
    ['is not allowed', new AwsError('AccessDenied', 'User is not authorized to perform: cloudwatch:GetMetricData', 403)],
  ])('are left to the next run, and what was compacted is published all the same: it %s', async (_, refusal) => {
    let isBroken: (call: InterceptedCall) => boolean = () => false;
    const lake: Lake = await Lake.open(undefined, undefined, (call, proceed) => {
      if (isBroken(call)) throw refusal;
      return proceed();
    });
    const metrics = (call: InterceptedCall): boolean => call.operation === 'GetMetricData';
    const lastExecution = async () => {
      const stateMachineArn = String(lake.host.outputs['stateMachineArn']);
      const { executions = [] } = await lake.executions.send(new ListExecutionsCommand({ stateMachineArn }));
      return lake.executions.send(new DescribeExecutionCommand({ executionArn: executions[0]?.executionArn }));
    };
    try {
      await lake.put(event(1, 'a:x', SECOND), event(1, 'a:x', SECOND), 'not json');
      await lake.host.advance(2 * 3_600_000);
      isBroken = metrics;
      await lake.night();
      expect(await lastExecution()).toMatchObject({ status: 'SUCCEEDED' });
      const report = await lake.report();
      expect(report).toMatchObject({ status: 'succeeded', partitions: 1, lines: { in: 2, duplicates: 1 } });
      expect(report.acknowledged).toBeUndefined();
      expect(report.accountFailure).toContain(refusal.message);
      const { stdout } = await runOn(lake, runsCommand, 'show', report.run);
      expect(stdout).toContain('FAIL acknowledged: not counted, left to the next run');

      // A run that fails before it has a plan tells of both, and ends with what it failed of.
      isBroken = (call) => metrics(call) || (call.operation === 'PutObject' && /-plan$/.test(call.from?.functionName ?? ''));
      await lake.put(event(2, 'a:x', SECOND));
      await lake.night();
      const failed = await lake.report();
      expect(failed).toMatchObject({ status: 'failed', partitions: 0 });
      expect(failed.accountFailure).toContain(refusal.message);
      const { status, error = '', cause } = await lastExecution();
      expect([status, failed.error]).toEqual(['FAILED', expect.stringContaining(error)]);
      expect(error).not.toBe('');
      expect(cause).toContain(refusal.message);

      isBroken = () => false;
      await lake.night();
      expect(await lake.report()).toMatchObject({
        status: 'succeeded',
        acknowledged: { acknowledged: 4, accepted: 3, errors: 1, missing: 0, notJudged: null, ok: true },
      });
      expect((await verify(lake)).exitCode).toBe(0);
      expect(await lake.keys('locks/')).toEqual([]);
    } finally {
      await lake.remove();
    }
  });
});

describe('the accounts of a run whose report was written, and its answer lost', () => {
  it('stay in the report, which nothing written later replaces', async () => {
    const asked: boolean[] = [];
    const lake: Lake = await Lake.open(undefined, undefined, async (call, proceed) => {
      const payload = call.input['Payload'] as { readonly kind?: string; readonly accountFailure?: string } | undefined;
      if (call.service !== 'lambda' || payload?.kind !== 'run') return proceed();
      asked.push(payload.accountFailure !== undefined);
      const answer = await proceed();
      if (payload.accountFailure === undefined) throw new AwsError('AccessDeniedException', 'not for you any longer', 403);
      return answer;
    });
    try {
      await lake.put(event(1, 'a:x', SECOND));
      await lake.deliver();
      expect(await lake.compact({ force: true })).toMatchObject({ status: 'SUCCEEDED' });
      expect(asked).toEqual([false, true]);
      const report = await lake.report();
      expect(report).toMatchObject({ status: 'succeeded', acknowledged: { acknowledged: 1, accepted: 1, ok: true } });
      expect(report.accountFailure).toBeUndefined();
    } finally {
      await lake.remove();
    }
  });
});

describe('the accounts beside a run that routes', () => {
  it('hold nothing against the late object that it took apart meanwhile', async () => {
    let routing: (() => Promise<void>) | undefined;
    const lake: Lake = await Lake.open(undefined, undefined, async (call, proceed) => {
      const answer = await proceed();
      if (call.operation !== 'ListObjectsV2' || call.input['Prefix'] !== 'late/events/_routed/') return answer;
      const route = routing;
      routing = undefined;
      await route?.();
      return answer;
    });
    try {
      await lake.put(event(1, 'a:x', SECOND), event(2, 'a:x', SECOND - 9 * 86_400));
      await lake.deliver();
      expect((await verify(lake)).exitCode).toBe(0);
      const [key = ''] = await lake.keys('raw/events/event_type=late/');
      routing = async () => {
        const piece = 'late/events/event_type=a/created_date=2026-10-24/piece.gz';
        await lake.s3.send(new PutObjectCommand({ Bucket: lake.bucket, Key: piece, Body: readFileSync(lake.fileOf(key)) }));
        const { ETag = '' } = await lake.s3.send(new HeadObjectCommand({ Bucket: lake.bucket, Key: key }));
        const etag = ETag.replaceAll('"', '');
        const partitions = ['event_type=a/created_date=2026-10-24'];
        await lake.write(
          `late/events/_routed/${key}/${etag}.json`,
          JSON.stringify({ key, etag, partitions, lines: 1, rejected: 0 }),
        );
      };
      const { exitCode, document } = await verify(lake);
      expect(routing).toBeUndefined();
      expect([exitCode, document.changedMeanwhile]).toEqual([0, ['event_type=late/created_date=late']]);
    } finally {
      await lake.remove();
    }
  });
});
