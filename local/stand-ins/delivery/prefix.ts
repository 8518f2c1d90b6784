import { DateTime } from 'luxon';

/**
 * Firehose's custom prefixes: literal text with `!{namespace:value}` expressions.
 * https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
 */
export interface PrefixContext {
  /** Arrival of the oldest record in the object. */
  readonly arrivalMillis: number;
  /** IANA name; Firehose's default is UTC. */
  readonly timeZone: string;
  /** `partitionKeyFromLambda` values of the partition. */
  readonly partitionKeys: Readonly<Record<string, string>>;
  /** `processing-failed`, in an error prefix. */
  readonly errorOutputType?: string;
  /** 11 letters and digits, for `!{firehose:random-string}`. */
  readonly randomString: () => string;
}

type Part = { readonly literal: string } | { readonly namespace: string; readonly value: string };

const EXPRESSION = /!\{([^:{}]*):([^{}]*)\}/g;

const partsOf = (prefix: string): readonly Part[] => {
  const parts: Part[] = [];
  let end = 0;
  for (const match of prefix.matchAll(EXPRESSION)) {
    if (match.index > end) parts.push({ literal: prefix.slice(end, match.index) });
    parts.push({ namespace: match[1]!, value: match[2]! });
    end = match.index + match[0].length;
  }
  if (end < prefix.length) parts.push({ literal: prefix.slice(end) });
  return parts;
};

const expressionsOf = (prefix: string): readonly { readonly namespace: string; readonly value: string }[] =>
  partsOf(prefix).flatMap((part) => ('literal' in part ? [] : [part]));

/** The `partitionKeyFromLambda` names that a prefix uses, in their order. */
export const partitionKeyNames = (prefix: string): readonly string[] => [
  ...new Set(expressionsOf(prefix).flatMap(({ namespace, value }) => (namespace === 'partitionKeyFromLambda' ? [value] : []))),
];

const FIELDS: Readonly<Record<string, (time: DateTime) => string>> = {
  yyyy: (time) => String(time.year).padStart(4, '0'),
  MM: (time) => String(time.month).padStart(2, '0'),
  dd: (time) => String(time.day).padStart(2, '0'),
  HH: (time) => String(time.hour).padStart(2, '0'),
  mm: (time) => String(time.minute).padStart(2, '0'),
  ss: (time) => String(time.second).padStart(2, '0'),
};
/** A quoted literal (`''` is one quote), a run of one letter, or anything else. */
const PATTERN_TOKEN = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'/g;

/** The part of Java's DateTimeFormatter that prefixes use: yyyy MM dd HH mm ss, quoted text, and anything that is no letter. */
export const formatTimestamp = (pattern: string, millis: number, timeZone: string): string => {
  const time = DateTime.fromMillis(millis, { zone: timeZone });
  return pattern.replace(PATTERN_TOKEN, (token, quoted: string | undefined, letter: string | undefined) => {
    if (quoted !== undefined) return quoted === '' ? "'" : quoted.replaceAll("''", "'");
    return letter === undefined ? token : (FIELDS[token]?.(time) ?? token);
  });
};

const patternProblem = (pattern: string): string | undefined => {
  const unknown = [...pattern.matchAll(PATTERN_TOKEN)].find(
    (match) => match[0] === "'" || (match[2] !== undefined && FIELDS[match[0]] === undefined),
  );
  return unknown === undefined
    ? undefined
    : `timestamp pattern "${pattern}": "${unknown[0]}" is not one of ${Object.keys(FIELDS).join(', ')}`;
};

const HOURLY = 'yyyy/MM/dd/HH/';

/** Where an object goes, up to its name. Evaluates what {@link prefixProblems} accepts. */
export const evaluatePrefix = (prefix: string, context: PrefixContext): string => {
  const expressions = expressionsOf(prefix);
  const text = partsOf(prefix)
    .map((part) => ('literal' in part ? part.literal : evaluate(part.namespace, part.value, context)))
    .join('');
  const hourly = (): string => formatTimestamp(HOURLY, context.arrivalMillis, context.timeZone);
  if (context.errorOutputType !== undefined)
    return expressions.length > 0 ? text : `${text}${context.errorOutputType}/${hourly()}`;
  const dated = expressions.some(({ namespace }) => namespace === 'timestamp' || namespace.startsWith('partitionKey'));
  return dated ? text : `${text}${hourly()}`;
};

const evaluate = (namespace: string, value: string, context: PrefixContext): string => {
  if (namespace === 'timestamp') return formatTimestamp(value, context.arrivalMillis, context.timeZone);
  if (namespace === 'partitionKeyFromLambda') return context.partitionKeys[value] ?? '';
  return value === 'random-string' ? context.randomString() : (context.errorOutputType ?? '');
};

export interface PrefixUse {
  readonly prefix: string;
  readonly errorOutputPrefix: string | undefined;
  readonly dynamicPartitioning: boolean;
  readonly hasLambda: boolean;
}

/** What is wrong with a pair of prefixes, one sentence each; empty when the delivery stream may be created. */
export const prefixProblems = ({ prefix, errorOutputPrefix, dynamicPartitioning, hasLambda }: PrefixUse): readonly string[] => {
  const problems: string[] = [];
  const data = expressionsOf(prefix);
  const keys = data.filter(({ namespace }) => namespace === 'partitionKeyFromLambda');
  for (const { namespace, value } of data) {
    if (namespace === 'timestamp') problems.push(...[patternProblem(value)].filter((problem) => problem !== undefined));
    else if (namespace === 'partitionKeyFromLambda') {
      if (!dynamicPartitioning) problems.push(`prefix: !{${namespace}:${value}} needs dynamic partitioning`);
      if (!hasLambda) problems.push(`prefix: !{${namespace}:${value}} needs a Lambda processor`);
    } else if (namespace !== 'firehose' || value !== 'random-string')
      problems.push(`prefix: !{${namespace}:${value}} is not supported`);
  }
  if (dynamicPartitioning && keys.length === 0)
    problems.push('prefix: dynamic partitioning needs a partitionKeyFromLambda expression');
  if (errorOutputPrefix === undefined) {
    if (data.length > 0) problems.push('errorOutputPrefix must be set when prefix contains expressions');
    return problems;
  }
  const errors = expressionsOf(errorOutputPrefix);
  for (const { namespace, value } of errors) {
    if (namespace === 'timestamp') problems.push(...[patternProblem(value)].filter((problem) => problem !== undefined));
    else if (namespace !== 'firehose' || (value !== 'random-string' && value !== 'error-output-type')) {
      problems.push(`errorOutputPrefix: !{${namespace}:${value}} is not allowed there`);
    }
  }
  if (errors.length > 0 && !errors.some(({ namespace, value }) => namespace === 'firehose' && value === 'error-output-type')) {
    problems.push('errorOutputPrefix must contain !{firehose:error-output-type} when it contains expressions');
  }
  return problems;
};
