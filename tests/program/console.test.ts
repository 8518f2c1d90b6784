import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { consoleEnvironment } from '../../contracts/console';
import { parseSettings } from '../../infra/settings';
import { type Graph, resourcesOf } from '../../local/graph';
import { LOCAL_CONSOLE } from '../../local/local-console';
import { httpApiSettings } from '../../local/stand-ins/http-api/settings';
import { textOf } from '../docs/shell-blocks';
import { graphWith } from '../flow/stack';
import { programGraph } from '../graphs';
import { CHECKOUT, inputsOf, listOf, statementsOf } from './captured';

let dev: Graph;
let prod: Graph;
beforeAll(async () => {
  dev = await programGraph('dev', 'with the page');
  prod = await programGraph('prod', 'with the page');
});

const FUNCTION = 'aws:lambda/function:Function';

test('the stack says where the page is', () => {
  expect(dev.outputs['consoleUrl']).toMatch(/^https:\/\/.+\.execute-api\.eu-west-1\.amazonaws\.com$/);
});

test('only the files of the page are there for everybody; all else needs a token of the issuer, for the audience', () => {
  const [api] = httpApiSettings(dev);
  const open = api!.routes.filter(({ authorizer }) => authorizer === undefined).map(({ key }) => key.text);
  expect(open.sort()).toEqual(['GET /', 'GET /{file}']);
  expect(api!.routes.filter(({ authorizer }) => authorizer !== undefined)).toEqual([
    expect.objectContaining({
      key: expect.objectContaining({ text: 'ANY /api/{proxy+}' }),
      authorizer: { issuer: LOCAL_CONSOLE.issuer, audience: LOCAL_CONSOLE.audience },
    }),
  ]);
});

test('the API alone, and the schedule, may call the function, which runs as all others do', () => {
  const permissions = resourcesOf(dev, 'aws:lambda/permission:Permission');
  const api = resourcesOf(dev, 'aws:apigatewayv2/api:Api')[0]!;
  expect(permissions.map(({ inputs }) => inputs)).toEqual([
    expect.objectContaining({ principal: 'apigateway.amazonaws.com', sourceArn: `${String(api.outputs['executionArn'])}/*/*` }),
  ]);
  const fn = inputsOf(dev, FUNCTION, 'members');
  expect(fn).toMatchObject({ runtime: 'nodejs24.x', architectures: ['arm64'], tracingConfig: { mode: 'Active' } });
  expect(consoleEnvironment((fn['environment'] as { variables: Record<string, string> }).variables)).toMatchObject({
    IS_FIREHOSE: false,
    SIGN_IN: null,
  });
  expect(inputsOf(dev, 'aws:scheduler/schedule:Schedule', 'members-sweep')).toMatchObject({
    scheduleExpression: LOCAL_CONSOLE.sweep,
    target: {
      arn: expect.stringMatching(/:function:lithify-dev-members$/),
      input: '{"sweep":{"now":"<aws.scheduler.scheduled-time>"}}',
    },
  });
});

test('the function may write to its table, one stream and one delivery stream, and ask for a history', () => {
  const policies = resourcesOf(dev, 'aws:iam/rolePolicy:RolePolicy').filter(({ name }) => name.startsWith('members'));
  const statements = policies.flatMap((policy) => statementsOf(policy));
  const actions = statements.flatMap(({ Action }) => listOf(Action));
  expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  const anywhere = statements.filter(({ Resource }) => listOf(Resource).includes('*')).flatMap(({ Action }) => listOf(Action));
  expect(anywhere.every((action) => action.startsWith('xray:'))).toBe(true);
  const resources = (prefix: string) => [
    ...new Set(
      statements
        .filter(({ Action }) => listOf(Action).some((action) => action.startsWith(prefix)))
        .flatMap(({ Resource }) => listOf(Resource)),
    ),
  ];
  expect(resources('dynamodb:')).toEqual(['arn:aws:dynamodb:eu-west-1:000000000000:table/lithify-dev-members']);
  expect(resources('kinesis:')).toHaveLength(1);
  expect(resources('firehose:')).toHaveLength(1);
  const written = statements
    .filter(({ Action }) => listOf(Action).includes('s3:PutObject'))
    .flatMap(({ Resource }) => listOf(Resource));
  expect(written).toEqual([expect.stringMatching(/-results-.*\/analysts\/\*$/)]);
});

