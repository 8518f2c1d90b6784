import { createHash } from 'node:crypto';
import jsonata from 'jsonata';
import { messageOf } from '../../../contracts/errors';
import type { Json } from '../../../workflows/asl';
import { randomness, uuidOf } from './randomness';
import { StateError } from './state-error';

/**
 * JSONata as Step Functions evaluates it: `{% … %}` alone is an expression, wherever it stands in a template; the result must be
 * JSON, and `undefined` is an error. AWS adds `$partition`, `$range`, `$hash`, `$random`, `$uuid` and `$parse` and leaves out
 * `$eval`. Time is the clock's, randomness is drawn from a seed.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */

/** What an expression may refer to. */
export interface Scope {
  /** `$states`: `input`, `context` and, where the field has them, `result` or `errorOutput`. */
  readonly states: { readonly [name: string]: Json };
  /** `$name` for each variable that is in scope. */
  readonly variables: { readonly [name: string]: Json };
  /** Milliseconds since the epoch, for `$now` and `$millis`. */
  readonly now: number;
  /** Distinct per evaluation that may draw randomness anew: execution, state, entry and attempt. */
  readonly seed: string;
}

const OPEN = '{%';
const CLOSE = '%}';

export const isExpression = (text: string): boolean =>
  text.length >= OPEN.length + CLOSE.length && text.startsWith(OPEN) && text.endsWith(CLOSE);

/** What is wrong with a string as it stands in a definition; nothing, where it is plain text or a sound expression. */
export const expressionProblem = (text: string): string | undefined => {
  if (!isExpression(text))
    return text.trim().startsWith(OPEN) || text.trim().endsWith(CLOSE)
      ? `"${text}" must begin with "{%" and end with "%}", with nothing before or after, to be an expression`
      : undefined;
  try {
    compiled(text);
    return undefined;
  } catch (error) {
    return `"${text}" is not valid JSONata: ${messageOf(error)}`;
  }
};

const cache = new Map<string, jsonata.Expression>();

const compiled = (text: string): jsonata.Expression => {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const expression = jsonata(text.slice(OPEN.length, -CLOSE.length));
  if (variablesRead(expression.ast()).has('eval')) throw new Error('$eval is not supported');
  cache.set(text, expression);
  return expression;
};

/** The variables that an expression reads and does not bind itself: `states`, variables of the machine and JSONata's functions. */
export const freeVariables = (text: string): ReadonlySet<string> => variablesRead(compiled(text).ast());

const variablesRead = (ast: unknown): ReadonlySet<string> => {
  const read = new Set<string>();
  const bound = new Set<string>(['', '$']);
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    const { type, value, lhs, arguments: parameters, focus, index } = node as Record<string, unknown>;
    if (type === 'variable' && typeof value === 'string') read.add(value);
    if (type === 'bind') bound.add(variableName(lhs));
    if (type === 'lambda' && Array.isArray(parameters)) for (const parameter of parameters) bound.add(variableName(parameter));
    // `items@$item` and `items#$position` bind a name as well.
    for (const name of [focus, index]) if (typeof name === 'string') bound.add(name);
    Object.values(node).forEach(visit);
  };
  visit(ast);
  return new Set([...read].filter((name) => !bound.has(name)));
};

const variableName = (node: unknown): string => String((node as { readonly value?: unknown } | undefined)?.value);

/** Evaluates every expression in a template; all else stays as it is. Throws `States.QueryEvaluationError`. */
export const evaluateTemplate = async (template: Json, scope: Scope, field: string): Promise<Json> => {
  if (typeof template === 'string') return isExpression(template) ? evaluate(template, scope, field) : template;
  if (typeof template !== 'object' || template === null) return template;
  if (isList(template)) {
    const items: Json[] = [];
    for (const [index, item] of template.entries()) items.push(await evaluateTemplate(item, scope, `${field}[${index}]`));
    return items;
  }
  const members: [string, Json][] = [];
  for (const [name, member] of Object.entries(template))
    members.push([name, await evaluateTemplate(member, scope, `${field}.${name}`)]);
  return Object.fromEntries(members);
};

export const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

