import { column, COPIES, PAYLOAD, read, type Feed } from '../feed';
import { judgeStamped, stampedFields, stampRecord, textMember, type Stamp } from '../stamp';

/** Something behind the last @. */
const EMAIL = /^[^@]+@[^@\s]+$/;

const STAMP: Stamp = {
  members: {
    name: textMember(),
    url: textMember(),
    email: textMember('a string with one @ and a domain behind it', (email) => EMAIL.test(email)),
    country: textMember(),
  },
  fields: [{ name: 'email_domain', of: ({ email = '' }) => email.slice(email.lastIndexOf('@') + 1).toLowerCase() }],
  arrivalField: 'processed_at',
  dateColumn: 'arrival_date',
};

const DOMAIN = 'What stands behind the @ of the email, lower case';
const PROCESSED = 'Arrival on the stream, ISO 8601, UTC, milliseconds';

/** Anonymous user profiles: `{name, url, email, country}`. */
export const USERS: Feed = {
  name: 'users',
  record: 'profile',
  description: 'Anonymous user profiles, enriched on their way by the transform',
  sources: { stream: true, direct: false },
  rawPrefix: 'raw/users/',
  rawLayout: 'arrival',
  deliveryErrorsPrefix: 'errors/users/!{firehose:error-output-type}/',
  transform: {
    addedFields: stampedFields(STAMP),
    judgeRecord: (text, arrivalMillis) => stampRecord(STAMP, text, arrivalMillis),
  },
  judgeLine: (line) => judgeStamped(STAMP, line),
  // Without dynamic partitioning buffers may be small.
  buffer: { mebibytes: 1, seconds: 60 },
  key: { columns: ['profile_hash'], scope: 'partition' },
  partitionColumns: [read('arrival_date', 'string', { from: 'date', of: 'processed_at' }, 'UTC date of arrival, yyyy-MM-dd')],
  rawColumns: [
    column('name', 'string', 'Full name'),
    column('url', 'string', 'Home page'),
    column('email', 'string', 'Email address'),
    column('country', 'string', 'Country'),
    column('email_domain', 'string', DOMAIN),
    column('processed_at', 'string', PROCESSED),
  ],
  curatedColumns: [
    read('profile_hash', 'string', { from: 'hash' }, 'SHA-256 of the profile as sent: the key within a day'),
    read('name', 'string', { from: 'text', path: 'name' }, 'Full name'),
    read('url', 'string', { from: 'text', path: 'url' }, 'Home page'),
    read('email', 'string', { from: 'text', path: 'email' }, 'Email address'),
    read('email_domain', 'string', { from: 'text', path: 'email_domain' }, DOMAIN),
    read('country', 'string', { from: 'text', path: 'country' }, 'Country'),
    read('processed_at', 'string', { from: 'text', path: 'processed_at' }, PROCESSED),
    COPIES,
    PAYLOAD,
  ],
  bucketColumn: 'profile_hash',
};
