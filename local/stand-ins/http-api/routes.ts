import { LithifyError } from '../../../contracts/errors';

/** `GET /members/{id}`, `ANY /api/{proxy+}`, `$default`. */
export interface RouteKey {
  readonly text: string;
  /** Undefined for `$default`. */
  readonly method: string | undefined;
  readonly segments: readonly string[];
}

const METHODS = ['ANY', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

export const parseRouteKey = (text: string): RouteKey => {
  if (text === '$default') return { text, method: undefined, segments: [] };
  const [method = '', path = '', ...rest] = text.split(' ');
  if (!METHODS.includes(method) || !path.startsWith('/') || rest.length > 0)
    throw new LithifyError('unsupported', `the route key ${JSON.stringify(text)} is not of the form METHOD /path or $default`);
  return { text, method, segments: path.slice(1).split('/') };
};

export interface Matched<R> {
  readonly route: R;
  readonly parameters: Readonly<Record<string, string>>;
}

const variable = (segment: string): string | undefined => /^\{([\w.:-]+)\+?\}$/.exec(segment)?.[1];
const isGreedy = (segment: string | undefined): boolean => segment?.endsWith('+}') ?? false;

/**
 * The route that a request takes: the most specific one. A full match goes before a greedy one, `$default` comes last.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
 */
export const routeFor = <R extends { readonly key: RouteKey }>(
  routes: readonly R[],
  method: string,
  path: string,
): Matched<R> | undefined => {
  const segments = path.replace(/^\//, '').split('/');
  const matches = routes.flatMap((route) => {
    const parameters = parametersOf(route.key, method, segments);
    return parameters === undefined ? [] : [{ route, parameters }];
  });
  return matches.sort((left, right) => rank(right.route.key) - rank(left.route.key))[0];
};

const parametersOf = (
  { method, segments }: RouteKey,
  asked: string,
  given: readonly string[],
): Readonly<Record<string, string>> | undefined => {
  if (method === undefined) return {};
  if (method !== 'ANY' && method !== asked) return undefined;
  const greedy = isGreedy(segments.at(-1));
  if (greedy ? given.length < segments.length : given.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const value = isGreedy(segment) ? given.slice(index).join('/') : given[index]!;
    const name = variable(segment);
    if (name === undefined ? value !== segment : value === '') return undefined;
    if (name !== undefined) parameters[name] = decoded(value);
  }
  return parameters;
};

/** A path that is no percent-encoding is handed on as it is. */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return text;
  }
};

const rank = ({ method, segments }: RouteKey): number => {
  if (method === undefined) return -1;
  const fixed = segments.filter((segment) => variable(segment) === undefined).length;
  return (isGreedy(segments.at(-1)) ? 0 : 1_000_000) + fixed * 10 + (method === 'ANY' ? 0 : 1);
};
