import { column, COPIES, PAYLOAD, read, type Feed } from '../feed';
import { judgeStamped, numberMember, stampedFields, stampRecord, textMember, type Stamp } from '../stamp';

const STAMP: Stamp = {
  members: {
    id: textMember('a string of 1 to 128 characters', (id) => id.length >= 1 && id.length <= 128),
    latitude: numberMember(-90, 90),
    longitude: numberMember(-180, 180),
  },
  fields: [],
  arrivalField: 'ingested_at',
  dateColumn: 'arrival_date',
};

const ID = 'Unique identifier of the point: the key within a day';
const INGESTED = 'Arrival on the stream, ISO 8601, UTC, milliseconds';

/** Positions of devices: `{id, latitude, longitude}`. */
export const TELEMETRY: Feed = {
  name: 'telemetry',
  record: 'point',
  description: 'Positions of devices, read from the stream by a consumer as well',
  sources: { stream: true, direct: false },
  rawPrefix: 'raw/telemetry/',
  rawLayout: 'arrival',
  deliveryErrorsPrefix: 'errors/telemetry/!{firehose:error-output-type}/',
  transform: {
    addedFields: stampedFields(STAMP),
    judgeRecord: (text, arrivalMillis) => stampRecord(STAMP, text, arrivalMillis),
  },
  judgeLine: (line) => judgeStamped(STAMP, line),
  buffer: { mebibytes: 5, seconds: 300 },
  key: { columns: ['id'], scope: 'partition' },
  partitionColumns: [read('arrival_date', 'string', { from: 'date', of: 'ingested_at' }, 'UTC date of arrival, yyyy-MM-dd')],
  rawColumns: [
    column('id', 'string', ID),
    column('latitude', 'double', 'Degrees, -90 to 90'),
    column('longitude', 'double', 'Degrees, -180 to 180'),
    column('ingested_at', 'string', INGESTED),
  ],
  curatedColumns: [
    read('id', 'string', { from: 'text', path: 'id' }, ID),
    read('latitude', 'double', { from: 'number', path: 'latitude' }, 'Degrees, -90 to 90'),
    read('longitude', 'double', { from: 'number', path: 'longitude' }, 'Degrees, -180 to 180'),
    read('ingested_at', 'string', { from: 'text', path: 'ingested_at' }, INGESTED),
    COPIES,
    PAYLOAD,
  ],
  bucketColumn: 'id',
};
