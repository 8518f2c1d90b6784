import { Script } from 'node:vm';
import { Module } from 'node:module';
import { resolve } from 'node:path';
import { capture } from '../../local/capture';
import { bundleOf } from '../../local/function-code';
import { type Graph, resourcesOf } from '../../local/graph';

const projectDir = resolve(__dirname, '..', '..');

let graph: Graph;
beforeAll(async () => {
  graph = await capture({ stack: 'dev', projectDir });
});

const values = (value: unknown): readonly unknown[] =>
  typeof value === 'object' && value !== null
    ? Object.getPrototypeOf(value) === Object.prototype || Array.isArray(value)
      ? Object.values(value).flatMap(values)
      : [value]
    : [value];

test('a graph is plain data, fully resolved, in the one account of the host', () => {
  const all = values(graph.resources.map(({ inputs, outputs }) => ({ inputs, outputs })));

  expect(all.length).toBeGreaterThan(500);
  expect(all.filter((value) => !['string', 'number', 'boolean'].includes(typeof value))).toEqual([]);
  expect(
    all.filter(
      (value) =>
        typeof value === 'string' &&
        /\[object |Calling \[toString\]|\bundefined\b/.test(value.slice(0, 10_000)) &&
        value.length < 20_000,
    ),
  ).toEqual([]);
  expect(graph).toMatchObject({ accountId: '000000000000', region: 'eu-west-1', project: 'lithify', stack: 'dev' });
});

test('two captures at once give the same graph, each of its own stack', async () => {
  const [dev, prod] = await Promise.all([capture({ stack: 'dev', projectDir }), capture({ stack: 'prod', projectDir })]);

  expect(JSON.stringify(dev) === JSON.stringify(graph)).toBe(true);
  expect(prod.outputs['streamName']).toBe('lithify-prod-events');
});

test('ids and ARNs look as on AWS', () => {
  const arn = (type: string, name: string): unknown =>
    resourcesOf(graph, type).find((resource) => resource.name === name)?.outputs['arn'];

  expect(arn('aws:kinesis/stream:Stream', 'events')).toBe('arn:aws:kinesis:eu-west-1:000000000000:stream/lithify-dev-events');
  expect(arn('aws:s3/bucket:Bucket', 'lake')).toBe('arn:aws:s3:::lithify-dev-lake-000000000000-eu-west-1');
  expect(arn('aws:iam/role:Role', 'gather')).toBe('arn:aws:iam::000000000000:role/lithify-dev-gather');
  expect(arn('aws:lambda/function:Function', 'gather')).toBe('arn:aws:lambda:eu-west-1:000000000000:function:lithify-dev-gather');
  expect(arn('aws:glue/catalogTable:CatalogTable', 'events')).toBe(
    'arn:aws:glue:eu-west-1:000000000000:table/lithify_dev/events',
  );
  expect(arn('aws:sqs/queue:Queue', 'dead-letters')).toBe('arn:aws:sqs:eu-west-1:000000000000:lithify-dev-schedule-dead-letters');
});

test('the code of a function is at hand, and compiles', () => {
  const functions = resourcesOf(graph, 'aws:lambda/function:Function');

  expect(functions).toHaveLength(18);
  for (const resource of functions) {
    expect(() => new Script(Module.wrap(bundleOf(resource)))).not.toThrow();
  }
});

test('a stack without a file is one sentence', async () => {
  await expect(capture({ stack: 'staging', projectDir })).rejects.toThrow(
    `there is no stack "staging"; stacks with a file in ${projectDir}: dev, films, prod`,
  );
});
