import { judgeRecord } from '../../contracts/event';

const uuidOf = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** A line as the transform writes it, without its line break. */
export const lineOf = (number: number, type = 'push', date = '2026-11-20', payload = ''): string => {
  const created = Date.parse(`${date}T12:00:00.000Z`) + (number % 1_000);
  const record = JSON.stringify({ event_uuid: uuidOf(number), event_name: `${type}:sub`, created_at: created, payload });
  const judged = judgeRecord(record, created + 1_000, { onTimeDaysBefore: 1, eventTypes: [] });
  if (!judged.ok) throw new Error(judged.reason);
  return judged.line;
};