const evaluate = async (text: string, scope: Scope, field: string): Promise<Json> => {
  let result: unknown;
  try {
    const bindings = { ...functions(scope, field), ...scope.variables, states: scope.states };
    result = await compiled(text).evaluate(undefined, bindings);
  } catch (error) {
    throw queryError(text, field, `threw an error: ${messageOf(error)}`);
  }
  if (result === undefined) throw queryError(text, field, 'returned nothing (undefined).');
  return json(result, (what) => queryError(text, field, `returned ${what}, which JSON cannot hold.`));
};

const queryError = (text: string, field: string, reason: string): StateError =>
  new StateError(
    'States.QueryEvaluationError',
    `The JSONata expression '${text.slice(2, -2).trim()}' specified for the field '${field}' ${reason}`,
  );

/** A copy that is plain JSON: JSONata's sequences carry marks of their own, and functions and NaN have no JSON. */
const json = (value: unknown, refuse: (what: string) => StateError): Json => {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw refuse(String(value));
    return value;
  }
  if (Array.isArray(value)) return value.map((item) => json(item, refuse));
  if (typeof value !== 'object' || '_jsonata_lambda' in value || '_jsonata_function' in value) throw refuse('a function');
  if (value instanceof RegExp) throw refuse('a regular expression');
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [[name, json(member, refuse)]])),
  );
};

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** JSONata's functions without `$eval`, then those that AWS adds. https://docs.jsonata.org/ */
export const FUNCTION_NAMES: ReadonlySet<string> = new Set(
  (
    'sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad match contains ' +
    'replace split join formatNumber formatBase formatInteger parseInteger number floor ceil round abs sqrt power random boolean not ' +
    'map zip filter single reduce sift keys lookup append exists spread merge reverse each error assert type sort shuffle distinct ' +
    'base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl toMillis fromMillis clone now millis ' +
    'partition range hash uuid parse'
  ).split(' '),
);

const formatMillis = jsonata('$fromMillis($at, $picture, $timezone)');

const functions = (scope: Scope, field: string): Readonly<Record<string, unknown>> => {
  const draw = randomness(`${scope.seed} ${field}`);
  let uuids = 0;
  return {
    partition: (items: unknown, size: number) => {
      if (items === undefined) return undefined;
      if (!Array.isArray(items) || !Number.isInteger(size) || size < 1)
        throw new Error('$partition takes an array and a positive integer.');
      return Array.from({ length: Math.ceil(items.length / size) }, (_, part) =>
        (items as unknown[]).slice(part * size, (part + 1) * size),
      );
    },
    range: (first: number, last: number, step: number) => {
      if (![first, last, step].every(Number.isInteger) || step === 0)
        throw new Error('$range takes three integers, the last one not zero.');
      return Array.from({ length: Math.max(0, Math.floor((last - first) / step) + 1) }, (_, index) => first + index * step);
    },
    hash: (data: unknown, algorithm: string) => {
      if (data === undefined) return undefined;
      const name = HASHES[algorithm];
      if (typeof data !== 'string' || name === undefined)
        throw new Error(`$hash takes a string and one of ${Object.keys(HASHES).join(', ')}.`);
      return createHash(name).update(data).digest('hex');
    },
    random: (seed?: number) => (seed === undefined ? draw() : randomness(`$random ${seed}`)()),
    uuid: () => uuidOf(`${scope.seed} ${field} ${uuids++}`),
    parse: (text: unknown) => {
      if (text === undefined) return undefined;
      if (typeof text !== 'string') throw new Error('$parse takes a string of JSON.');
      return JSON.parse(text) as unknown;
    },
    // JSONata's own read the machine's clock and Math.random.
    millis: () => scope.now,
    now: (picture?: string, timezone?: string) =>
      picture === undefined && timezone === undefined
        ? new Date(scope.now).toISOString()
        : formatMillis.evaluate(undefined, { at: scope.now, picture, timezone }),
    shuffle: (items: unknown) =>
      Array.isArray(items)
        ? items
            .map((item: unknown) => ({ item, rank: draw() }))
            .sort((left, right) => left.rank - right.rank)
            .map(({ item }) => item)
        : items,
  };
};
