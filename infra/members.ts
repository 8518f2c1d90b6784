import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { type ConsoleSettings, consoleEnvironment, EXPIRY_ATTRIBUTE } from '../contracts/console';
import { consoleCode } from './console-code';
import { membersGrants, sweepGrants } from './members-grants';
import { membersNames, type MembersNames } from './members-names';
import { scheduleTrust } from './grants-services';
import { grantedRole } from './role';
import { keepsData, type Site } from './site';

export interface MembersArgs {
  readonly console: ConsoleSettings;
  /** Of the feed `members`. */
  readonly streamName: pulumi.Input<string>;
  readonly deliveryName: pulumi.Input<string>;
  readonly database: pulumi.Input<string>;
  /** The analysts'. */
  readonly workgroup: pulumi.Input<string>;
  /** The folder that holds `handlers/` and `console/`. */
  readonly checkout: string;
}

/** What is around one function: the page, its API, its table, and the sweep of its outbox. */
interface Context {
  readonly parent: pulumi.Resource;
  readonly site: Site;
  readonly names: MembersNames;
}

/**
 * The API waits 30 seconds, and a sweep of a full outbox takes as long as it gets.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
const API_TIMEOUT_MILLIS = 30_000;
const FUNCTION_TIMEOUT_SECONDS = 60;
const MEMORY_MEGABYTES = 512;
/** What some people at their keyboards come to, many times over; somebody else's script does not get further. */
const THROTTLE = { throttlingBurstLimit: 100, throttlingRateLimit: 50 };

/** Browser -> HTTP API -> function -> table with members and outbox -> stream or delivery stream of the feed `members`. */
export class Members extends pulumi.ComponentResource {
  /** Where the page is: `https://….execute-api.….amazonaws.com`. */
  readonly url: pulumi.Output<string>;
  readonly table: aws.dynamodb.Table;

  constructor(site: Site, args: MembersArgs, opts?: pulumi.ComponentResourceOptions) {
    super('lithify:lake:Members', 'members', {}, opts);
    const context: Context = { parent: this, site, names: membersNames(site.settings.stack) };
    this.table = membersTable(context);
    const fn = membersFunction(context, args, this.table);
    const api = httpApi(context);
    routes(context, args.console, api, fn);
    sweepSchedule(context, args.console, fn);
    this.url = api.apiEndpoint;
    this.registerOutputs({});
  }
}

const membersTable = ({ parent, site, names }: Context): aws.dynamodb.Table =>
  new aws.dynamodb.Table(
    'members',
    {
      name: names.table,
      billingMode: 'PAY_PER_REQUEST',
      hashKey: 'kind',
      rangeKey: 'id',
      attributes: [
        { name: 'kind', type: 'S' },
        { name: 'id', type: 'S' },
      ],
      ttl: { attributeName: EXPIRY_ATTRIBUTE, enabled: true },
      // Members are data, and so is an event that nobody has acknowledged yet.
      pointInTimeRecovery: { enabled: true },
      deletionProtectionEnabled: site.settings.protection.protect,
      tags: site.tags,
    },
    { parent, ...keepsData(site) },
  );

const membersFunction = (
  { parent, site, names }: Context,
  { console, streamName, deliveryName, database, workgroup, checkout }: MembersArgs,
  table: aws.dynamodb.Table,
): aws.lambda.Function => {
  const { tags, settings } = site;
  const logs = new aws.cloudwatch.LogGroup(
    'members',
    { name: names.functionLogGroup, retentionInDays: settings.retention.logsDays, tags },
    { parent },
  );
  const { role, policy } = grantedRole(
    site,
    'members',
    {
      name: names.function,
      description: `Role of the function ${names.function}`,
      service: 'lambda.amazonaws.com',
      grants: (arns) => membersGrants(settings.stack, arns),
    },
    { parent },
  );
  const variables = pulumi.all([table.name, streamName, deliveryName, database, workgroup]).apply((given) => {
    const [MEMBERS_TABLE, STREAM_NAME, DELIVERY_NAME, DATABASE, WORKGROUP] = given;
    const named = { MEMBERS_TABLE, STREAM_NAME, DELIVERY_NAME, DATABASE, WORKGROUP };
    const all = { ...named, IS_FIREHOSE: String(console.isFirehose), SIGN_IN: JSON.stringify(console.signIn ?? null) };
    consoleEnvironment(all);
    return all;
  });
  const code = Object.entries(consoleCode(checkout)).map(([name, text]) => [name, new pulumi.asset.StringAsset(text)] as const);
  return new aws.lambda.Function(
    'members',
    {
      name: names.function,
      description: 'Serves the members page, logs every change of a member, and sweeps the outbox',
      role: role.arn,
      runtime: aws.lambda.Runtime.NodeJS24dX,
      architectures: ['arm64'],
      handler: 'index.handler',
      code: new pulumi.asset.AssetArchive(Object.fromEntries(code)),
      memorySize: MEMORY_MEGABYTES,
      timeout: FUNCTION_TIMEOUT_SECONDS,
      environment: { variables },
      loggingConfig: { logFormat: 'JSON', logGroup: logs.name },
      tracingConfig: { mode: 'Active' },
      tags,
    },
    { parent, dependsOn: [logs, policy] },
  );
};

