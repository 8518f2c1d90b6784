import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { rollbackCommand } from '../../cli/commands/rollback';
import { runsCommand } from '../../cli/commands/runs';
import { statusCommand } from '../../cli/commands/status';
import { verifyCommand } from '../../cli/commands/verify';
import type { RollbackRecord } from '../../cli/rollback/run-trail';
import type { ListedRun } from '../../cli/runs/list';
import type { Status } from '../../cli/status/collect';
import type { Plan, Report } from '../../workflows/documents';
import { documentOf, runOn } from './command';
import { event, Lake, START } from './lake';

const SECOND = START / 1_000;
const LOCK = 'locks/events.json';
const A = 'event_type=a/created_date=2026-11-02';
const B = 'event_type=b/created_date=2026-11-02';
const COUNTS = 'SELECT event_type, count(*), sum(copies) FROM events GROUP BY event_type ORDER BY event_type';

/** Looks again and again: what is waited for happens on real promises, not on the host's clock. */
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('a run that is rolled back', () => {
  let lake: Lake;
  let created = '';
  let added = '';
  let nights = '';
  beforeAll(async () => {
    lake = await Lake.open();
    await lake.put(event(1, 'a:x', SECOND), event(2, 'a:x', SECOND), event(3, 'b:x', SECOND));
    await lake.night();
    created = (await lake.runs()).at(-1) ?? '';
    await lake.put(event(4, 'a:x', SECOND), event(1, 'a:x', SECOND));
    await lake.night();
    added = (await lake.runs()).at(-1) ?? '';
    nights = lake.dataDir;
    await lake.close();
  });
  afterAll(() => rmSync(nights, { recursive: true, force: true }));
  // Each test goes on from the two nights in a copy of their data directory.
  beforeEach(async () => {
    const copy = mkdtempSync(join(tmpdir(), 'lithify-flow-'));
    cpSync(nights, copy, { recursive: true, preserveTimestamps: true });
    lake = await Lake.open(copy);
  });
  afterEach(() => lake.remove());

  const rollback = (...args: readonly string[]) => documentOf<RollbackRecord>(lake, rollbackCommand, ...args);
  const refusals = async (...args: readonly string[]) => {
    const { exitCode, document } = await rollback(...args);
    return { exitCode, codes: document.refused.map(({ partition, code }) => [partition, code]) };
  };
  const published = (type = 'a') =>
    lake.host.call('glue', 'GetPartition', {
      DatabaseName: String(lake.host.outputs['database']),
      TableName: 'events',
      PartitionValues: [type, '2026-11-02'],
    }) as Promise<{ Partition: { StorageDescriptor: { Location: string }; Parameters: Record<string, string> } }>;

  it('is undone, held, skipped with a reason, and ends when it is forced', async () => {
    expect(await lake.rows(COUNTS)).toEqual([
      ['a', '3', '4'],
      ['b', '1', '1'],
    ]);
    const planned = await rollback(added, '--dry-run');
    expect(planned).toMatchObject({
      exitCode: 0,
      document: {
        dryRun: true,
        rolledBack: [{ partition: A, to: created, rowsBefore: 3, rowsAfter: 2, sources: 1, lines: 2 }],
      },
    });
    expect(await lake.rows(COUNTS)).toContainEqual(['a', '3', '4']);

    expect(await rollback(added)).toMatchObject({ exitCode: 0, document: { rolledBack: [{ partition: A }], refused: [] } });
    expect(await lake.rows(COUNTS)).toEqual([
      ['a', '2', '2'],
      ['b', '1', '1'],
    ]);
    expect(await lake.keys('locks/')).toEqual([]);
    expect((await runOn(lake, verifyCommand)).exitCode).toBe(0);
    const { document: status } = await documentOf<Status>(lake, statusCommand, '--feed', 'events');
    expect(status.partitions.map(({ partition, held }) => [partition, held?.startsWith(`${added}/`) ?? false])).toEqual([
      [A, true],
      [B, false],
    ]);
    expect(status.pending).toMatchObject([{ partition: A, objects: 1 }]);
    expect((await runOn(lake, statusCommand, '--feed', 'events')).stdout).toContain(`held after a rollback of ${added}`);

    await lake.night();
    expect((await lake.plan()).partitions).toMatchObject([
      { partition: A, due: false, reason: expect.stringContaining(`held after a rollback of ${added}`) as unknown },
    ]);
    expect(await refusals(added)).toEqual({ exitCode: 1, codes: [[A, 'rolled back already']] });

    await lake.compact({ force: true });
    expect(await lake.rows(COUNTS)).toContainEqual(['a', '3', '4']);
    expect((await published()).Partition.Parameters['held']).toBeUndefined();
    expect(await refusals(added)).toEqual({ exitCode: 1, codes: [[A, 'published since']] });
    expect((await runOn(lake, verifyCommand)).exitCode).toBe(0);
  });

  it('is undone for the partitions that are named alone, and later for the rest', async () => {
    await lake.put(event(5, 'a:x', SECOND), event(6, 'b:x', SECOND));
    await lake.night();
    const both = (await lake.runs()).at(-1) ?? '';
    const [ofA, ofB] = [await published('a'), await published('b')];
    expect([ofA, ofB].map(({ Partition }) => Partition.Parameters['run'])).toEqual([both, both]);

    expect(await rollback(both, '--partition', A)).toMatchObject({
      exitCode: 0,
      document: { rolledBack: [{ partition: A, to: added, rowsBefore: 4, rowsAfter: 3 }], refused: [] },
    });
    expect((await published('a')).Partition.Parameters['held']).toMatch(new RegExp(`^${both}/`));
    // Nothing of the other is touched: its location, its ledger and its rows are those of the run still.
    expect(await published('b')).toEqual(ofB);
    expect(await lake.rows(COUNTS)).toEqual([
      ['a', '3', '4'],
      ['b', '2', '2'],
    ]);

    const { exitCode, document } = await rollback(both);
    expect([exitCode, document.rolledBack.map(({ partition, to }) => [partition, to])]).toEqual([1, [[B, created]]]);
    expect(document.refused.map(({ partition, code }) => [partition, code])).toEqual([[A, 'rolled back already']]);
    expect(await lake.rows(COUNTS)).toEqual([
      ['a', '3', '4'],
      ['b', '1', '1'],
    ]);
    expect((await runOn(lake, verifyCommand)).exitCode).toBe(0);
  });

  it('stands among the runs, with how it was started and what became of it', async () => {
    await lake.compact({ force: true, eventType: 'b' });
    await rollback(added);
    const { document } = await documentOf<{ runs: readonly ListedRun[] }>(lake, runsCommand);
    expect(
      document.runs
        .slice(0, 3)
        .map(({ run, started, status, partitions, lines, rolledBack }) => [
          run === added,
          started,
          status,
          partitions,
          lines,
          rolledBack,
        ]),
    ).toEqual([
      [false, 'by hand: force, type b', 'SUCCEEDED', 0, 0, 0],
      [true, 'by schedule', 'SUCCEEDED', 1, 2, 1],
      [false, 'by schedule', 'SUCCEEDED', 2, 3, 0],
    ]);
    expect(document.runs[1]?.dollars).toBeGreaterThan(0);
    expect((await runOn(lake, runsCommand)).stdout).toContain('SUCCEEDED, 1 partition rolled back');

    const shown = await documentOf<{ report: Report; plan: Plan; rollbacks: readonly RollbackRecord[] }>(
      lake,
      runsCommand,
      'show',
      added,
    );
    expect(shown.document.report.perPartition).toMatchObject([{ partition: A, lines: 2 }]);
    expect(shown.document.rollbacks).toMatchObject([{ rolledBack: [{ partition: A, to: created }] }]);
    const { stdout } = await runOn(lake, runsCommand, 'show', added);
    expect(stdout).toContain(`run ${added}, started by schedule`);
    expect(stdout).toContain(`${A}: back to run ${created}`);
    expect(stdout).toContain('1 new objects (threshold 1)');
    expect(await runOn(lake, runsCommand, 'show', '20200101T000000Z-00000000')).toMatchObject({ exitCode: 2 });
    expect(await runOn(lake, runsCommand, 'list')).toMatchObject({ exitCode: 2 });
  });

  it('is refused where anything would be lost or cannot be told, each with its reason', async () => {
    expect(await refusals(created)).toEqual({
      exitCode: 1,
      codes: [
        [A, 'published since'],
        [B, 'created by the run'],
      ],
    });
    const unknown = '20200101T000000Z-00000000';
    for (const [args, sentence] of [
      [[unknown], `run ${unknown} of events is unknown`],
      [[added, '--partition', B], `${B} was never published by run ${added}`],
      [['yesterday'], '"yesterday" is no id of a run'],
      [[added, '--partition', 'payments'], '--partition is "payments"'],
    ] as const) {
      const { exitCode, stderr } = await runOn(lake, rollbackCommand, ...args);
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining(sentence)]);
    }

    const state = async () => {
      const record = await documentOf<RollbackRecord>(lake, rollbackCommand, added, '--dry-run');
      return record.document.refused.map(({ code }) => code);
    };
    const gone = async (key: string): Promise<readonly string[]> => {
      const path = lake.fileOf(key);
      const content = readFileSync(path);
      rmSync(path);
      const codes = await state();
      writeFileSync(path, content);
      return codes;
    };
    const ledgers = await lake.keys(`ledger/events/${A}/`);
    expect(ledgers).toHaveLength(2);
    for (const ledger of ledgers) expect(await gone(ledger)).toEqual(['ledger gone']);
    const [before = ''] = (await lake.keys('curated/events/')).filter((key) => key.includes(created) && key.includes(A));
    expect(await gone(before)).toEqual(['files gone']);
    const sources = await lake.keys(`raw/events/${A}/`);
    expect(sources).toHaveLength(2);
    // The first went into the state before, and is not needed to go back to it.
    expect(await gone(sources[0] ?? '')).toEqual([]);
    expect(await gone(sources[1] ?? '')).toEqual(['source gone']);
    // What a sweep has noted for the grace period may be under its hands.
    const notices = `ledger/events/_unnamed.json`;
    const noted = readFileSync(lake.fileOf(notices), 'utf8');
    const folder = before.slice(0, before.lastIndexOf('/') + 1);
    expect(JSON.parse(noted)).toMatchObject({ files: { [folder]: expect.any(String) as unknown } });
    writeFileSync(lake.fileOf(notices), noted.replaceAll(/"2026-[^"]*Z"/g, '"2026-11-01T00:00:00.000Z"'));
    expect(await state()).toEqual(['condemned']);
    writeFileSync(lake.fileOf(notices), noted);
    expect(await state()).toEqual([]);
    expect(await lake.rows(COUNTS)).toContainEqual(['a', '3', '4']);
  });

  it('is refused where the catalog has no such partition, or one that nobody published', async () => {
    const { Partition } = await published();
    const place = { DatabaseName: String(lake.host.outputs['database']), TableName: 'events' };
    await lake.host.call('glue', 'DeletePartition', { ...place, PartitionValues: ['a', '2026-11-02'] });
    expect(await refusals(added)).toEqual({ exitCode: 1, codes: [[A, 'not registered']] });
    await lake.host.call('glue', 'CreatePartition', {
      ...place,
      PartitionInput: { Values: ['a', '2026-11-02'], StorageDescriptor: Partition.StorageDescriptor },
    });
    expect(await refusals(added)).toEqual({ exitCode: 1, codes: [[A, 'foreign']] });
  });

  it('waits for nobody: a lock in use refuses it, an abandoned one is taken over and waited out', async () => {
    const { executions = [] } = await lake.executions.send(
      new ListExecutionsCommand({ stateMachineArn: String(lake.host.outputs['stateMachineArn']) }),
    );
    const lock = (owner: string): Promise<void> =>
      lake.write(LOCK, JSON.stringify({ owner, run: 'x', at: new Date(lake.host.now()).toISOString(), waitSeconds: 0 }));
    const finished = executions[0]?.executionArn ?? '';
    await lock(finished);

    const taken = rollback(added);
    // Virtual time passes only by hand: the rollback has the lock and waits until it does.
    await until(() => readFileSync(lake.fileOf(LOCK), 'utf8').includes('lithify rollback'));
    expect(await lake.rows(COUNTS)).toContainEqual(['a', '3', '4']);
    expect((await lake.compact()).output).toContain('already running');
    await lake.host.advance(15 * 60_000);
    expect(await taken).toMatchObject({ exitCode: 0, document: { rolledBack: [{ partition: A }] } });
    expect(await lake.rows(COUNTS)).toContainEqual(['a', '2', '2']);
    expect(await lake.keys('locks/')).toEqual([]);

    // A living run: it took over an abandoned lock, and waits.
    await lock(finished);
    const living = await lake.compact({ eventType: 'a' });
    expect(living.status).toBe('RUNNING');
    const inUse = await runOn(lake, rollbackCommand, added);
    expect([inUse.exitCode, inUse.stderr]).toEqual([
      1,
      expect.stringContaining(`${living.executionArn ?? ''}, which is still running`),
    ]);
    await lake.host.advance(20 * 60_000);

    await lock('somebody');
    const unknown = await runOn(lake, rollbackCommand, added);
    expect([unknown.exitCode, unknown.stderr]).toEqual([1, expect.stringContaining('by somebody, of which nobody can tell')]);
  });
});
