import { partitionPath, type Partition } from '../../contracts/lake';
import { policySchema } from '../../contracts/policy';
import type { PlannedPartition, Published } from '../../workflows/documents';
import type { Run } from '../../workflows/run';
import { fc } from '../properties';

/** A run as the first state makes it. */
export const runWith = (changed: Partial<Run> = {}): Run => ({
  feed: 'events',
  full: false,
  force: false,
  rebuild: false,
  dryRun: false,
  run: '20261121T003000Z-1a2b3c4d',
  table: 'events',
  executionArn: 'arn:aws:states:eu-west-1:000000000000:execution:compaction:night',
  startedAt: '2026-11-21T00:30:00.000Z',
  ...changed,
});

export const policyWith = (changed: Record<string, unknown> = {}) => policySchema.parse(changed);

export const publishedWith = (changed: Partial<Published> = {}): Published => ({
  location: 's3://lake/curated/events/r1/b0001-a1/event_type=push/created_date=2026-11-20/',
  run: 'r1',
  attempt: 'a1',
  ledger: 'ledger/events/event_type=push/created_date=2026-11-20/r1-b0001-a1.ndjson.gz',
  rows: 10,
  copies: 12,
  files: 1,
  bytes: 1_000,
  sources: 2,
  ...changed,
});

/** The path of a partition of events. */
export const pathOf = (eventType: string, createdDate = '2026-11-20'): string =>
  partitionPath({ event_type: eventType, created_date: createdDate });

export const plannedWith = (changed: Partial<PlannedPartition> = {}): PlannedPartition => ({
  partition: pathOf('push'),
  due: true,
  reason: 'for the test',
  newObjects: 1,
  newBytes: 100,
  bucketCount: 1,
  ...changed,
});

export const eventTypes = fc.stringMatching(/^[a-z0-9_-]{1,12}$/).filter((name) => name !== 'late');
export const dates = fc
  .integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2099, 0, 1) })
  .map((millis) => new Date(millis).toISOString().slice(0, 10));
export const partitions: fc.Arbitrary<Partition> = fc.record({ event_type: eventTypes, created_date: dates });

export async function* streamed<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

export const collected = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};
