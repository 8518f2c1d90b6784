import { type ConsumerEvent, EventSourceHost, START, STREAM_ARN } from './event-source-host';

let host: EventSourceHost;
const open = (inputs: Record<string, unknown> = {}): EventSourceHost => (host = new EventSourceHost(inputs));
afterEach(() => host.remove());

const FAILURES = { destinationConfig: { onFailure: { destinationArn: 'arn:aws:s3:::lake' } } };
const REPORTS = { functionResponseTypes: ['ReportBatchItemFailures'] };

describe('a tumbling window', () => {
  const counting = (event: ConsumerEvent): unknown => ({
    state: { count: Number(event.state?.['count'] ?? 0) + event.Records.length },
    batchItemFailures: [],
  });
  const WINDOW = { tumblingWindowInSeconds: 60, ...REPORTS };

  it('hands its state from batch to batch, and at its end to a last invocation without records', async () => {
    open({ ...WINDOW, batchSize: 2 });
    host.consumer = counting;
    await host.put('a', 'b', 'c');
    await host.advance(30);
    await host.put('d');
    await host.advance(30);
    await host.put('e');
    await host.advance(90);
    const finals = host.events.filter(({ event }) => event.isFinalInvokeForWindow);
    expect(host.batches()).toEqual([['a', 'b'], ['c'], ['d'], ['e']]);
    expect(host.events.map(({ event }) => event.state)).toEqual([{}, { count: 2 }, { count: 3 }, { count: 4 }, {}, { count: 1 }]);
    expect(finals.map(({ at, event: { Records: _records, ...event } }) => ({ at: at - START, ...event }))).toEqual([
      {
        at: 60_000,
        window: { start: '2026-11-20T08:00:00Z', end: '2026-11-20T08:01:00Z' },
        state: { count: 4 },
        shardId: 'shardId-000000000000',
        eventSourceARN: STREAM_ARN,
        isFinalInvokeForWindow: true,
        isWindowTerminatedEarly: false,
      },
      expect.objectContaining({ at: 120_000, state: { count: 1 } }),
    ]);
  });

  it('never mixes the records of two windows in a batch', async () => {
    open({ ...WINDOW, maximumBatchingWindowInSeconds: 120 });
    host.consumer = counting;
    await host.advance(59);
    await host.put('a');
    await host.advance(2);
    await host.put('b');
    await host.advance(200);
    expect(host.batches()).toEqual([['a'], ['b']]);
    expect(host.events.map(({ event }) => event.window?.start)).toEqual([
      '2026-11-20T08:00:00Z',
      '2026-11-20T08:00:00Z',
      '2026-11-20T08:01:00Z',
      '2026-11-20T08:01:00Z',
    ]);
  });

  it('keeps the state of before a batch that failed', async () => {
    open({ ...WINDOW });
    host.consumer = counting;
    await host.put('a');
    await host.advance(5);
    let failed = false;
    host.consumer = (event) => {
      if (!failed) {
        failed = true;
        throw new Error('once');
      }
      return counting(event);
    };
    await host.put('b');
    await host.advance(120);
    expect(host.events.map(({ event }) => event.state)).toEqual([{}, { count: 1 }, { count: 1 }, { count: 2 }]);
  });

  it('fails a batch that brings no state back', async () => {
    open({ ...WINDOW, maximumRetryAttempts: 0, ...FAILURES });
    host.consumer = () => ({ batchItemFailures: [] });
    await host.put('a');
    await host.advance(10);
    expect(host.failures()).toHaveLength(1);
  });

  it('stands still until its last invocation succeeds', async () => {
    open({ ...WINDOW });
    host.consumer = (event) => {
      if (event.isFinalInvokeForWindow) throw new Error('no');
      return counting(event);
    };
    await host.put('a');
    await host.advance(61);
    await host.put('b');
    await host.advance(60);
    expect(host.batches()).toEqual([['a']]);
    host.consumer = counting;
    await host.advance(120);
    expect(host.batches()).toEqual([['a'], ['b']]);
  });

  it('ends early where its state grows above 1 MB, and goes on with an empty one', async () => {
    open({ ...WINDOW });
    host.consumer = (event) => (event.isFinalInvokeForWindow ? {} : { state: { text: 'x'.repeat(1_100_000) } });
    await host.put('a');
    await host.advance(5);
    await host.put('b');
    await host.advance(5);
    expect(
      host.events.map(({ event }) => [event.Records.length, event.isFinalInvokeForWindow, event.isWindowTerminatedEarly]),
    ).toEqual([
      [1, false, false],
      [0, true, true],
      [1, false, false],
      [0, true, true],
    ]);
    expect(host.events[2]!.event.state).toEqual({});
  });

  it('survives a restart with its state', async () => {
    open({ ...WINDOW });
    host.consumer = counting;
    await host.put('a', 'b');
    await host.advance(5);
    await host.close();
    host.open();
    await host.put('c');
    await host.advance(120);
    expect(host.events.map(({ event }) => event.state)).toEqual([{}, { count: 2 }, { count: 3 }]);
  });
});
