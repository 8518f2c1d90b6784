import { LithifyError } from '../../../contracts/errors';
import { type Graph, type Resource, resourcesOf } from '../../graph';
import { parseRouteKey, type RouteKey } from './routes';

export const API = 'aws:apigatewayv2/api:Api';
export const AUTHORIZER = 'aws:apigatewayv2/authorizer:Authorizer';
export const INTEGRATION = 'aws:apigatewayv2/integration:Integration';
export const ROUTE = 'aws:apigatewayv2/route:Route';
export const STAGE = 'aws:apigatewayv2/stage:Stage';
export const PERMISSION = 'aws:lambda/permission:Permission';

export interface Authorizer {
  readonly issuer: string;
  readonly audience: readonly string[];
}

export interface Route {
  readonly key: RouteKey;
  readonly functionArn: string;
  readonly timeoutMillis: number;
  /** Undefined: anybody may call it. */
  readonly authorizer: Authorizer | undefined;
  readonly scopes: readonly string[];
}

export interface HttpApiSettings {
  readonly id: string;
  readonly name: string;
  readonly executionArn: string;
  readonly routes: readonly Route[];
  /** Whom the policies of functions let in: `arn:aws:execute-api:…/*` and the function it stands on. */
  readonly permissions: readonly { readonly functionName: string; readonly sourceArn: string }[];
}

const ANYWHERE = { region: 'the host has one region', tags: 'tags change no behaviour' };

export const honouredInputs: Readonly<Record<string, readonly string[]>> = {
  [API]: ['name', 'protocolType'],
  [AUTHORIZER]: ['apiId', 'authorizerType', 'identitySources', 'jwtConfiguration'],
  [INTEGRATION]: [
    'apiId',
    'integrationType',
    'integrationUri',
    'integrationMethod',
    'payloadFormatVersion',
    'timeoutMilliseconds',
  ],
  [ROUTE]: ['apiId', 'routeKey', 'target', 'authorizationType', 'authorizerId', 'authorizationScopes'],
  [STAGE]: ['apiId', 'name', 'autoDeploy'],
  [PERMISSION]: ['action', 'function', 'principal', 'sourceArn'],
};

export const ignoredInputs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [API]: { ...ANYWHERE, description: 'a text for people' },
  [AUTHORIZER]: { region: ANYWHERE.region, name: 'a text for people' },
  [INTEGRATION]: { region: ANYWHERE.region, description: 'a text for people' },
  [ROUTE]: { region: ANYWHERE.region },
  [STAGE]: {
    ...ANYWHERE,
    accessLogSettings: 'requests are seen in the trace of the host',
    defaultRouteSettings: 'one person at one keyboard is not throttled',
  },
  [PERMISSION]: { region: ANYWHERE.region, statementId: 'a name for people' },
};

/** "Maximum integration timeout: 30 seconds". https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const LONGEST_TIMEOUT_MILLIS = 30_000;

/** The HTTP APIs of a graph. Throws a LithifyError that names what the stand-in cannot model. */
export const httpApiSettings = (graph: Graph): readonly HttpApiSettings[] =>
  resourcesOf(graph, API).map((api) => {
    const refuse = (what: Resource, sentence: string): never => {
      throw new LithifyError('unsupported', `${what.type} ${what.name}: ${sentence}`);
    };
    const mine = (type: string): readonly Resource[] =>
      resourcesOf(graph, type).filter(({ inputs }) => inputs['apiId'] === api.id);
    const must = (what: Resource, input: string, wanted: unknown): void => {
      if (what.inputs[input] !== wanted)
        refuse(what, `${input} ${JSON.stringify(what.inputs[input])} is not modelled; modelled: ${JSON.stringify(wanted)}`);
    };
    must(api, 'protocolType', 'HTTP');
    const stages = mine(STAGE);
    if (stages.length !== 1) refuse(api, `it has ${stages.length} stages; modelled: one`);
    for (const stage of stages) {
      must(stage, 'name', '$default');
      must(stage, 'autoDeploy', true);
    }
    const authorizers = new Map(
      mine(AUTHORIZER).map((authorizer): [string, Authorizer] => {
        must(authorizer, 'authorizerType', 'JWT');
        const { identitySources, jwtConfiguration } = authorizer.inputs;
        if (JSON.stringify(identitySources) !== '["$request.header.Authorization"]')
          refuse(authorizer, 'identitySources other than the header Authorization are not modelled');
        const { issuer, audiences } = (jwtConfiguration ?? {}) as {
          readonly issuer?: string;
          readonly audiences?: readonly string[];
        };
        return [authorizer.id, { issuer: issuer ?? '', audience: audiences ?? [] }];
      }),
    );
    const integrations = new Map(
      mine(INTEGRATION).map((integration): [string, Pick<Route, 'functionArn' | 'timeoutMillis'>] => {
        must(integration, 'integrationType', 'AWS_PROXY');
        must(integration, 'integrationMethod', 'POST');
        must(integration, 'payloadFormatVersion', '2.0');
        const timeoutMillis = Number(integration.inputs['timeoutMilliseconds'] ?? LONGEST_TIMEOUT_MILLIS);
        if (!(timeoutMillis >= 50 && timeoutMillis <= LONGEST_TIMEOUT_MILLIS))
          refuse(integration, `timeoutMilliseconds ${timeoutMillis} is not from 50 to ${LONGEST_TIMEOUT_MILLIS}`);
        return [integration.id, { functionArn: String(integration.inputs['integrationUri']), timeoutMillis }];
      }),
    );
    return {
      id: api.id,
      name: String(api.inputs['name'] ?? api.name),
      executionArn: String(api.outputs['executionArn']),
      routes: mine(ROUTE).map((route) => {
        const { routeKey, target, authorizationType = 'NONE', authorizerId, authorizationScopes = [] } = route.inputs;
        const integration = integrations.get(String(target).replace(/^integrations\//, ''));
        if (integration === undefined) return refuse(route, `its target ${String(target)} is no integration of the API`);
        if (authorizationType !== 'NONE' && authorizationType !== 'JWT')
          return refuse(route, `authorizationType ${JSON.stringify(authorizationType)} is not modelled; modelled: NONE, JWT`);
        const authorizer = authorizationType === 'JWT' ? authorizers.get(String(authorizerId)) : undefined;
        if (authorizationType === 'JWT' && authorizer === undefined) return refuse(route, 'it has no authorizer of the API');
        return {
          key: parseRouteKey(String(routeKey)),
          ...integration,
          authorizer,
          scopes: authorizationScopes as readonly string[],
        };
      }),
      permissions: resourcesOf(graph, PERMISSION)
        .filter(
          ({ inputs }) => inputs['action'] === 'lambda:InvokeFunction' && inputs['principal'] === 'apigateway.amazonaws.com',
        )
        .map(({ inputs }) => ({ functionName: String(inputs['function']), sourceArn: String(inputs['sourceArn'] ?? '*') })),
    };
  });
