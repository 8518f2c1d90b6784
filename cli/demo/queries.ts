import { identifier, literal } from '../../workflows/sql';

export interface DemoQuery {
  readonly name: string;
  /** The statement against a table: the same text for the raw and for the curated one. */
  readonly on: (table: string) => string;
}

/**
 * What an analyst would ask of one type's day: the raw table answers it by opening every small file of the partition, the curated one
 * from a few column chunks. Copies of an event are counted once on either side.
 */
export const demoQueries = (eventType: string, createdDate: string): readonly DemoQuery[] => {
  const where = `event_type = ${literal(eventType)} AND created_date = ${literal(createdDate)}`;
  return [
    {
      name: 'events by subtype',
      on: (table) =>
        `SELECT event_subtype, count(DISTINCT event_uuid) AS events FROM ${identifier(table)} WHERE ${where} GROUP BY event_subtype ORDER BY events DESC, event_subtype`,
    },
    {
      name: 'events per hour',
      on: (table) =>
        `SELECT substr(created_datetime, 12, 2) AS hour, count(DISTINCT lower(event_uuid)) AS events FROM ${identifier(table)} WHERE ${where} GROUP BY substr(created_datetime, 12, 2) ORDER BY hour`,
    },
    { name: 'newest event', on: (table) => `SELECT max(created_datetime) AS newest FROM ${identifier(table)} WHERE ${where}` },
  ];
};