test('the function may put events exactly where it is told to, whatever the stack calls its delivery stream', async () => {
  const named = await graphWith((config) => {
    config['console'] = { ...LOCAL_CONSOLE };
    config['feeds'] = { members: { enabled: true, deliveryName: 'members-of-the-club' } };
  });
  for (const graph of [dev, named]) {
    const { variables } = inputsOf(graph, FUNCTION, 'members')['environment'] as { variables: Record<string, string> };
    const [policy] = resourcesOf(graph, 'aws:iam/rolePolicy:RolePolicy').filter(({ name }) => name === 'members');
    const allowed = (action: string) =>
      statementsOf(policy!)
        .filter(({ Action }) => listOf(Action).includes(action))
        .flatMap(({ Resource }) => listOf(Resource));
    const arnOf = (type: string, name: string | undefined) =>
      resourcesOf(graph, type)
        .filter(({ inputs }) => inputs['name'] === name)
        .map(({ outputs }) => outputs['arn']);
    const stream = arnOf('aws:kinesis/stream:Stream', variables['STREAM_NAME']);
    const delivery = arnOf('aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream', variables['DELIVERY_NAME']);
    expect([stream, delivery]).toEqual([[expect.any(String)], [expect.any(String)]]);
    expect([allowed('kinesis:PutRecord'), allowed('firehose:PutRecord')]).toEqual([stream, delivery]);
  }
  expect(inputsOf(named, FUNCTION, 'members')['environment']).toMatchObject({
    variables: { DELIVERY_NAME: 'members-of-the-club' },
  });
});

test('a protected stack keeps its members', () => {
  const table = (graph: Graph) => inputsOf(graph, 'aws:dynamodb/table:Table', 'members');
  expect([table(dev)['deletionProtectionEnabled'], table(prod)['deletionProtectionEnabled']]).toEqual([false, true]);
  expect(table(dev)).toMatchObject({ billingMode: 'PAY_PER_REQUEST', pointInTimeRecovery: { enabled: true } });
});

test('the page lies beside the function’s bundle, whole, and no script or style stands in its markup', () => {
  const code = inputsOf(dev, FUNCTION, 'members')['code'] as Readonly<Record<string, string>>;
  expect(Object.keys(code).sort()).toEqual(['index.js', 'page/icon.svg', 'page/index.html', 'page/page.css', 'page/page.js']);
  const html = code['page/index.html']!;
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*src=)|https?:/);
  expect(code['page/page.css']).not.toMatch(/url\(|@import/);
  expect(code['page/page.js']).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/);
  expect(code['page/page.js']!.length).toBeLessThan(30_000);
});

describe('the settings of the page', () => {
  const config = (
    parse(readFileSync(join(CHECKOUT, 'Pulumi.dev.yaml'), 'utf8')) as { readonly config: Readonly<Record<string, unknown>> }
  ).config;
  const own = Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => (key.startsWith('lithify:') ? [[key.slice('lithify:'.length), value]] : [])),
  );
  const sample = (
    parse(/^```yaml\n([\s\S]*?)^```$/m.exec(textOf('docs/console.md'))![1]!) as Readonly<Record<'lithify:console', object>>
  )['lithify:console'];

  test('are taken as the document shows them', () => {
    expect(parseSettings('dev', { ...own, console: sample }).console).toEqual(sample);
  });

  test('are refused in one sentence where the feed is off that the page logs to', () => {
    const given = { ...own, feeds: { members: { enabled: false } }, console: sample };
    expect(() => parseSettings('dev', given)).toThrow(
      /^lithify:feeds\.members is off; it must be enabled where lithify:console is given, since the page logs to it$/,
    );
  });

  test.each([
    [{ sweep: 'hourly' }, 'lithify:console.sweep is "hourly"; it must be cron('],
    [{ isFirehose: 'yes' }, 'lithify:console.isFirehose is "yes"; it must be true or false'],
    [{ audience: [] }, 'lithify:console.audience is []; it must have at least one entry'],
    [{ issuer: 'http://plain.example' }, 'lithify:console.issuer is "http://plain.example"; '],
    [{ password: 'x' }, 'lithify:console has no key "password"; known: isFirehose, sweep, issuer, audience, signIn'],
  ])('with %j are refused', (change, sentence) => {
    expect(() => parseSettings('dev', { ...own, console: { ...sample, ...change } })).toThrow(sentence);
  });
});
