import { verdictOf } from '../../local/stand-ins/event-source/answer';
import { mappingSettings } from '../../local/stand-ins/event-source/settings';
import { fc } from '../properties';
import { type ConsumerEvent, EventSourceHost, graphOf, mappingResource, START, STREAM_ARN, textsOf } from './event-source-host';

let host: EventSourceHost;
const open = (inputs: Record<string, unknown> = {}, shardCount = 1): EventSourceHost =>
  (host = new EventSourceHost(inputs, shardCount));
afterEach(() => host.remove());

const FAILURES = { destinationConfig: { onFailure: { destinationArn: 'arn:aws:s3:::lake' } } };
const REPORTS = { functionResponseTypes: ['ReportBatchItemFailures'] };
const poison =
  (...bad: readonly string[]) =>
  (event: ConsumerEvent): unknown => {
    if (textsOf(event).some((text) => bad.includes(text))) throw new Error('poison');
    return {};
  };
/** Names the first record that it cannot take. */
const reporting =
  (...bad: readonly string[]) =>
  (event: ConsumerEvent): unknown => ({
    batchItemFailures: event.Records.filter((_, index) => bad.includes(textsOf(event)[index]!))
      .slice(0, 1)
      .map(({ kinesis }) => ({ itemIdentifier: kinesis.sequenceNumber })),
  });