const httpApi = ({ parent, site, names }: Context): aws.apigatewayv2.Api => {
  const { tags, settings } = site;
  const api = new aws.apigatewayv2.Api(
    'members',
    { name: names.api, description: 'The members page', protocolType: 'HTTP', tags },
    { parent },
  );
  const logs = new aws.cloudwatch.LogGroup(
    'members-api',
    { name: names.apiLogGroup, retentionInDays: settings.retention.logsDays, tags },
    { parent },
  );
  new aws.apigatewayv2.Stage(
    'members',
    {
      apiId: api.id,
      name: '$default',
      autoDeploy: true,
      accessLogSettings: { destinationArn: logs.arn, format: ACCESS_LOG },
      defaultRouteSettings: THROTTLE,
      tags,
    },
    { parent },
  );
  return api;
};

const ACCESS_LOG = JSON.stringify({
  requestId: '$context.requestId',
  requestTime: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  subject: '$context.authorizer.claims.sub',
  routeKey: '$context.routeKey',
  path: '$context.path',
  status: '$context.status',
  error: '$context.error.message',
  integrationError: '$context.integrationErrorMessage',
});

/** The page itself holds no secret and must be there before anybody can sign in; all else needs a token. */
const routes = (
  { parent }: Context,
  { issuer, audience }: ConsoleSettings,
  api: aws.apigatewayv2.Api,
  fn: aws.lambda.Function,
): void => {
  const apiId = api.id;
  const authorizer = new aws.apigatewayv2.Authorizer(
    'members',
    {
      apiId,
      name: 'token',
      authorizerType: 'JWT',
      identitySources: ['$request.header.Authorization'],
      jwtConfiguration: { issuer, audiences: audience },
    },
    { parent },
  );
  const integration = new aws.apigatewayv2.Integration(
    'members',
    {
      apiId,
      integrationType: 'AWS_PROXY',
      integrationUri: fn.arn,
      integrationMethod: 'POST',
      payloadFormatVersion: '2.0',
      timeoutMilliseconds: API_TIMEOUT_MILLIS,
    },
    { parent },
  );
  const target = pulumi.interpolate`integrations/${integration.id}`;
  new aws.apigatewayv2.Route('page', { apiId, target, routeKey: 'GET /', authorizationType: 'NONE' }, { parent });
  new aws.apigatewayv2.Route('page-files', { apiId, target, routeKey: 'GET /{file}', authorizationType: 'NONE' }, { parent });
  new aws.apigatewayv2.Route(
    'members-api',
    { apiId, target, routeKey: 'ANY /api/{proxy+}', authorizationType: 'JWT', authorizerId: authorizer.id },
    { parent },
  );
  new aws.lambda.Permission(
    'members',
    {
      statementId: 'api',
      action: 'lambda:InvokeFunction',
      function: fn.name,
      principal: 'apigateway.amazonaws.com',
      sourceArn: pulumi.interpolate`${api.executionArn}/*/*`,
    },
    { parent },
  );
};

/** What a request could not send is sent from here. A sweep that fails is made up for by the next one. */
const sweepSchedule = ({ parent, site, names }: Context, { sweep }: ConsoleSettings, fn: aws.lambda.Function): void => {
  const { role, policy } = grantedRole(
    site,
    'members-sweep',
    {
      name: names.sweep,
      description: `Role of the schedule ${names.sweep}`,
      service: 'scheduler.amazonaws.com',
      trust: scheduleTrust,
      grants: (arns) => sweepGrants(site.settings.stack, arns),
    },
    { parent },
  );
  new aws.scheduler.Schedule(
    'members-sweep',
    {
      name: names.sweep,
      description: 'Sends what is left in the outbox of the members page',
      groupName: 'default',
      state: 'ENABLED',
      scheduleExpression: sweep,
      scheduleExpressionTimezone: 'UTC',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: fn.arn,
        roleArn: role.arn,
        input: JSON.stringify({ sweep: { now: '<aws.scheduler.scheduled-time>' } }),
        retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 0 },
      },
    },
    { parent, dependsOn: [policy] },
  );
};
