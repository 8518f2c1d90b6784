import { COPIES, PAYLOAD, read, type Feed } from '../feed';
import { EVENT_COLUMNS, EVENT_LIKE } from './events';

/**
 * What becomes of the members of a dashboard: `{event_uuid, event_name: "member:created|updated|deleted", created_at, member}`, put on the
 * stream or straight on a delivery stream, as the page is switched. Both ways end in one table.
 */
export const MEMBERS: Feed = {
  ...EVENT_LIKE,
  name: 'members',
  description: 'Modifications of members, by stream or by Direct PUT, into one table',
  sources: { stream: true, direct: true },
  types: ['member'],
  rawPrefix: 'raw/members/',
  deliveryErrorsPrefix: 'errors/members/!{firehose:error-output-type}/',
  // Firehose takes no less with dynamic partitioning.
  buffer: { mebibytes: 64, seconds: 60 },
  curatedColumns: [
    ...EVENT_COLUMNS,
    read('member_id', 'string', { from: 'text', path: 'member.id' }, 'Which member it happened to'),
    COPIES,
    PAYLOAD,
  ],
};
