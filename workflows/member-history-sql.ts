import { literal, qualified } from './sql';

/** The feed that the members page logs to, and the one type of its events. */
const TABLE = 'members';
const EVENT_TYPE = 'member';

/**
 * Every event of one member that the lake holds, the oldest first: by version, as times may be equal, and the deletion after the last version
 * that it deletes. Columns: created_datetime, ingested_at, copies, payload.
 */
export const memberHistoryStatement = (database: string, memberId: string): string => `SELECT
  created_datetime,
  ingested_at,
  copies,
  payload
FROM ${qualified(database, TABLE)}
WHERE event_type = ${literal(EVENT_TYPE)}
  AND member_id = ${literal(memberId)}
ORDER BY CAST(json_extract_scalar(payload, '$.member.version') AS bigint), event_name = 'member:deleted', created_datetime, ingested_at`;
