import { AwsError } from '../aws-error';
import type { Operation } from '../service';
import type { Exchange } from './exchange';
import type { JsonCall } from './json';

/** An operation of a REST-JSON service (EventBridge Scheduler): found by method and path instead of a target header. */
export interface RestRoute {
  /** The service of the credential scope, so that `/schedules` is never taken for a bucket. */
  readonly service: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  /** `/schedules/{Name}`: each label becomes a member of the input. */
  readonly pattern: string;
  /** Names on the wire to input members, `{ groupName: 'GroupName' }`. Any other query parameter is a ValidationException. */
  readonly query?: Readonly<Record<string, string>>;
  /** `GetSchedule`. */
  readonly name: string;
  readonly operation: Operation;
}

interface CompiledRoute {
  readonly route: RestRoute;
  readonly expression: RegExp;
}

const compile = (route: RestRoute): CompiledRoute => {
  const source = route.pattern
    .split('/')
    .map((segment) => segment.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/^\{(\w+)\}$/, '(?<$1>[^/]+)'))
    .join('/');
  return { route, expression: new RegExp(`^${source}/?$`) };
};

const labelsOf = (groups: Readonly<Record<string, string>> | undefined): Record<string, string> => {
  try {
    return Object.fromEntries(Object.entries(groups ?? {}).map(([label, value]) => [label, decodeURIComponent(value)]));
  } catch (error) {
    throw new AwsError('ValidationException', 'The path of the request is not valid percent-encoding.', 400, {
      cause: String(error),
    });
  }
};

const queryMembers = (route: RestRoute, query: URLSearchParams): Record<string, string> => {
  const members: Record<string, string> = {};
  for (const [name, value] of query) {
    const member = route.query?.[name];
    if (member === undefined)
      throw new AwsError('ValidationException', `The query parameter "${name}" of ${route.name} is not modelled.`);
    members[member] = value;
  }
  return members;
};

/** The services that have routes, and the call that a request makes of one of them; query values reach the operation as text. */
export const restDispatcher = (
  routes: readonly RestRoute[],
): { readonly services: ReadonlySet<string>; readonly find: (service: string, exchange: Exchange) => JsonCall } => {
  const compiled = routes.map(compile);
  const contentType = 'application/json';
  return {
    services: new Set(routes.map((route) => route.service)),
    find: (service, exchange) => {
      for (const { route, expression } of compiled) {
        if (route.service !== service || route.method !== exchange.method) continue;
        const match = expression.exec(exchange.path);
        if (match === null) continue;
        return {
          service,
          operation: route.name,
          contentType,
          run: async (input, caller) =>
            route.operation({ ...input, ...queryMembers(route, exchange.query), ...labelsOf(match.groups) }, caller),
        };
      }
      const sentence = `${exchange.method} ${exchange.path} of ${service} is not modelled by the local host.`;
      return {
        service,
        operation: `${exchange.method} ${exchange.path}`,
        contentType,
        run: new AwsError('UnknownOperationException', sentence, 404),
      };
    },
  };
};
