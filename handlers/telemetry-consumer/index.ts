import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { consumerEnvironmentSchema, telemetryEnvironment } from '../../contracts/telemetry';
import { consumed, consumerEventSchema, type ConsumerAnswer, countsObject, logLine } from './core';

/**
 * Reads positions off the stream as they come, logs each batch as one line, and counts them by minute and cell; at the end of a minute the
 * counts become an object. Throws where the counts could not be written: Lambda tries the end of the minute again until they are.
 */
const client = new S3Client({});

export const handler = async (given: unknown): Promise<ConsumerAnswer> => {
  const { LAKE_BUCKET, GRID_DEGREES } = telemetryEnvironment('telemetry-consumer', consumerEnvironmentSchema, process.env);
  const event = consumerEventSchema.parse(given);
  if (event.isFinalInvokeForWindow) {
    const found = countsObject(event, GRID_DEGREES);
    if (found !== undefined) {
      const body = { Body: JSON.stringify(found.counts), ContentType: 'application/json' };
      await client.send(new PutObjectCommand({ Bucket: LAKE_BUCKET, Key: found.key, ...body }));
    }
    return { state: { cells: {} }, batchItemFailures: [] };
  }
  const { answer, points } = consumed(event, GRID_DEGREES);
  // Past the console, which would wrap the line in one of its own.
  if (points.length > 0) process.stdout.write(`${logLine(points)}\n`);
  return answer;
};
