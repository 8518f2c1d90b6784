import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/**
 * A lake that is worked out rather than stored: partitions of types and dates with equally many objects each, keys as a delivery stream names
 * them. Of every second type the partitions are published, and nine tenths of their objects stand in the ledger.
 */
export interface ListedLake {
  readonly types: number;
  readonly dates: number;
  readonly objectsPerPartition: number;
}

export interface ListedEntry {
  readonly key: string;
  readonly etag: string;
}

const DAY = 86_400_000;
const FIRST_DATE = Date.UTC(2026, 6, 1);
const SECONDS_PER_DAY = 86_400;

export const typeName = (type: number): string => `type-${String(type).padStart(3, '0')}`;
export const dateName = (date: number): string => new Date(FIRST_DATE + date * DAY).toISOString().slice(0, 10);
export const isPublished = (type: number): boolean => type % 2 === 0;
export const ledgerOf = (type: number, date: number): string => `ledger/events/${typeName(type)}/${dateName(date)}.ndjson.gz`;

/** Keys of a partition come in the order of their numbers. */
export const entryOf = (lake: ListedLake, type: number, date: number, index: number): ListedEntry => {
  const second = Math.floor((index * SECONDS_PER_DAY) / lake.objectsPerPartition);
  const time = new Date(FIRST_DATE + date * DAY + second * 1_000).toISOString().slice(0, 19).replaceAll(/[T:]/g, '-');
  const number = String((type * lake.dates + date) * lake.objectsPerPartition + index).padStart(12, '0');
  return {
    key: `raw/events/event_type=${typeName(type)}/created_date=${dateName(date)}/lithify-prod-events-1-${time}-5d0c1f6e-3c5e-4c43-9a63-${number}.gz`,
    etag: `5d0c1f6e3c5e4c439a63${number}`,
  };
};

/** How many of a published partition's objects its ledger has. */
export const knownObjects = (lake: ListedLake): number => Math.floor(lake.objectsPerPartition * 0.9);

export const ledgerBody = (lake: ListedLake, type: number, date: number): Buffer => {
  const lines: string[] = [];
  for (let index = 0; index < knownObjects(lake); index++)
    lines.push(`${JSON.stringify({ ...entryOf(lake, type, date, index), lines: 500 })}\n`);
  return gzipSync(lines.join(''), { level: 1 });
};

/** Objects that are in no ledger. */
export const newObjects = (lake: ListedLake): number => {
  const published = Math.ceil(lake.types / 2) * lake.dates;
  return lake.types * lake.dates * lake.objectsPerPartition - published * knownObjects(lake);
};

export const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');
