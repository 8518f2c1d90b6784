import { failedBatches, metricsOf, reportOf, summarised, summaryOf, type AttemptTrail } from '../../../handlers/report/core';
import { reportSchema, type GatherOutcome, type Plan } from '../../../workflows/documents';
import { queryDollars } from '../../../workflows/planning';
import { plannedWith, publishedWith, runWith } from '../../workflows/arbitraries';

const PATH = 'event_type=push/created_date=2026-11-20';
const END = '2026-11-21T00:40:00.000Z';
const before = publishedWith({ rows: 10, files: 1, bytes: 1_000 });
const after = publishedWith({ run: 'r2', rows: 14, copies: 20, files: 2, bytes: 1_500, sources: 4 });

const gathered = (key: string, lines: number): GatherOutcome['gathered'][number] => ({
  key,
  etag: 'e',
  lines,
  bytes: lines * 10,
  partition: PATH,
});
const outcome = (changed: Partial<GatherOutcome> = {}): GatherOutcome => ({
  gathered: [gathered('raw/a', 5), gathered('raw/b', 3)],
  routed: [],
  unreadable: [],
  unread: [],
  left: false,
  changed: [],
  objects: 1,
  bytes: 80,
  ...changed,
});
const expectation = { location: 'l', table: 't', partitions: [], leftOut: [] };
const trail = (changed: Partial<AttemptTrail> = {}): AttemptTrail => ({
  batch: 'b0001',
  attempt: 'a1',
  tasks: 1,
  leftOut: [],
  expectation: undefined,
  gathered: [summarised(outcome())],
  verification: { bytesScanned: [2 ** 30, 100], partitions: [], problems: [] },
  comparison: undefined,
  publication: { complete: true, published: [{ partition: PATH, before, after, lines: 8, conflicts: 1 }], superseded: [] },
  ...changed,
});
const planWith = (batches: readonly string[]): Plan => ({
  run: 'r2',
  at: END,
  full: false,
  lastFullAt: END,
  listedObjects: 2,
  misplaced: [],
  alone: [],
  estimatedBytes: 0,
  estimatedDollars: 0,
  batchesKey: 'k',
  batches: batches.map((batch) => ({ batch, batchKey: batch, partitions: 1, bucketCount: 1, bytes: 1 })),
  partitions: [plannedWith()],
  carry: [],
});
const report = (trails: readonly AttemptTrail[], plan = planWith(['b0001']), ...rest: readonly unknown[]) =>
  reportOf(runWith({ run: 'r2' }), END, undefined, plan, (rest[0] ?? []) as Parameters<typeof reportOf>[4], trails, []);

