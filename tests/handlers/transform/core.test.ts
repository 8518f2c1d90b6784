import { EVENTS } from '../../../contracts/feeds';
import { payloadOf } from '../../../contracts/event';
import type { TransformRecord } from '../../../handlers/transform/core';
import { MAX_RESPONSE_BYTES, transform, transformed } from '../../../handlers/transform/core';
import { fc } from '../../properties';

const ARRIVAL = Date.UTC(2026, 10, 22, 10, 0, 1);
const SETTINGS = { onTimeDaysBefore: 1, eventTypes: [] };

const event = (fields: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    event_uuid: '0f8fad5b-d9cb-469f-a165-70867728950e',
    event_name: 'push',
    created_at: ARRIVAL - 1_000,
    ...fields,
  });
const recordOf = (data: string | Buffer, recordId = '1'): TransformRecord => ({
  recordId,
  approximateArrivalTimestamp: ARRIVAL,
  data: Buffer.from(data as string).toString('base64'),
});
const decoded = (data: string): string => Buffer.from(data, 'base64').toString();

describe('the transform', () => {
  it('answers a good record with one line and its partition', () => {
    const { records } = transform(EVENTS, { records: [recordOf(`${event({ amount: 1 })}\r\n`)] }, SETTINGS);
    expect(records).toEqual([
      {
        recordId: '1',
        result: 'Ok',
        data: expect.any(String) as string,
        metadata: { partitionKeys: { event_type: 'push', created_date: '2026-11-22' } },
      },
    ]);
    const line = decoded(records[0]!.data);
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(payloadOf(line.slice(0, -1))).toBe(event({ amount: 1 }));
    expect(line).toContain('"ingested_at":"2026-11-22T10:00:01.000Z"');
  });

  it('sends what is not on time to the late partition', () => {
    const { records } = transform(EVENTS, { records: [recordOf(event({ created_at: ARRIVAL - 3 * 86_400_000 }))] }, SETTINGS);
    expect(records[0]).toMatchObject({ result: 'Ok', metadata: { partitionKeys: { event_type: 'late', created_date: 'late' } } });
  });

  it("takes the stream's own arrival time before Firehose's", () => {
    const kinesisRecordMetadata = { approximateArrivalTimestamp: ARRIVAL - 500 };
    const { records } = transform(EVENTS, { records: [{ ...recordOf(event()), kinesisRecordMetadata }] }, SETTINGS);
    expect(decoded(records[0]!.data)).toContain('"ingested_at":"2026-11-22T10:00:00.500Z"');
  });

  it.each([
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from(event().slice(0, -2)), Buffer.from([0xc3, 0x28, 0x22, 0x7d])]),
      'utf8',
    ],
    ['a surrogate in bytes', Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]), 'utf8'],
    ['a byte order mark', `\ufeff${event()}`, 'json'],
    ['nothing', '', 'json'],
    ['no JSON', 'hello', 'json'],
    ['a bad key', event({ event_uuid: 7 }), 'event_uuid'],
  ])('fails %s alone, with the original data and a reason', (_, data, code) => {
    const bad = recordOf(data, 'bad');
    const { response, counts, reasons } = transformed(
      EVENTS,
      { records: [recordOf(event(), 'a'), bad, recordOf(event(), 'b')] },
      SETTINGS,
    );
    expect(response.records.map(({ recordId, result }) => [recordId, result])).toEqual([
      ['a', 'Ok'],
      ['bad', 'ProcessingFailed'],
      ['b', 'Ok'],
    ]);
    expect(response.records[1]).toEqual({ recordId: 'bad', result: 'ProcessingFailed', data: bad.data });
    expect(counts).toEqual({ onTime: 2, [code]: 1 });
    expect(reasons).toEqual({ [code]: expect.stringMatching(/\.$/) as string });
  });

  it('keeps a replacement character that was sent as one', () => {
    expect(transform(EVENTS, { records: [recordOf(event({ text: '\ufffd' }))] }, SETTINGS).records[0]).toMatchObject({
      result: 'Ok',
    });
  });

  it('answers an empty batch', () => {
    expect(transform(EVENTS, { records: [] }, SETTINGS)).toEqual({ records: [] });
  });

  it('answers every record once, in order, the same each time, whatever it holds', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 50 }).map((array) => Buffer.from(array)),
      fc.json().map((text) => Buffer.from(text)),
      fc.constantFrom(event(), event({ created_at: 'x' }), event().slice(1)).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 10 }), fc.oneof(fc.integer(), fc.double()), (datas, arrival) => {
        const records = datas.map((data, index) => ({ ...recordOf(data, `id-${index}`), approximateArrivalTimestamp: arrival }));
        const response = transform(EVENTS, { records }, SETTINGS);
        expect(response.records.map(({ recordId }) => recordId)).toEqual(records.map(({ recordId }) => recordId));
        response.records.forEach((verdict, index) => {
          if (verdict.result === 'ProcessingFailed') expect(verdict.data).toBe(records[index]!.data);
          else expect(decoded(verdict.data)).toMatch(/^\{[^\n]*\}\n$/);
        });
        expect(transform(EVENTS, { records }, SETTINGS)).toEqual(response);
      }),
    );
  });
});

describe('the size of the response', () => {
  const responseBytes = (records: readonly TransformRecord[]) => {
    const { response, counts } = transformed(EVENTS, { records }, SETTINGS);
    return { bytes: Buffer.byteLength(JSON.stringify(response)), counts };
  };

  it('stays within the limit: what does not fit fails alone', () => {
    // Small lines grow most: an input of 3.7 MB becomes more than 6 MB.
    const records = Array.from({ length: 16_500 }, (_, index) => recordOf(event({ index }), `4968${index}0000`));
    const { bytes, counts } = responseBytes(records);
    expect(counts.onTime! + counts.overflow!).toBe(records.length);
    expect(counts.overflow).toBeGreaterThan(100);
    expect(bytes).toBeLessThanOrEqual(MAX_RESPONSE_BYTES);
    // Full to less than one more line.
    expect(bytes).toBeGreaterThan(MAX_RESPONSE_BYTES - 400);
  });

  it('counts the originals that failed records carry', () => {
    const bad = Array.from({ length: 4 }, (_, index) => recordOf('x'.repeat(1_000_000), `bad-${index}`));
    const good = Array.from({ length: 3_000 }, (_, index) => recordOf(event({ index }), `good-é"${index}`));
    const { bytes, counts } = responseBytes([...good, ...bad]);
    expect(counts).toMatchObject({ json: 4 });
    expect(counts.overflow).toBeGreaterThan(100);
    expect(bytes).toBeLessThanOrEqual(MAX_RESPONSE_BYTES);
    expect(bytes).toBeGreaterThan(MAX_RESPONSE_BYTES - 400);
  });

  it('has room for records of a megabyte', () => {
    const large = recordOf(event({ text: 'x'.repeat(1_040_000) }), 'large');
    const { counts } = responseBytes([...Array.from({ length: 4 }, () => large), recordOf(event())]);
    expect(counts).toEqual({ onTime: 5 });
  });
});
