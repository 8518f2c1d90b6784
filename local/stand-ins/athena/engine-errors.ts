/** The engine's errors in Athena's words. Pure. */
import { ANALYSIS, isNowhere, unknownField, unresolved } from './analysis-errors';
import type { ErrorContext, Rule } from './error-rule';
import { place } from './error-rule';
import { QueryFailure, reasonOf } from './failure';
import type { Refusal } from './refusals';
import { refused, REFUSALS } from './refusals';

const RULES: readonly Rule[] = [
  ...ANALYSIS,
  [
    /Ambiguous reference to column name "([^"]+)"/,
    ([, name = ''], { text }) => new QueryFailure('AMBIGUOUS_NAME', `${place(text, name)}: Column '${name}' is ambiguous`),
  ],
  [
    /column "?([^" ]+)"? must appear in the GROUP BY clause/,
    ([, name = ''], context) =>
      isNowhere(name, context)
        ? unresolved(name, context)
        : new QueryFailure(
            'EXPRESSION_NOT_AGGREGATE',
            `${place(context.text, name)}: '${name}' must be an aggregate expression or appear in GROUP BY clause`,
          ),
  ],
  [/Could not find key "([^"]+)" in struct/, ([, name = ''], context) => unknownField(name, context)],
  [
    /lithify refuses (\w+)/,
    (match) => {
      const reason = match[1] ?? '';
      return refused(Object.hasOwn(REFUSALS, reason) ? (reason as Refusal) : 'form', 'A value of the query');
    },
  ],
  [/lithify Division by zero/, () => new QueryFailure('DIVISION_BY_ZERO', 'Division by zero')],
  [
    /lithify cannot cast to ([\w ]+): ([\s\S]*?)['"] to \w+/,
    ([, type = '', value = '']) => new QueryFailure('INVALID_CAST_ARGUMENT', `Value cannot be cast to ${type}: ${value}`),
  ],
  [
    /lithify invalid format: ([\s\S]*?)['"] to \w+/,
    ([, value = '']) => new QueryFailure('INVALID_FUNCTION_ARGUMENT', `Invalid format: "${value}"`),
  ],
  [/lithify type mismatch: ([\s\S]*?)['"] to \w+/, ([, told = '']) => new QueryFailure('TYPE_MISMATCH', told)],
  [/lithify subscript: ([\s\S]*?)['"] to \w+/, ([, told = '']) => new QueryFailure('INVALID_FUNCTION_ARGUMENT', told)],
  [/Cannot concatenate types/, () => refused('overload', '|| of a list and an item')],
  [
    /(date|timestamp) field value out of range: "([^"]*)"/,
    ([, type = '', value = '']) => new QueryFailure('INVALID_CAST_ARGUMENT', `Value cannot be cast to ${type}: ${value}`),
  ],
  [
    /lithify aliases/,
    () =>
      new QueryFailure(
        'MISMATCHED_COLUMN_ALIASES',
        'An alias list has 1 entry, and the rows that are unnested have more columns',
      ),
  ],
  [
    /No function matches the given name and argument types '[-+*\/%]+\(([\s\S]*?)\)'/,
    ([, types = '']) => new QueryFailure('TYPE_MISMATCH', `Cannot apply operator: ${types.toLowerCase()}`),
  ],
  [
    /invalid perl operator|invalid escape sequence|bad repetition operator|invalid named capture/,
    () => refused('pattern', 'A regular expression'),
  ],
  [
    /Casting value "([^"]*)" to type (\S+) failed|Type (\w+) with value (\S+) can't be cast/,
    ([, value, type, from, other]) =>
      from?.startsWith('INT') === true
        ? new QueryFailure('NUMERIC_VALUE_OUT_OF_RANGE', `Out of range: ${other}`)
        : new QueryFailure('INVALID_CAST_ARGUMENT', `Cannot cast ${(value ?? other) || ''} to ${trinoType(type ?? from ?? '')}`),
  ],
  [
    /Could not convert string ['"]HIVE_CURSOR_ERROR: ([\s\S]*?)['"] to /,
    ([, detail = ''], { uris }) => new QueryFailure('HIVE_CURSOR_ERROR', named(detail, uris)),
  ],
  [/Could not convert string ['"]Division by zero/, () => new QueryFailure('DIVISION_BY_ZERO', 'Division by zero')],
  [
    /Could not convert string ['"]no number: ([\s\S]*?)['"] to (?:'?)(\w+)/,
    ([, value = '', type = '']) => new QueryFailure('INVALID_CAST_ARGUMENT', `Cannot cast '${value}' to ${trinoType(type)}`),
  ],
  [
    /Could not convert string ['"]([\s\S]*?)['"] to (?:'?)(\w+)/,
    ([, value = '', type = '']) => new QueryFailure('INVALID_CAST_ARGUMENT', `Cannot cast '${value}' to ${trinoType(type)}`),
  ],
  [
    /(?:invalid (?:timestamp|date) field format|timestamp field value out of range|date field value out of range): "([^"]*)"/,
    ([, value = '']) => new QueryFailure('INVALID_FUNCTION_ARGUMENT', `Invalid format: "${value}"`),
  ],
  [
    /More than one row returned by a subquery/,
    () => new QueryFailure('SUBQUERY_MULTIPLE_ROWS', 'Scalar sub-query has returned multiple rows'),
  ],
  [
    /Invalid JSON path: '([^']*)'/,
    ([, path = '']) => new QueryFailure('INVALID_FUNCTION_ARGUMENT', `Invalid JSON path: '${path}'`),
  ],
  [
    /Cannot convert value to JSON: ([\s\S]*)/,
    ([, value = '']) => new QueryFailure('INVALID_FUNCTION_ARGUMENT', `Cannot convert value to JSON: ${value}`),
  ],
  [
    /Out of Memory Error/,
    () =>
      new QueryFailure(
        'EXCEEDED_LOCAL_MEMORY_LIMIT',
        'Query exhausted resources at this scale factor (the memory limit of the embedded engine)',
      ),
  ],
  [
    /Invalid unicode/,
    (_, { uris }) => new QueryFailure('HIVE_BAD_DATA', `Invalid UTF-8 in one of ${[...uris.values()].slice(0, 3).join(', ')}`),
  ],
  [/Overflow|out of range/i, () => new QueryFailure('NUMERIC_VALUE_OUT_OF_RANGE', 'A number is out of the range of its type')],
  [
    /No function matches the given name and argument types '([\s\S]*?)'\. You/,
    ([, call = '']) =>
      new QueryFailure(
        'FUNCTION_NOT_FOUND',
        `Unexpected parameters (${call.replace(/^[^(]*\(|\)$/g, '').toLowerCase()}) for function ${call.split('(')[0] ?? ''}`,
      ),
  ],
  [
    /(?:Cannot compare values of type|Cannot mix values of type) ([\s\S]*?) (?:and|in) ([\s\S]*?)(?: -|$)/,
    ([whole]) => new QueryFailure('TYPE_MISMATCH', whole),
  ],
];

const TYPES: Readonly<Record<string, string>> = {
  INT64: 'BIGINT',
  INT32: 'INTEGER',
  INT16: 'SMALLINT',
  INT8: 'TINYINT',
  BOOL: 'BOOLEAN',
};
const trinoType = (type: string): string => TYPES[type] ?? type;

const named = (text: string, uris: ReadonlyMap<string, string>): string => {
  for (const [path, uri] of uris) if (text.includes(path)) return text.replaceAll(path, uri);
  return text;
};

export const isInterrupt = (error: unknown): boolean => /INTERRUPT Error|Interrupted/.test(reasonOf(error));

/** The column that the engine does not find. */
export const missingColumn = (error: unknown): string | undefined => {
  const pattern = /Referenced column "([^"]+)" not found|column "?([^" ]+)"? must appear in the GROUP BY/;
  const [, one, two] = pattern.exec(reasonOf(error)) ?? [];
  return one ?? two;
};

/** The engine was asked for types that it does not know yet: those of a column of an outer query, or of one that nobody has. */
export const isTooEarly = (error: unknown): boolean => reasonOf(error).includes('has multiple overloads that match');

/** The engine does not know yet that the value before `[1]` is a row. */
export const isRowSubscript = (error: unknown): boolean => reasonOf(error).includes('struct_extract with an integer key');

/** The engine does not know yet that what is unnested to several columns is a map. */
export const isMapUnnest = (error: unknown): boolean =>
  /UNNEST requires a single list|UNNEST not supported here|unnest\(\) can only be applied to lists|Unnest.*MAP/i.test(
    reasonOf(error),
  );

export const failureOf = (error: unknown, context: ErrorContext): QueryFailure => {
  if (error instanceof QueryFailure) return error;
  const message = reasonOf(error);
  for (const [pattern, write] of RULES) {
    const match = pattern.exec(message);
    if (match !== null) return write(match, context);
  }
  const first = named(message.split('\n')[0] ?? message, context.uris);
  if (/^(Binder|Parser|Catalog) Error: /.test(first)) return new QueryFailure('SYNTAX_ERROR', first.replace(/^\w+ Error: /, ''));
  if (/^(Conversion|Invalid Input|Out of Range) Error: /.test(first))
    return new QueryFailure('INVALID_FUNCTION_ARGUMENT', first.replace(/^[\w ]+ Error: /, ''));
  return new QueryFailure('GENERIC_INTERNAL_ERROR', first, 1);
};
