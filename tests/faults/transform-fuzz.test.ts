import { EVENTS } from '../../contracts/feeds';
import { judgeLine, payloadOf } from '../../contracts/event';
import { Random } from '../../corpora/random';
import { MAX_RESPONSE_BYTES, transformed, type TransformRecord } from '../../handlers/transform/core';
import { replaceSection } from './document-section';
import { everything, patience, seed } from './effort';
import { hostileRecord, longRecord } from './hostile-records';
import { verdictExpected } from './verdict-expected';

const RECORDS = everything ? 1_000_000 : 40_000;
const ARRIVAL = Date.parse('2026-11-02T13:30:00.123Z');
const SETTINGS = { onTimeDaysBefore: 1, eventTypes: [] };
/** What Firehose sends at most in one invocation here: the transform's buffer hint. */
const BATCH_BYTES = 2 * 1024 * 1024;
const ADDED = ['created_datetime', 'event_type', 'event_subtype', 'ingested_at'];

const record = (index: number): Buffer => {
  const random = new Random(seed, index);
  return index % 5_000 === 4_999 ? longRecord(random, ARRIVAL) : hostileRecord(random, ARRIVAL);
};

/** What a line says against its record; undefined where all is well. */
const complaint = (original: Buffer, line: string): string | undefined => {
  if (!line.endsWith('\n') || /[\r\n]/.test(line.slice(0, -1))) return 'not exactly one line';
  const text = original.toString('utf8');
  const sent = JSON.parse(text) as Record<string, unknown>;
  const kept = JSON.parse(line) as Record<string, unknown>;
  if (
    Object.keys(kept)
      .filter((name) => !/^\d+$/.test(name))
      .slice(0, 4)
      .join() !== ADDED.join()
  )
    return 'the added fields do not come first';
  if (kept['ingested_at'] !== new Date(ARRIVAL).toISOString()) return 'another arrival';
  const judged = judgeLine(line.slice(0, -1));
  if (!judged.ok) return `compaction would refuse the line: ${judged.reason}`;
  if (judged.createdDatetime !== kept['created_datetime']) return 'compaction reads another time';
  const touched = ADDED.filter((name) => Object.hasOwn(sent, name));
  if (touched.length === 0) {
    // To the byte: from the first brace to the last, but for line breaks, none of which can stand inside a string.
    const body = text.slice(text.indexOf('{') + 1, text.lastIndexOf('}') + 1).replaceAll(/[\r\n]+/g, '');
    return payloadOf(line.slice(0, -1)) === `{${body}` ? undefined : 'the payload is not what was sent';
  }
  for (const [name, value] of Object.entries(sent)) {
    const wanted = JSON.stringify(value);
    const places = ADDED.includes(name)
      ? Object.keys(kept).filter((key) => key === name || key.startsWith(`original_${name}`))
      : [name];
    if (!places.some((place) => Object.hasOwn(kept, place) && JSON.stringify(kept[place]) === wanted)) return `${name} is lost`;
  }
  return undefined;
};

test(
  `each of ${RECORDS.toLocaleString('en')} generated records, valid and hostile, has one verdict, and keeps its content or its bytes`,
  () => {
    const complaints: string[] = [];
    const tally = { ok: 0, failed: 0 };
    const codes = new Map<string, number>();
    let batch: { readonly index: number; readonly bytes: Buffer }[] = [];
    let batchBytes = 0;

    const flush = (): void => {
      const records: TransformRecord[] = batch.map(({ index, bytes }) => ({
        recordId: String(index),
        approximateArrivalTimestamp: ARRIVAL,
        data: bytes.toString('base64'),
      }));
      const { response, counts } = transformed(EVENTS, { records }, SETTINGS);
      if (Buffer.byteLength(JSON.stringify(response)) > MAX_RESPONSE_BYTES)
        complaints.push(`response of ${batch[0]?.index} too large`);
      if (response.records.length !== batch.length)
        complaints.push(`${response.records.length} verdicts for ${batch.length} records`);
      if (Object.values(counts).reduce((sum, count) => sum + count, 0) !== batch.length)
        complaints.push('the counts do not add up');
      for (const [code, count] of Object.entries(counts)) codes.set(code, (codes.get(code) ?? 0) + count);
      for (const [position, verdict] of response.records.entries()) {
        const { index, bytes } = batch[position]!;
        const said = Buffer.from(verdict.data, 'base64');
        const expected = verdictExpected(bytes, ARRIVAL);
        let wrong: string | undefined;
        if (verdict.recordId !== String(index)) wrong = 'another record id';
        else if (verdict.result === 'ProcessingFailed') {
          tally.failed += 1;
          if (!said.equals(bytes)) wrong = 'rejected, but not with its original bytes';
          else if (expected === undefined && (counts.overflow ?? 0) === 0)
            wrong = 'rejected without a reason that an independent reading finds';
        } else {
          tally.ok += 1;
          wrong = expected === undefined ? complaint(bytes, said.toString('utf8')) : `accepted, although ${expected}`;
        }
        if (wrong !== undefined)
          complaints.push(`record ${index} of seed ${seed}: ${wrong}: ${JSON.stringify(bytes.toString('utf8').slice(0, 300))}`);
      }
      batch = [];
      batchBytes = 0;
    };

    for (let index = 0; index < RECORDS; index++) {
      const bytes = record(index);
      if (batch.length === 500 || batchBytes + bytes.length > BATCH_BYTES) flush();
      batch.push({ index, bytes });
      batchBytes += bytes.length;
      if (complaints.length > 5) break;
    }
    flush();

    expect(complaints).toEqual([]);
    expect(tally.ok + tally.failed).toBe(RECORDS);
    // The generator is no use unless every rule is met and broken.
    expect(tally.ok).toBeGreaterThan(RECORDS / 3);
    expect(tally.failed).toBeGreaterThan(RECORDS / 10);
    expect([...codes.keys()].sort()).toEqual(
      expect.arrayContaining([
        'created_at',
        'depth',
        'event_name',
        'event_uuid',
        'json',
        'late',
        'number',
        'object',
        'onTime',
        'repeated',
        'surrogate',
        'utf8',
      ]),
    );
    if (everything)
      replaceSection(
        'transform',
        `## Hostile records

Tried: ${RECORDS.toLocaleString('en')} generated records, drawn with seed ${seed}: ${tally.ok.toLocaleString('en')} were accepted and ${tally.failed.toLocaleString('en')} rejected, each as an independent reading of it says, and with its content or its bytes.`,
      );
  },
  patience,
);
