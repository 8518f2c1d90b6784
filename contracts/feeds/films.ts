import { dateOf, parseDatetime } from '../event-time';
import { column, COPIES, read, type Feed } from '../feed';
import { readObject } from '../json-text';
import {
  EARLIEST_MILLIS,
  isTooLong,
  rejected,
  rejectedText,
  repeated,
  stringAt,
  tooLong,
  valueShown,
  type JudgedLine,
  type Rejected,
} from '../record-text';

/** With seconds and an offset: what every engine reads alike. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)$/;
const LATEST_MILLIS = Date.UTC(9999, 11, 31);
/** Fits any engine's bigint, and a double to the unit. */
const FILM_ID = /^[1-9]\d{0,14}$/;

/** Milliseconds since the epoch; undefined for anything but an existing moment with an offset. */
const momentOf = (text: string | undefined): number | undefined => {
  if (text === undefined || !TIMESTAMP.test(text)) return undefined;
  // Date.parse alone takes hour 24, and may take the 31st of a shorter month, for what comes after it.
  if (parseDatetime(`${text.slice(0, 19)}.000Z`) === undefined) return undefined;
  const millis = Date.parse(text);
  return millis >= EARLIEST_MILLIS && millis < LATEST_MILLIS ? millis : undefined;
};

/** A line of raw is what the producer sent: there is no transform. */
const judgeLine = (line: string): JudgedLine | Rejected => {
  if (isTooLong(line)) return tooLong();
  const object = readObject(line);
  if (!object.ok) return rejectedText(line, object);
  const { spans } = object;
  let [timestampAt, filmAt] = [-1, -1];
  for (let at = 0; at < spans.length; at += 4) {
    const name = stringAt(line, spans[at]!, spans[at + 1]!);
    if (name === 'timestamp') {
      if (timestampAt >= 0) return repeated(name);
      timestampAt = at;
    } else if (name === 'film_id') {
      if (filmAt >= 0) return repeated(name);
      filmAt = at;
    }
  }
  const millis = timestampAt < 0 ? undefined : momentOf(stringAt(line, spans[timestampAt + 2]!, spans[timestampAt + 3]!));
  if (millis === undefined) {
    const allowed = 'ISO 8601 with seconds and an offset, such as 2026-11-21T10:00:00+00:00, from 2000 on';
    return rejected('timestamp', `timestamp ${valueShown(line, spans, timestampAt)} must be ${allowed}`);
  }
  if (filmAt < 0 || !FILM_ID.test(line.slice(spans[filmAt + 2], spans[filmAt + 3])))
    return rejected('film_id', `film_id ${valueShown(line, spans, filmAt)} must be a whole number from 1 on, without quotes`);
  const partition = { streamed_date: dateOf(millis) };
  // JSON has line breaks between its tokens alone, so nothing of what the record says goes with them.
  return line.includes('\r') ? { ok: true, partition, line: line.replaceAll('\r', '') } : { ok: true, partition };
};

const text = (name: string, comment: string, path = name) => read(name, 'string', { from: 'text', path }, comment);

/** Film rentals as distribution partners report them: `{timestamp, eventType, film_id, distributor, platform, state}`. */
export const FILMS: Feed = {
  name: 'films',
  record: 'streaming',
  description: 'Films that were rented, bought or previewed, put straight on the delivery stream',
  sources: { stream: false, direct: true },
  rawPrefix: 'streaming/',
  rawLayout: 'time',
  rawFolders: '!{timestamp:yyyy/MM/}',
  deliveryErrorsPrefix: '!{firehose:error-output-type}/!{timestamp:yyyy/MM/}',
  transform: undefined,
  judgeLine,
  buffer: { mebibytes: 1, seconds: 60 },
  key: 'none',
  partitionColumns: [
    read('streamed_date', 'string', { from: 'date', of: 'streamed_at' }, 'UTC date of the timestamp, yyyy-MM-dd'),
  ],
  rawColumns: [
    column('timestamp', 'string', 'When it happened, as sent'),
    column('eventtype', 'string', 'rent, buy or trailer'),
    column('film_id', 'bigint', 'Number of the film'),
    column('distributor', 'string', 'Distribution partner'),
    column('platform', 'string', 'Streaming platform'),
    column('state', 'string', 'State in which it was streamed'),
  ],
  curatedColumns: [
    read('streamed_at', 'string', { from: 'utc', path: 'timestamp' }, 'When it happened, ISO 8601, UTC, milliseconds'),
    text('event_type', 'rent, buy or trailer', 'eventType'),
    read('film_id', 'bigint', { from: 'number', path: 'film_id' }, 'Number of the film, as in the table film'),
    text('distributor', 'Distribution partner'),
    text('platform', 'Streaming platform'),
    text('state', 'State in which it was streamed'),
    COPIES,
    read('payload', 'string', { from: 'payload' }, 'The record as sent'),
  ],
  bucketColumn: 'film_id',
};
