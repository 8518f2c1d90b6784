import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { operator } from '../../local/caller';
import { deliverySettings } from '../../local/stand-ins/delivery/settings';
import { fc } from '../properties';
import { ACCOUNT, type Answer, base64, byType, DeliveryHost, deliveryResource, plain, textOf } from './delivery-host';

const hosts: DeliveryHost[] = [];
const newHost = (...resource: Parameters<typeof deliveryResource>): DeliveryHost => {
  const host = new DeliveryHost(deliveryResource(...resource));
  hosts.push(host);
  return host;
};
const MINUTE = 60_000;

afterEach(async () => {
  for (const host of hosts.splice(0)) await host.remove();
});

describe('the delivery stand-in', () => {
  it('delivers each partition when its interval is over, under the oldest arrival, with no newline added', async () => {
    const host = newHost();
    await host.put('push:1', 'pull:1');
    await host.clock.advance(30_000);
    await host.put('push:2');
    await host.clock.advance(31_000);
    expect(host.delivery.inFlight()).toBe(3);
    expect(host.delivery.stats()['delivery']).toMatchObject({ activePartitions: 2, unread: 0 });
    await host.clock.advance(5 * MINUTE);
    expect(host.contents('raw/type=push/')).toEqual([expect.stringMatching(/^(push:1push:2|push:2push:1)$/)]);
    expect(host.contents('raw/type=pull/')).toEqual(['pull:1']);
    expect(host.keys('raw/type=push/')[0]).toMatch(
      /^raw\/type=push\/delivery-1-2026-11-20-08-00-00-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.gz$/,
    );
    expect([...host.callers]).toEqual([`arn:aws:iam::${ACCOUNT}:role/firehose`]);
    expect(host.delivery.stats()['delivery']).toMatchObject({
      inFlight: 0,
      activePartitions: 0,
      delivered: { records: 3, objects: 2 },
    });
  });

  it('invokes the transform when its buffer is full, before its interval', async () => {
    const host = newHost();
    const sizes: number[] = [];
    host.transform = (event) => {
      sizes.push(event.records.reduce((sum, { data }) => sum + Buffer.from(data, 'base64').length, 0));
      return byType(event);
    };
    await host.put(...Array.from({ length: 5 }, (_, index) => `push:${index}`.padEnd(400_000, '.')));
    await host.clock.advance(2000);
    expect(sizes).toEqual([800_000, 800_000]);
    await host.clock.advance(MINUTE);
    expect(sizes).toEqual([800_000, 800_000, 400_000]);
  });

  it('delivers an object when it is full, before its interval', async () => {
    const host = newHost({}, plain());
    await host.put(...Array.from({ length: 3 }, (_, index) => `${index}`.padEnd(500_000, '.')));
    await host.clock.advance(2000);
    expect(host.contents('films/').map(({ length }) => length)).toEqual([1_500_000]);
    expect(host.keys('films/2026/11/20/080000/')).toHaveLength(1);
  });

  it('sends a batch that lacks a record id to the errors, every record with its own bytes', async () => {
    const host = newHost();
    host.transform = (event) => ({ records: (byType(event) as { records: Answer[] }).records.slice(1) });
    await host.put('push:1', 'push:2', 'push:3');
    await host.clock.advance(10 * MINUTE);
    expect(host.keys('raw/')).toEqual([]);
    expect(
      host
        .errors()
        .map(({ rawData }) => textOf(rawData))
        .sort(),
    ).toEqual(['push:1', 'push:2', 'push:3']);
    expect(host.errors()[0]).toMatchObject({
      errorCode: 'Lambda.MissingRecordId',
      attemptsMade: 1,
      lambdaARN: 'arn:transform:$LATEST',
    });
    expect(host.invocations).toBe(1);
  });

  it.each([
    ['Lambda.DuplicatedRecordId', (answers: Answer[]) => [...answers, answers[0]!], 1],
    ['Lambda.JsonProcessingException', (answers: Answer[]) => answers.map((answer) => ({ ...answer, result: 'Perhaps' })), 1],
    ['Lambda.JsonProcessingException', (answers: Answer[]) => answers.map(({ recordId }) => ({ recordId, result: 'Ok' })), 1],
    ['Lambda.FunctionError', (answers: Answer[]) => answers.map((answer) => ({ ...answer, data: 'no base64!' })), 1],
    [
      'Lambda.ProcessingFailedStatus',
      (answers: Answer[]) => answers.map(({ recordId }) => ({ recordId, result: 'ProcessingFailed' })),
      1,
    ],
    [
      'Lambda.FunctionError',
      (): Answer[] => {
        throw new Error('poison');
      },
      4,
    ],
  ])('writes %s for an answer that says so', async (errorCode, spoil, attemptsMade) => {
    const host = newHost();
    host.transform = (event) => ({ records: spoil((byType(event) as { records: Answer[] }).records) });
    await host.put('push:1', 'pull:1');
    await host.clock.advance(10 * MINUTE);
    expect(host.errors()).toHaveLength(2);
    for (const error of host.errors()) expect(error).toMatchObject({ errorCode, attemptsMade });
    expect(host.invocations).toBe(attemptsMade);
    expect(host.keys('raw/')).toEqual([]);
  });

  it('goes on after a batch that the function could not take', async () => {
    const host = newHost();
    host.transform = (event) => {
      if (event.records.some(({ data }) => textOf(data) === 'poison')) throw new Error('poison');
      return byType(event);
    };
    await host.put('poison', 'push:1');
    await host.clock.advance(2 * MINUTE);
    await host.put('push:2');
    await host.clock.advance(10 * MINUTE);
    expect(host.contents('raw/')).toEqual(['push:2']);
    expect(
      host
        .errors()
        .map(({ rawData }) => textOf(rawData))
        .sort(),
    ).toEqual(['poison', 'push:1']);
  });

  it('sends the 501st active partition, and records without a key, to the errors', async () => {
    const host = newHost();
    for (let part = 0; part < 2; part++)
      await host.put(...Array.from({ length: 255 }, (_, index) => `t${part * 255 + index}:x`), ':empty');
    await host.clock.advance(10 * MINUTE);
    expect(host.keys('raw/')).toHaveLength(500);
    const codes = host.errors().map(({ errorCode }) => errorCode);
    expect(codes.filter((code) => code === 'DynamicPartitioning.ActivePartitionsLimitExceeded')).toHaveLength(10);
    expect(codes.filter((code) => code === 'DynamicPartitioning.MetadataExtractionFailed')).toHaveLength(2);
    // Delivered partitions are active no more.
    await host.put('t509:again');
    await host.clock.advance(10 * MINUTE);
    expect(host.contents('raw/type=t509/')).toEqual(['t509:again']);
  });

  it('reads a stream from its latest record at creation', async () => {
    const host = newHost();
    await host.put('push:before');
    await host.close();
    // A replaced delivery stream starts anew: what came before is its predecessor's, which is gone.
    rmSync(join(host.dataDir, 'deliveries'), { recursive: true });
    host.open();
    await host.put('push:after');
    await host.clock.advance(10 * MINUTE);
    expect(host.contents('raw/')).toEqual(['push:after']);
  });

  it('loses and doubles nothing over a clean close', async () => {
    const host = newHost();
    await host.put('push:1');
    await host.clock.advance(2 * MINUTE);
    await host.put('push:2', 'pull:1');
    await host.clock.advance(30_000);
    await host.put('push:3');
    await host.close();
    host.open();
    expect(host.delivery.inFlight()).toBe(1);
    await host.clock.advance(10 * MINUTE);
    expect(
      host
        .contents('raw/')
        .join('')
        .match(/pu[sl][hl]:\d/g)
        ?.sort(),
    ).toEqual(['pull:1', 'push:1', 'push:2', 'push:3']);
  });

  it('reads again from the oldest undelivered record after a crash', async () => {
    const host = newHost({}, { bufferingInterval: 60 });
    await host.put('push:1');
    await host.clock.advance(130_000);
    expect(host.contents('raw/')).toEqual(['push:1']);
    await host.put('push:2');
    await host.clock.advance(70_000);
    expect(host.delivery.inFlight()).toBe(1);
    const before = host.delivery;
    host.open();
    host.transform = byType;
    await host.clock.advance(10 * MINUTE);
    await before.close();
    // The old process would have delivered push:2 too, had it lived: it runs on in this test, which shows that names do not clash.
    expect([...host.contents('raw/')].sort()).toEqual(['push:1', 'push:2', 'push:2']);
  });

  it('keeps an object that S3 does not take and writes it later', async () => {
    const host = newHost(
      {},
      { cloudwatchLoggingOptions: { enabled: true, logGroupName: '/aws/kinesisfirehose/delivery', logStreamName: 's3' } },
    );
    host.failWrites = true;
    await host.put('push:1');
    await host.clock.advance(10 * MINUTE);
    expect(host.delivery.stats()['delivery']).toMatchObject({ inFlight: 1, waitingBecause: 'no such bucket' });
    const log = readFileSync(join(host.dataDir, 'logs', 'aws', 'kinesisfirehose', 'delivery', 's3.log'), 'utf8');
    expect(JSON.parse(log.split('\n')[0]!)).toMatchObject({ errorCode: 'S3.WriteFailed', errorMessage: 'no such bucket' });
    await host.close();
    host.open();
    host.failWrites = false;
    await host.clock.advance(10 * MINUTE);
    expect(host.contents('raw/')).toEqual(['push:1']);
    expect(host.delivery.inFlight()).toBe(0);
  });

  it('takes direct puts where it has no source, and survives a restart before delivery', async () => {
    const host = newHost({}, plain(), true);
    expect(await host.putDirect('a', 'b')).toMatchObject({
      FailedPutCount: 0,
      RequestResponses: [{ RecordId: expect.any(String) }, {}],
    });
    await host.close();
    host.open();
    await host.clock.advance(2 * MINUTE);
    expect(host.contents('films/')).toEqual(['ab']);
    await expect(host.putDirect('x'.repeat(1_024_001))).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(host.putDirect(...Array.from({ length: 5 }, () => 'x'.repeat(1_000_000)))).rejects.toMatchObject({
      code: 'InvalidArgumentException',
    });
  });

  it('delivers at once where the interval is 0', async () => {
    const host = newHost({}, plain({ bufferingInterval: 0 }), true);
    await host.putDirect('a');
    await host.clock.advance(0);
    expect(host.contents('films/')).toEqual(['a']);
  });

  it('refuses direct puts where a stream is the source, and describes itself', async () => {
    const host = newHost();
    await expect(host.putDirect('a')).rejects.toMatchObject({
      code: 'InvalidArgumentException',
      message: 'This operation is not permitted on KinesisStreamAsSource delivery stream type.',
    });
    const call = (operation: string, input: Record<string, unknown>): Promise<object> =>
      host.delivery.service.operations[operation]!(input, operator(ACCOUNT));
    expect(await call('DescribeDeliveryStream', { DeliveryStreamName: 'delivery' })).toMatchObject({
      DeliveryStreamDescription: {
        DeliveryStreamType: 'KinesisStreamAsSource',
        Destinations: [{ ExtendedS3DestinationDescription: { BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 300 } } }],
      },
    });
    expect(await call('ListDeliveryStreams', {})).toEqual({ DeliveryStreamNames: ['delivery'], HasMoreDeliveryStreams: false });
    await expect(call('DescribeDeliveryStream', { DeliveryStreamName: 'x' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  it('refuses settings that Firehose or the stand-in does not take, all in one sentence', () => {
    const problems =
      (s3: Record<string, unknown>, inputs: Record<string, unknown> = {}): (() => unknown) =>
      () =>
        deliverySettings(deliveryResource(inputs, s3));
    expect(problems({ bufferingSize: 5 })).toThrow('bufferingSize 5 is not between 64 and 128 MB with dynamic partitioning');
    expect(problems({ compressionFormat: 'Snappy', bufferingInterval: 30 })).toThrow(/Snappy.*bufferingInterval 30/);
    expect(problems({ s3BackupMode: 'Enabled' })).toThrow(/s3BackupMode/);
    expect(problems({ secretSauce: 1 })).toThrow(/secretSauce/);
    expect(problems({}, { destination: 'splunk' })).toThrow(/splunk/);
  });

  it('accounts for every record exactly once, whatever the verdicts', async () => {
    const verdicts = ['Ok', 'Dropped', 'ProcessingFailed', 'no key', 'throw'] as const;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.constantFrom(...verdicts), { maxLength: 12 }), { maxLength: 6 }), async (minutes) => {
        const host = new DeliveryHost(deliveryResource({}, { bufferingInterval: 60 }));
        host.transform = ({ records }) => {
          if (records.some(({ data }) => textOf(data).startsWith('throw'))) throw new Error('poison');
          return {
            records: records.map(({ recordId, data }): Answer => {
              const [verdict, n] = textOf(data).split(':');
              if (verdict === 'no key') return { recordId, result: 'Ok', data };
              return {
                recordId,
                result: verdict!,
                data: base64(`${textOf(data)}\n`),
                metadata: { partitionKeys: { type: `t${Number(n) % 3}` } },
              };
            }),
          };
        };
        try {
          let n = 0;
          for (const minute of minutes) {
            if (minute.length > 0) await host.put(...minute.map((verdict) => `${verdict}:${n++}`));
            await host.clock.advance(45_000);
          }
          await host.clock.advance(10 * MINUTE);
          const delivered = host.contents('raw/').flatMap((text) => text.split('\n').filter((line) => line !== ''));
          const failed = host.errors().map(({ rawData }) => textOf(rawData));
          const { dropped } = host.delivery.stats()['delivery']!;
          const seen = [...delivered, ...failed];
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen.length + dropped).toBe(n);
          expect(delivered.every((text) => text.startsWith('Ok:'))).toBe(true);
          expect(host.delivery.inFlight()).toBe(0);
        } finally {
          await host.remove();
        }
      }),
      { numRuns: 25 },
    );
  });
});
