import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operator } from '../../local/caller';
import { ManualClock } from '../../local/clock';
import type { Resource } from '../../local/graph';
import { streamSettings } from '../../local/stand-ins/stream/settings';
import { SequenceNumbers, hashKeyOf, shardFinder, shardRanges } from '../../local/stand-ins/stream/shards';
import { StreamStandIn } from '../../local/stand-ins/stream/stream-stand-in';
import { fc } from '../properties';

const START = Date.UTC(2026, 10, 20);
const ACCOUNT = '000000000000';
const ARN = `arn:aws:kinesis:eu-west-1:${ACCOUNT}:stream/events`;

const streamResource = (inputs: Record<string, unknown>): Resource => ({
  type: 'aws:kinesis/stream:Stream',
  name: 'events',
  id: 'events',
  inputs: { name: 'events', ...inputs },
  outputs: { arn: ARN },
});

interface Put {
  readonly FailedRecordCount: number;
  readonly Records: readonly { readonly SequenceNumber?: string; readonly ShardId?: string; readonly ErrorCode?: string }[];
}
interface Got {
  readonly Records: readonly {
    readonly Data: string;
    readonly PartitionKey: string;
    readonly SequenceNumber: string;
    readonly ApproximateArrivalTimestamp: number;
  }[];
  readonly NextShardIterator: string;
  readonly MillisBehindLatest: number;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('the stream stand-in', () => {
  let dataDir: string;
  let clock: ManualClock;
  let standIn: StreamStandIn;

  const open = (
    inputs: Record<string, unknown> = { streamModeDetails: { streamMode: 'ON_DEMAND' } },
    limitThroughput?: boolean,
  ): StreamStandIn =>
    new StreamStandIn({
      streams: [streamSettings(streamResource(inputs))],
      clock,
      dataDir,
      accountId: ACCOUNT,
      ...(limitThroughput === undefined ? {} : { limitThroughput }),
    });
  const call = <T = Record<string, unknown>>(operation: string, input: Record<string, unknown>): Promise<T> =>
    standIn.service.operations[operation]!(
      { ...(operation === 'GetRecords' ? {} : { StreamName: 'events' }), ...input },
      operator(ACCOUNT),
    ) as Promise<T>;
  const read = async (shard: number, type: string, more: Record<string, unknown> = {}): Promise<Got> => {
    const ShardId = `shardId-${String(shard).padStart(12, '0')}`;
    const { ShardIterator } = await call<{ ShardIterator: string }>('GetShardIterator', {
      ShardId,
      ShardIteratorType: type,
      ...more,
    });
    return call<Got>('GetRecords', { ShardIterator });
  };
  const readAll = async (shards: number): Promise<string[]> =>
    (await Promise.all(Array.from({ length: shards }, (_, shard) => read(shard, 'TRIM_HORIZON')))).flatMap(({ Records }) =>
      Records.map(({ Data }) => Buffer.from(Data, 'base64').toString()),
    );

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'lithify-stream-'));
    clock = new ManualClock(START);
    standIn = open();
  });
  afterEach(async () => {
    await standIn.close();
    rmSync(dataDir, { recursive: true });
  });

  it('routes a partition key to the shard whose range holds its MD5 as an unsigned 128-bit number', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (key, count) => {
        const ranges = shardRanges(count);
        const hash = BigInt(`0x${createHash('md5').update(Buffer.from(key, 'utf8')).digest('hex')}`);
        const range = ranges[shardFinder(ranges)(hashKeyOf(key))]!;
        expect(range.startingHashKey <= hash && hash <= range.endingHashKey).toBe(true);
      }),
    );
    expect(shardRanges(3).map(({ startingHashKey, endingHashKey }) => [String(startingHashKey), String(endingHashKey)])).toEqual([
      ['0', '113427455640312821154458202477256070484'],
      ['113427455640312821154458202477256070485', '226854911280625642308916404954512140969'],
      ['226854911280625642308916404954512140970', '340282366920938463463374607431768211455'],
    ]);
  });

  it('numbers records in growing order and finds them again by number', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(1e9), fc.nat(63), (ordinal, later, shard) => {
        const numbers = new SequenceNumbers(START, shard);
        const [one, two] = [numbers.of(ordinal, START + later), numbers.of(ordinal + 1, START + later)];
        expect(one).toMatch(/^49\d{54}$/);
        expect(BigInt(one) < BigInt(two)).toBe(true);
        expect(numbers.ordinalOf(one)).toBe(ordinal);
        expect(new SequenceNumbers(START, shard + 1).ordinalOf(one)).toBeUndefined();
      }),
    );
  });

  it('gives back what was put, in order per shard, by name and by ARN', async () => {
    const Records = Array.from({ length: 500 }, (_, index) => ({
      PartitionKey: `key-${index}`,
      Data: base64(`record ${index} ü`),
    }));
    const put = await standIn.service.operations['PutRecords']!({ StreamARN: ARN, Records }, operator(ACCOUNT));
    expect(put).toMatchObject({ FailedRecordCount: 0 });
    const ids = (put as Put).Records.map(({ ShardId }) => ShardId!);
    expect(new Set(ids).size).toBe(4);
    for (let shard = 0; shard < 4; shard++) {
      const got = await read(shard, 'TRIM_HORIZON');
      const expected = Records.filter((_, index) => ids[index] === `shardId-00000000000${shard}`);
      expect(got.Records.map(({ Data, PartitionKey }) => ({ PartitionKey, Data }))).toEqual(expected);
      expect(got.MillisBehindLatest).toBe(0);
      expect(got.Records[0]!.ApproximateArrivalTimestamp).toBe(START / 1000);
    }
  });

  it('obeys an explicit hash key', async () => {
    const Records = [{ PartitionKey: 'a', Data: '', ExplicitHashKey: '340282366920938463463374607431768211455' }];
    expect((await call<Put>('PutRecords', { Records })).Records[0]!.ShardId).toBe('shardId-000000000003');
    await expect(
      call('PutRecord', { PartitionKey: 'a', Data: '', ExplicitHashKey: '340282366920938463463374607431768211456' }),
    ).rejects.toMatchObject({
      code: 'InvalidArgumentException',
    });
  });

  it('positions an iterator at a number, after it, at a time, at the latest record, and lets it expire', async () => {
    const at = { PartitionKey: 'k', ExplicitHashKey: '0' };
    const first = await call<{ SequenceNumber: string }>('PutRecord', { ...at, Data: base64('1') });
    await clock.advance(60_000);
    await call('PutRecord', { ...at, Data: base64('2') });
    const texts = (got: Got): string[] => got.Records.map(({ Data }) => Buffer.from(Data, 'base64').toString());
    const StartingSequenceNumber = first.SequenceNumber;
    expect(texts(await read(0, 'AT_SEQUENCE_NUMBER', { StartingSequenceNumber }))).toEqual(['1', '2']);
    expect(texts(await read(0, 'AFTER_SEQUENCE_NUMBER', { StartingSequenceNumber }))).toEqual(['2']);
    expect(texts(await read(0, 'AT_TIMESTAMP', { Timestamp: START / 1000 + 1 }))).toEqual(['2']);
    const latest = await read(0, 'LATEST');
    expect(texts(latest)).toEqual([]);
    await call('PutRecord', { ...at, Data: base64('3') });
    expect(texts(await call<Got>('GetRecords', { ShardIterator: latest.NextShardIterator }))).toEqual(['3']);
    await clock.advance(300_001);
    await expect(call('GetRecords', { ShardIterator: latest.NextShardIterator })).rejects.toMatchObject({
      code: 'ExpiredIteratorException',
    });
  });

  it('says how far behind a reader is that took only some records', async () => {
    for (const text of ['1', '2']) await call('PutRecord', { PartitionKey: 'k', ExplicitHashKey: '0', Data: base64(text) });
    await clock.advance(5000);
    const { ShardIterator } = await call<{ ShardIterator: string }>('GetShardIterator', {
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
    });
    expect(await call<Got>('GetRecords', { ShardIterator, Limit: 1 })).toMatchObject({
      Records: [{ Data: base64('1') }],
      MillisBehindLatest: 5000,
    });
  });

  it('forgets records when retention is over', async () => {
    await call('PutRecord', { PartitionKey: 'k', Data: base64('old') });
    await clock.advance(23 * 3_600_000);
    await call('PutRecord', { PartitionKey: 'k', Data: base64('young') });
    await clock.advance(2 * 3_600_000);
    expect(await readAll(4)).toEqual(['young']);
  });

  it('keeps everything acknowledged over a restart and drops a record that was cut in half', async () => {
    const records = Array.from({ length: 50 }, (_, index) => ({
      PartitionKey: `${index}`,
      Data: base64(`r${index}`),
      ExplicitHashKey: '0',
    }));
    await call('PutRecords', { Records: records });
    await standIn.close();
    const folder = join(dataDir, 'streams', 'events', 'shardId-000000000000');
    const path = join(folder, readdirSync(folder)[0]!);
    truncateSync(path, statSync(path).size - 1);
    standIn = open();
    const put = await call<{ SequenceNumber: string }>('PutRecord', {
      PartitionKey: 'k',
      Data: base64('after'),
      ExplicitHashKey: '0',
    });
    const got = await read(0, 'TRIM_HORIZON');
    expect(got.Records.map(({ Data }) => Buffer.from(Data, 'base64').toString())).toEqual([
      ...Array.from({ length: 49 }, (_, i) => `r${i}`),
      'after',
    ]);
    expect(got.Records.at(-1)!.SequenceNumber).toBe(put.SequenceNumber);
  });

  it('answers too many, too large and malformed records as Kinesis does, and stores none of their request', async () => {
    const record = { PartitionKey: 'k', Data: base64('x') };
    await expect(call('PutRecords', { Records: Array(501).fill(record) })).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(call('PutRecords', { Records: [] })).rejects.toMatchObject({ code: 'ValidationException' });
    const megabyte = { PartitionKey: 'k', Data: Buffer.alloc(1024 * 1024).toString('base64') };
    await expect(call('PutRecords', { Records: [record, megabyte] })).rejects.toMatchObject({ code: 'ValidationException' });
    const largest = { PartitionKey: 'k', Data: Buffer.alloc(1024 * 1024 - 1).toString('base64') };
    await expect(call('PutRecords', { Records: Array(11).fill(largest) })).rejects.toMatchObject({
      code: 'InvalidArgumentException',
    });
    await expect(call('PutRecords', { Records: [record, { PartitionKey: 'k', Data: 'a*b=' }] })).rejects.toMatchObject({
      code: 'SerializationException',
    });
    await expect(call('PutRecord', { PartitionKey: '', Data: '' })).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(call('PutRecord', { StreamName: 'other', ...record })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: 'Stream other under account 000000000000 not found.',
    });
    expect(await readAll(4)).toEqual([]);
  });

  it('refuses single records of a provisioned shard above 1,000 a second where limits are on, and only there', async () => {
    await standIn.close();
    rmSync(join(dataDir, 'streams'), { recursive: true });
    standIn = open({ shardCount: 1 }, true);
    const Records = Array.from({ length: 400 }, (_, index) => ({ PartitionKey: `${index}`, Data: base64('x') }));
    const failures: number[] = [];
    for (let call_ = 0; call_ < 3; call_++) failures.push((await call<Put>('PutRecords', { Records })).FailedRecordCount);
    expect(failures).toEqual([0, 0, 200]);
    await clock.advance(1000);
    expect((await call<Put>('PutRecords', { Records })).FailedRecordCount).toBe(0);
    await standIn.close();
    standIn = open({ shardCount: 1 });
    for (let call_ = 0; call_ < 3; call_++) expect((await call<Put>('PutRecords', { Records })).FailedRecordCount).toBe(0);
  });

  it('describes itself and lists its shards page by page', async () => {
    expect(await call('DescribeStreamSummary', {})).toMatchObject({
      StreamDescriptionSummary: {
        StreamARN: ARN,
        OpenShardCount: 4,
        StreamModeDetails: { StreamMode: 'ON_DEMAND' },
        RetentionPeriodHours: 24,
      },
    });
    const one = await call<{ Shards: object[]; NextToken: string }>('ListShards', { MaxResults: 3 });
    const two = await standIn.service.operations['ListShards']!({ NextToken: one.NextToken }, operator(ACCOUNT));
    expect(one.Shards).toHaveLength(3);
    expect(two).toMatchObject({ Shards: [{ ShardId: 'shardId-000000000003' }] });
    expect(two).not.toHaveProperty('NextToken');
    expect(await call('DescribeStream', { Limit: 1 })).toMatchObject({ StreamDescription: { HasMoreShards: true } });
    expect(await call('ListStreams', {})).toMatchObject({ StreamNames: ['events'], HasMoreStreams: false });
  });

  it('refuses a program that changes the number of shards on an old data directory', async () => {
    await standIn.close();
    expect(() => open({ shardCount: 2 })).toThrow(/created with 4 shards/);
    standIn = open();
  });

  it('refuses settings that contradict each other', () => {
    expect(() => streamSettings(streamResource({ shardCount: 2, streamModeDetails: { streamMode: 'ON_DEMAND' } }))).toThrow(
      /shardCount/,
    );
    expect(() => streamSettings(streamResource({}))).toThrow(/shardCount/);
  });
});
