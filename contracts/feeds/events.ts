import { judgeLine, judgeRecord } from '../event';
import { column, COPIES, read, type Feed } from '../feed';

const UUID = 'Unique identifier of the event; with type and creation time, the key';
const NAME = 'Name as sent: parts separated by colons, the first is the type';
const CREATED = 'Creation time, ISO 8601, UTC, milliseconds';
const SUBTYPE = 'Second part of the name as sent, or null';
const INGESTED = 'Arrival, ISO 8601, UTC, milliseconds';

/** What the feeds of events share: `{event_uuid, event_name, created_at, …}`, filed by type and date of creation. */
export const EVENT_LIKE = {
  record: 'event',
  rawLayout: 'partition',
  typedBy: 'event_name',
  transform: { addedFields: ['created_datetime', 'event_type', 'event_subtype', 'ingested_at'], judgeRecord },
  judgeLine,
  key: { columns: ['event_type', 'event_uuid', 'created_datetime'], scope: 'all time' },
  partitionColumns: [
    read('event_type', 'string', { from: 'text', path: 'event_type' }, 'First part of the name, lower-cased'),
    read('created_date', 'string', { from: 'date', of: 'created_datetime' }, 'UTC date of creation, yyyy-MM-dd'),
  ],
  rawColumns: [
    column('event_uuid', 'string', UUID),
    column('event_name', 'string', NAME),
    column('created_at', 'string', 'Creation time as sent: Unix seconds or milliseconds'),
    column('created_datetime', 'string', CREATED),
    column('event_subtype', 'string', SUBTYPE),
    column('ingested_at', 'string', INGESTED),
  ],
  bucketColumn: 'event_uuid',
} as const satisfies Partial<Feed>;

/** The curated columns of an event. */
export const EVENT_COLUMNS = [
  read('event_uuid', 'string', { from: 'text', path: 'event_uuid', lowerCase: true }, UUID),
  read('event_name', 'string', { from: 'text', path: 'event_name' }, NAME),
  read('created_at', 'bigint', { from: 'millis', of: 'created_datetime' }, 'Creation time, Unix milliseconds'),
  read('created_datetime', 'string', { from: 'text', path: 'created_datetime' }, CREATED),
  read('event_subtype', 'string', { from: 'text', path: 'event_subtype' }, SUBTYPE),
  read('ingested_at', 'string', { from: 'text', path: 'ingested_at' }, INGESTED),
] as const;

/** About a million events an hour of a hundred types, all mixed in one stream. */
export const EVENTS: Feed = {
  ...EVENT_LIKE,
  name: 'events',
  description: 'Events of many types from one stream, filed by type and date of creation',
  sources: { stream: true, direct: false },
  rawPrefix: 'raw/events/',
  deliveryErrorsPrefix: 'errors/events/!{firehose:error-output-type}/',
  buffer: { mebibytes: 64, seconds: 900 },
  curatedColumns: [
    ...EVENT_COLUMNS,
    { ...COPIES, comment: 'How many times the event arrived' },
    read('payload', 'string', { from: 'payload' }, 'The record as sent: JSON text without the added fields'),
  ],
};
