import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Audit } from '../../cli/audit/audit';
import { verifyCommand } from '../../cli/commands/verify';
import { documentOf, runOn } from './command';
import { event, Lake, START } from './lake';

const SECOND = START / 1_000;
const DAY = 24 * 3_600_000;
const A = 'event_type=a/created_date=2026-11-02';

describe('the accounts', () => {
  let lake: Lake;
  beforeEach(async () => {
    lake = await Lake.open();
  });
  afterEach(() => lake.remove());

  const verify = () => documentOf<Audit>(lake, verifyCommand);

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
    const { exitCode, document } = await verify();
    expect(exitCode).toBe(0);
    expect(document.checks.acknowledged).toEqual({
      acknowledged: 9,
      accepted: 6,
      errors: 1,
      inFlight: 2,
      tolerance: null,
      missing: 0,
      redelivered: 0,
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
    const later = await verify();
    expect(later.exitCode).toBe(0);
    expect(later.document.checks.accounts).toMatchObject({ copies: 8, notYetCompacted: { lines: 0 } });
    // Raw is gone, and so is what was under errors/: the ledgers remember the one, nobody the other.
    expect(later.document.checks.accounts.expired).toEqual({ objects: 4, lines: 7 });
    expect(later.document.checks.acknowledged).toMatchObject({ acknowledged: 9, accepted: 8, errors: 0, missing: 1, ok: true });
    expect(later.document.checks.acknowledged.notJudged).toContain('kept for 30 days');
  });

  it('name the difference of one: a record that vanished, a line too many, a partition whose copies are other ones', async () => {
    await lake.put(event(1, 'a:x', SECOND), event(2, 'a:x', SECOND), event(3, 'b:x', SECOND));
    await lake.deliver();
    const [raw = ''] = await lake.keys('raw/events/event_type=b/');
    const content = readFileSync(lake.fileOf(raw));
    rmSync(lake.fileOf(raw));
    const lost = await verify();
    expect([lost.exitCode, lost.document.checks.acknowledged]).toMatchObject([1, { missing: 1, ok: false, notJudged: null }]);
    writeFileSync(lake.fileOf(raw), Buffer.concat([content, content]));
    expect((await verify()).document.checks.acknowledged).toMatchObject({ missing: 0, redelivered: 1, ok: true });
    writeFileSync(lake.fileOf(raw), content);
    expect((await verify()).exitCode).toBe(0);

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
});
