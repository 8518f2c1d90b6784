import type { Graph } from '../../local/graph';
import { programGraph } from '../graphs';
import { inputsOf } from './captured';

const DELIVERY = 'aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream';

let films: Graph;
beforeAll(async () => {
  films = await programGraph('films');
});

test('the stack of film rentals has a delivery stream of the name and in the region that producers know', () => {
  expect(films.region).toBe('us-east-1');
  expect(films.outputs['feeds']).toMatchObject({ films: { deliveryStreamName: 'etl3-delivery', filmTable: 'film' } });
  expect(Object.keys(films.outputs['feeds'] as object)).toEqual(['events', 'films']);
});

test('it takes records directly, and delivers them as they are by month, a megabyte or a minute at a time', () => {
  const { name, kinesisSourceConfiguration, extendedS3Configuration } = inputsOf(films, DELIVERY, 'films');
  expect([name, kinesisSourceConfiguration]).toEqual(['etl3-delivery', undefined]);
  expect(extendedS3Configuration).toMatchObject({
    bucketArn: 'arn:aws:s3:::lithify-films-lake-000000000000-us-east-1',
    prefix: 'streaming/!{timestamp:yyyy/MM/}',
    errorOutputPrefix: '!{firehose:error-output-type}/!{timestamp:yyyy/MM/}',
    bufferingSize: 1,
    bufferingInterval: 60,
  });
  expect(extendedS3Configuration).not.toHaveProperty('processingConfiguration');
  expect(extendedS3Configuration).not.toHaveProperty('dynamicPartitioningConfiguration');
});