describe('an event source mapping', () => {
  it('hands over records in the form that Lambda gives them, a second after they arrived', async () => {
    open();
    await host.put('a', 'b');
    await host.advance(0.9);
    expect(host.events).toEqual([]);
    await host.advance(1);
    const [{ at, event }] = host.events as [(typeof host.events)[0]];
    expect(at).toBe(START + 1_000);
    expect(event.Records).toHaveLength(2);
    expect(event.Records[0]).toEqual({
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: 'a',
        sequenceNumber: expect.stringMatching(/^\d{56}$/) as unknown,
        data: Buffer.from('a').toString('base64'),
        approximateArrivalTimestamp: START / 1_000,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `shardId-000000000000:${event.Records[0]!.kinesis.sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: 'arn:aws:iam::000000000000:role/consumer',
      awsRegion: 'eu-west-1',
      eventSourceARN: STREAM_ARN,
    });
    expect(Object.keys(event)).toEqual(['Records']);
  });

  it('waits for a full batch or the end of the batching window, whichever comes first', async () => {
    open({ batchSize: 3, maximumBatchingWindowInSeconds: 30 });
    await host.put('a', 'b');
    await host.advance(20);
    await host.put('c', 'd');
    await host.advance(60);
    expect(host.batches()).toEqual([['a', 'b', 'c'], ['d']]);
    expect(host.times()).toEqual([20, 50]);
  });

  it('keeps the order of a shard, one batch at a time, and splits no record off', async () => {
    open({ batchSize: 7 }, 2);
    const texts = Array.from({ length: 100 }, (_, index) => `r${index}`);
    await host.put(...texts);
    await host.advance(5);
    const batches = host.events.map(({ event }) => event);
    expect(batches.every(({ Records }) => Records.length <= 7)).toBe(true);
    const shards = new Map<string, string[]>();
    for (const { Records } of batches)
      for (const record of Records) {
        const [shard = '', sequenceNumber = ''] = (record as unknown as { eventID: string }).eventID.split(':');
        shards.set(shard, [...(shards.get(shard) ?? []), sequenceNumber]);
      }
    expect(shards.size).toBe(2);
    for (const numbers of shards.values()) expect(numbers).toEqual([...numbers].sort((l, r) => (BigInt(l) < BigInt(r) ? -1 : 1)));
    expect(batches.flatMap(textsOf).sort()).toEqual([...texts].sort());
  });

  it('sends no event above 6 MB', async () => {
    open({ batchSize: 100 });
    const texts = Array.from({ length: 10 }, (_, index) => String(index).padEnd(900_000, '.'));
    for (const text of texts)
      await host.stream.service.operations['PutRecords']!(
        { StreamName: 'points', Records: [{ PartitionKey: 'k', Data: Buffer.from(text).toString('base64') }] },
        { arn: 'x', accessKeyId: 'x' },
      );
    await host.advance(5);
    expect(host.batches().flat()).toEqual(texts);
    for (const { event } of host.events) expect(JSON.stringify(event).length).toBeLessThan(6_291_456);
    expect(host.events.length).toBe(2);
  });

  it.each([
    ['TRIM_HORIZON', [['a'], ['b']]],
    ['LATEST', [['b']]],
  ])('starts at %s when it is created', async (startingPosition, batches) => {
    open({ enabled: false });
    await host.put('a');
    await host.forget({ startingPosition });
    await host.advance(5);
    await host.put('b');
    await host.advance(5);
    expect(host.batches()).toEqual(batches);
  });

  it('goes on where it stood after a restart, and hands over again what was not done', async () => {
    open({ batchSize: 2 });
    await host.put('a', 'b', 'c');
    await host.advance(2);
    host.consumer = poison('d');
    await host.put('d');
    await host.advance(1);
    await host.close();
    host.consumer = () => ({});
    host.open();
    await host.advance(2);
    expect(host.batches()).toEqual([['a', 'b'], ['c'], ['d'], ['d']]);
    await host.close();
    host.open();
    await host.advance(60);
    expect(host.batches()).toHaveLength(4);
  });

  it('retries a batch that fails, more and more rarely, until it succeeds', async () => {
    open();
    host.consumer = poison('a');
    await host.put('a', 'b');
    await host.advance(20);
    expect(host.times()).toEqual([1, 2, 4, 8, 16]);
    host.consumer = () => ({});
    await host.advance(20);
    expect(host.batches()).toEqual(Array.from({ length: 6 }, () => ['a', 'b']));
    expect(host.mappings.stats()[0]).toMatchObject({ shards: [{ recordsDone: 2, failedInvocations: 5, behind: 0 }] });
  });

  it('gives up after its retries and describes the batch in S3, whole, in the form that Lambda has', async () => {
    open({ maximumRetryAttempts: 2, ...FAILURES });
    host.consumer = poison('a');
    await host.put('a', 'b');
    await host.advance(30);
    await host.put('c');
    await host.advance(30);
    expect(host.batches()).toEqual([['a', 'b'], ['a', 'b'], ['a', 'b'], ['c']]);
    const [{ key, document }, ...others] = host.failures() as [ReturnType<typeof host.failures>[0]];
    expect(others).toEqual([]);
    expect(key).toMatch(
      /^lake\/aws\/lambda\/11111111-2222-4333-8444-555555555555\/shardId-000000000000\/2026\/11\/20\/2026-11-20T08\.00\.04-[0-9a-f-]{36}$/,
    );
    expect(document).toEqual({
      requestContext: {
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
        functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:consumer',
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 3,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: '2026-11-20T08:00:04.000Z',
      KinesisBatchInfo: {
        shardId: 'shardId-000000000000',
        startSequenceNumber: host.events[0]!.event.Records[0]!.kinesis.sequenceNumber,
        endSequenceNumber: host.events[0]!.event.Records[1]!.kinesis.sequenceNumber,
        approximateArrivalOfFirstRecord: '2026-11-20T08:00:00.000Z',
        approximateArrivalOfLastRecord: '2026-11-20T08:00:00.000Z',
        batchSize: 2,
        streamArn: STREAM_ARN,
      },
      payload: JSON.stringify(host.events[0]!.event),
    });
  });

  it('splits a batch that fails until what is bad stands alone, and splitting costs no retries', async () => {
    open({ bisectBatchOnFunctionError: true, maximumRetryAttempts: 1, ...FAILURES });
    host.consumer = poison('f');
    await host.put(...'abcdefgh');
    await host.advance(30);
    const done = host.batches().filter((batch) => !batch.includes('f'));
    expect(done.flat()).toEqual([...'abcdegh']);
    expect(host.batches().filter((batch) => batch.join() === 'f')).toHaveLength(2);
    expect(host.failures().map(({ document }) => textsOf(JSON.parse(document.payload) as ConsumerEvent))).toEqual([['f']]);
  });

  it('retries from the record that the function names, and from there alone', async () => {
    open({ ...REPORTS, bisectBatchOnFunctionError: true, maximumRetryAttempts: 1, ...FAILURES });
    host.consumer = reporting('c');
    await host.put(...'abcde');
    await host.advance(30);
    expect(host.batches()[0]).toEqual([...'abcde']);
    expect(host.batches()[1]).toEqual([...'cde']);
    const [failure] = host.failures();
    expect(textsOf(JSON.parse(failure!.document.payload) as ConsumerEvent)).toEqual(['c']);
    expect(host.mappings.stats()[0]!.shards[0]).toMatchObject({ recordsDone: 4, recordsGivenUp: 1, behind: 0 });
  });

  it('leaves out what has become too old, and describes it', async () => {
    open({ maximumRecordAgeInSeconds: 60, ...FAILURES });
    host.throttled = true;
    await host.put('a');
    await host.advance(40);
    await host.put('b');
    await host.advance(30);
    host.throttled = false;
    await host.advance(30);
    expect(host.batches()).toEqual([['b']]);
    const [{ document }] = host.failures() as [ReturnType<typeof host.failures>[0]];
    expect(document['requestContext']).toMatchObject({ condition: 'RecordAgeExceeded', approximateInvokeCount: 0 });
    expect(document).not.toHaveProperty('responseContext');
  });

  it('counts it as no retry that the function cannot be invoked at all', async () => {
    open({ maximumRetryAttempts: 0 });
    host.throttled = true;
    await host.put('a');
    await host.advance(60);
    host.throttled = false;
    await host.advance(10);
    expect(host.batches()).toEqual([['a']]);
  });

  it('goes on where a batch that was given up on cannot be described, and counts that', async () => {
    open({ maximumRetryAttempts: 0, ...FAILURES });
    host.failWrites = true;
    host.consumer = poison('a');
    await host.put('a');
    await host.advance(5);
    await host.put('b');
    await host.advance(5);
    expect(host.batches()).toEqual([['a'], ['b']]);
    expect(host.mappings.stats()[0]).toMatchObject({ undescribed: 1 });
  });

  it('knows the age of what it was last done with, and how much waits', async () => {
    open({ batchSize: 2, maximumBatchingWindowInSeconds: 10 });
    await host.put('a');
    await host.advance(10);
    expect(host.mappings.stats()[0]!.shards[0]).toMatchObject({ iteratorAgeMillis: 10_000, behind: 0, invocations: 1 });
    await host.put('b');
    expect(host.mappings.stats()[0]!.shards[0]).toMatchObject({ behind: 1 });
  });

  it('does nothing while it is disabled', async () => {
    open({ enabled: false });
    await host.put('a');
    await host.advance(60);
    expect(host.events).toEqual([]);
  });
});

describe('whatever fails', () => {
  it('every record is done or described, in order, and none is passed over', async () => {
    const letters = [...'abcdefghijklmnopqrst'];
    await fc.assert(
      fc.asyncProperty(
        fc.subarray(letters, { maxLength: 4 }),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 2 }),
        async (bad, bisects, reports, batchSize, maximumRetryAttempts) => {
          const inputs = {
            batchSize,
            maximumRetryAttempts,
            bisectBatchOnFunctionError: bisects,
            ...(reports && REPORTS),
            ...FAILURES,
          };
          const own = new EventSourceHost(inputs);
          own.consumer = reports ? reporting(...bad) : poison(...bad);
          await own.put(...letters);
          await own.advance(3_600);
          const described = own.failures().flatMap(({ document }) => textsOf(JSON.parse(document.payload) as ConsumerEvent));
          const { recordsDone, recordsGivenUp, behind } = own.mappings.stats()[0]!.shards[0]!;
          const seen = new Set(own.batches().flat());
          await own.remove();
          expect({ behind, all: recordsDone + recordsGivenUp }).toEqual({ behind: 0, all: letters.length });
          expect(seen.size).toBe(letters.length);
          expect(described).toHaveLength(recordsGivenUp);
          for (const one of bad) expect(described).toContain(one);
          // Alone where a batch is split as far as it goes.
          if (bisects) expect([...described].sort()).toEqual([...bad].sort());
        },
      ),
      { numRuns: 40 },
    );
    open();
  });
});

describe('an answer', () => {
  const expectation = { sequenceNumbers: ['1', '2', '3'], reportsItemFailures: true, windowed: false };
  const failures = (...identifiers: readonly unknown[]) => ({
    batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })),
  });
  it.each([
    [undefined, 'done'],
    [null, 'done'],
    ['text', 'done'],
    [{}, 'done'],
    [{ batchItemFailures: [] }, 'done'],
    [{ batchItemFailures: null }, 'done'],
    [failures('2'), 'failedFrom'],
    [failures(''), 'failed'],
    [failures(null), 'failed'],
    [failures('9'), 'failed'],
    [failures('2', ''), 'failed'],
    [{ batchItemFailures: [{ identifier: '2' }] }, 'failed'],
    [{ batchItemFailures: 'all' }, 'failed'],
  ])('%j is %s', (answer, kind) => {
    open();
    expect(verdictOf(answer, expectation).kind).toBe(kind);
  });

  it('counts from the lowest record that it names', () => {
    open();
    expect(verdictOf(failures('3', '2'), expectation)).toMatchObject({ kind: 'failedFrom', index: 1 });
    expect(verdictOf(failures('3'), { ...expectation, reportsItemFailures: false }).kind).toBe('done');
  });
});

describe('the inputs of a mapping', () => {
  it.each([
    [{ eventSourceArn: 'arn:aws:sqs:eu-west-1:000000000000:q' }, 'is not a data stream'],
    [{ functionName: 'nobody' }, '"nobody" is no function of the program'],
    [{ startingPosition: 'AT_TIMESTAMP' }, 'startingPosition "AT_TIMESTAMP" is not modelled'],
    [{ batchSize: 10_001 }, 'batchSize is 10001; it must be a whole number from 1 to 10000'],
    [{ parallelizationFactor: 2 }, 'parallelizationFactor other than 1 is not modelled'],
    [{ maximumRecordAgeInSeconds: 30 }, 'it must be -1 or 60 to 604800'],
    [{ tumblingWindowInSeconds: 901 }, 'tumblingWindowInSeconds is 901'],
    [{ functionResponseTypes: ['Else'] }, 'functionResponseTypes Else are not modelled'],
    [{ destinationConfig: { onFailure: { destinationArn: 'arn:aws:sqs:eu-west-1:000000000000:q' } } }, 'modelled: an S3 bucket'],
  ])('%j are refused', (inputs, message) => {
    open();
    const resource = mappingResource(inputs);
    expect(() => mappingSettings(resource, graphOf(resource))).toThrow(message);
  });
});