describe('the report of a run', () => {
  it('reconciles each partition: a difference of one fails the run, and is named', () => {
    const at = (copies: number) =>
      trail({
        publication: {
          complete: true,
          published: [{ partition: PATH, before, after: { ...after, copies }, lines: 8, conflicts: 0 }],
          superseded: [],
        },
      });
    const right = report([at(before.copies + 8)]);
    expect(right).toMatchObject({
      status: 'succeeded',
      accounts: { copiesBefore: before.copies, lines: 8, copiesAfter: before.copies + 8, differences: [] },
    });
    const wrong = report([at(before.copies + 9)]);
    expect(wrong).toMatchObject({
      status: 'failed',
      accounts: { differences: [`${PATH}: ${before.copies + 9} copies, must be ${before.copies} before + 8 lines in`] },
    });
    expect(summaryOf(wrong, undefined)).toContain(`does not add up: ${PATH}`);
  });

  it('counts what failed attempts have scanned: a verification that failed, and a CTAS that came no further', () => {
    const failed = trail({
      attempt: 'a0',
      verification: { bytesScanned: [2 ** 30, 300], partitions: [], problems: ['too few'] },
      publication: undefined,
    });
    const cut = trail({ attempt: 'a9', verification: undefined, publication: undefined });
    const failure = { batch: 'b0001', tries: 1, error: 'E', cause: 'c' };
    const failures = [
      { ...failure, attempt: 'a0', createBytes: 2 ** 30 },
      { ...failure, attempt: 'a9', createBytes: 2 ** 31 },
      { ...failure, attempt: 'a8' },
    ];
    const added = reportOf(runWith({ run: 'r2' }), END, undefined, planWith(['b0001']), [], [failed, cut, trail()], failures);
    expect(added).toMatchObject({ queries: 5, bytesScanned: 2 * 2 ** 30 + 2 ** 31 + 400, status: 'succeeded' });
    expect(added.dollars).toBeCloseTo(2 * queryDollars(2 ** 30) + 2 * queryDollars(300) + queryDollars(2 ** 31), 12);
  });

  it('names what a rebuild found, and counts what the comparison scanned', () => {
    const partitions = [{ partition: PATH, equal: false, differences: [{ what: 'copies' as const, rows: 2, examples: ['k'] }] }];
    const added = report([trail({ comparison: { bytesScanned: [50], partitions } })]);
    expect(added).toMatchObject({ compared: partitions, queries: 3, bytesScanned: 2 ** 30 + 150 });
  });

  it('adds up lines, duplicates, files, bytes and cost', () => {
    const added = report([trail()]);
    expect(reportSchema.parse(added)).toEqual(added);
    expect(added).toMatchObject({
      status: 'succeeded',
      partitions: 1,
      lines: { in: 8, duplicates: 4, conflicts: 1, typeConflicts: 0, late: 0, rejected: 0 },
      files: { before: 3, after: 2 },
      bytes: { before: 1_080, after: 1_500 },
      gathered: { objects: 1, bytes: 80 },
      bytesScanned: 2 ** 30 + 100,
      queries: 2,
      perPartition: [{ partition: PATH, lines: 8, rows: 14, copies: 20, conflicts: 1, files: 2, bytes: 1_500, sources: 4 }],
    });
    expect(added.dollars).toBeCloseTo(queryDollars(2 ** 30) + queryDollars(100), 12);
  });

  it('counts once what a second attempt met again', () => {
    const source = { key: 'raw/x', etag: 'e' };
    const routed = { ...source, partitions: [PATH], lines: 3, rejected: 2 };
    const again = outcome({
      routed: [routed],
      unreadable: [{ ...source, reason: 'cut' }],
      unread: [{ ...source, reason: 'slow' }],
      changed: ['raw/y'],
    });
    const died = trail({ attempt: 'a0', gathered: [summarised(again)], verification: undefined, publication: undefined });
    const added = report([died, trail({ gathered: [summarised(again)] })]);
    expect(added.status).toBe('succeeded');
    expect(added.lines.rejected).toBe(2);
    expect([added.unreadable.length, added.unread.length, added.changed]).toEqual([1, 1, 1]);
    expect(added.files.before).toBe(3);
  });

  it('names what was late and rejected on its way', () => {
    const late = { key: 'raw/late', etag: 'e', partitions: [PATH], lines: 5, rejected: 1 };
    const added = report([trail()], planWith(['b0001']), [{ routed: [late], unreadable: [], unread: [], left: false }]);
    expect(added.lines).toMatchObject({ late: 4, rejected: 1 });
  });

  it('names what an attempt left out, whether it came to statements or not', () => {
    const leftOut = [{ partition: PATH, reason: 'superseded' }];
    const opened = trail({ tasks: 0, leftOut, gathered: [], verification: undefined, publication: undefined });
    const stated = trail({
      leftOut,
      expectation: { ...expectation, leftOut },
      gathered: [],
      verification: undefined,
      publication: undefined,
    });
    expect(report([opened]).leftOut).toEqual(leftOut);
    expect(report([stated]).leftOut).toEqual(leftOut);
    expect([report([opened]).status, report([stated]).status]).toEqual(['succeeded', 'succeeded']);
  });

  it('names what a rebuild left as it is published, and nothing of that where nothing is rebuilt', () => {
    const reason = 'no raw object or piece left to rebuild from';
    const partitions = [
      plannedWith({ due: false, reason, published: publishedWith() }),
      plannedWith({ due: false, reason: 'held', published: undefined }),
      plannedWith({ due: true, published: publishedWith() }),
    ];
    const leftOutBy = (rebuild: boolean) =>
      reportOf(runWith({ run: 'r2', rebuild }), END, undefined, { ...planWith([]), partitions }, [], [], []).leftOut;
    expect(leftOutBy(true)).toEqual([{ partition: partitions[0]?.partition, reason }]);
    expect(leftOutBy(false)).toEqual([]);
  });

  it('fails where a batch came to no end, and names it', () => {
    const plan = planWith(['b0001', 'b0002', 'b0003']);
    const died = trail({ batch: 'b0002', expectation: undefined, verification: undefined, publication: undefined });
    const failures = [
      // Listed by the attempt's id, which is drawn: the last one to fail is not the last of the list.
      { batch: 'b0002', attempt: 'a1', tries: 2, error: 'VerificationFailed', cause: '1 differences: copies add up to 19' },
      { batch: 'b0002', attempt: 'b7', tries: 1, error: 'States.Timeout', cause: '' },
    ];
    const failed = failedBatches(plan, [trail(), died], failures);
    expect(failed.map(({ batch, error }) => `${batch} ${error}`)).toEqual(['b0002 VerificationFailed', 'b0003 Unfinished']);
    const added = reportOf(runWith(), END, undefined, plan, [], [trail(), died], failures);
    expect(added.status).toBe('failed');
    expect(summaryOf(added, plan)).toMatch(/failed batches: b0002 \(VerificationFailed: .*b0003 \(Unfinished/);
  });

  it('names what nobody reads and what was left for the next run', () => {
    const routes = [{ routed: [], unreadable: [], unread: [], left: true }];
    const plan = { ...planWith(['b0001']), misplaced: ['raw/events/stray.txt'] };
    expect(report([trail()], plan, routes)).toMatchObject({ misplaced: ['raw/events/stray.txt'], lateLeft: true });
    expect(report([trail()])).toMatchObject({ misplaced: [], lateLeft: false });
  });

  it('fails with what stopped the run', () => {
    const added = reportOf(runWith(), END, 'States.TaskFailed: no', undefined, [], [], []);
    expect(added).toMatchObject({ status: 'failed', error: 'States.TaskFailed: no', batches: 0 });
    expect(summaryOf(added, undefined)).toContain('stopped by States.TaskFailed: no');
  });

  it('succeeds for a plan that was only asked for', () => {
    const added = reportOf(runWith({ dryRun: true }), END, undefined, planWith(['b0001']), [], [], []);
    expect(added).toMatchObject({ status: 'succeeded', dryRun: true, partitions: 0 });
  });
});

describe('the metrics of a run', () => {
  it('declare every value that they carry, in the embedded format', () => {
    const metrics = metricsOf(report([trail()]), END) as Readonly<Record<string, unknown>> & {
      readonly _aws: {
        readonly Timestamp: number;
        readonly CloudWatchMetrics: readonly { readonly Metrics: readonly { readonly Name: string }[] }[];
      };
    };
    const names = metrics._aws.CloudWatchMetrics[0]!.Metrics.map(({ Name }) => Name);
    expect(Object.keys(metrics).sort()).toEqual(['Table', '_aws', ...names].sort());
    expect(names.every((name) => typeof metrics[name] === 'number')).toBe(true);
    expect(metrics._aws.Timestamp).toBe(Date.parse(END));
    expect(metrics['LinesIn']).toBe(8);
  });
});
