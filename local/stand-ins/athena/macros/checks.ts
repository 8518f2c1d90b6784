/**
 * What Trino refuses by the types of operands and arguments alone, where the engine would cast one of them. Each check answers what it is
 * given; the engine folds it away, so that predicates still reach the tables.
 */
import { unlessRefused, where } from './forms';

const NUMBER = 'DECIMAL\\(\\d+,\\d+\\)|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT';
const WHOLE = 'U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER';
const MOMENT = 'DATE|TIMESTAMP(_S|_MS|_NS)?( WITH TIME ZONE)?';
/** A NULL without a type is compared with anything. */
const NONE = '"NULL"';
const NESTED = '.*\\[\\]|MAP\\(.*|STRUCT\\(.*';

const named = (x: string): string => `lower(typeof(${x}))`;
const is = (x: string, types: string): string => `regexp_matches(typeof(${x}), '^(${types}|${NONE})$')`;
const both = (pairs: readonly (readonly [string, string])[], a = 'a', b = 'b'): string =>
  `regexp_matches(typeof(${a}) || '/' || typeof(${b}), '^(${pairs.map(([one, other]) => `(${one})/(${other})`).join('|')})$')`;

/** `x` is compared with a literal of these types. */
const compared = (name: string, types: string, literal: string): string =>
  `CREATE MACRO ${name}(x) AS ${where(is('x', types), 'TYPE_MISMATCH', `'Cannot apply operator: ' || ${named('x')} || ' and ${literal}'`)}`;

/** `x` is an argument of the function `f`, which takes it where `ok`. */
const argument = (name: string, ok: string): string =>
  `CREATE MACRO ${name}(x, f) AS ${where(ok, 'FUNCTION_NOT_FOUND', `'Unexpected parameters (' || ${named('x')} || ') for function ' || f`)}`;

const NO_DATE_FIELD = `'''' || u || ''' is not a valid DATE field'`;

const LIST = '.*\\[\\]';
const FAMILIES = [NUMBER, MOMENT, NESTED, 'VARCHAR', 'BOOLEAN', 'JSON', 'BLOB', 'UUID', 'TIME', 'INTERVAL'];
const COMPARABLE = [...FAMILIES.map((family) => [family, family] as const), [NONE, '.*'] as const, ['.*', NONE] as const];
const ADDABLE = [
  [NUMBER, NUMBER],
  [MOMENT, 'INTERVAL'],
  ['INTERVAL', MOMENT],
  ['INTERVAL', 'INTERVAL'],
  [NONE, '.*'],
  ['.*', NONE],
] as const;
/** Of which the engine makes a timestamp. */
const DATED = [
  ['DATE', 'INTERVAL'],
  ['INTERVAL', 'DATE'],
] as const;
const OPERATOR = `'Cannot apply operator: ' || ${named('a')} || ' and ' || ${named('b')}`;
const CONCATENATED = both([
  [`VARCHAR|${NONE}`, `VARCHAR|${NONE}`],
  [LIST, '.*'],
  ['.*', LIST],
  ['BLOB', 'BLOB'],
]);

export const CHECKS: readonly string[] = [
  compared('lithify_as_text', 'VARCHAR', 'varchar'),
  compared('lithify_as_number', NUMBER, 'number'),
  compared('lithify_as_moment', MOMENT, 'date or timestamp'),
  compared('lithify_as_boolean', 'BOOLEAN', 'boolean'),
  `CREATE MACRO lithify_comparable(a, b) AS ${where(both(COMPARABLE), 'TYPE_MISMATCH', OPERATOR, 'a')}`,
  // Numbers are added to numbers, intervals to dates and times.
  `CREATE MACRO lithify_addable(a, b) AS ${unlessRefused(`NOT ${both(DATED)}`, 'overload', where(both(ADDABLE), 'TYPE_MISMATCH', OPERATOR, 'a'))}`,
  `CREATE MACRO lithify_subtractable(a, b) AS ${unlessRefused(`NOT ${both(DATED)}`, 'overload', where(both([...ADDABLE, [MOMENT, MOMENT]]), 'TYPE_MISMATCH', OPERATOR, 'a'))}`,
  // What is looked for among items is of their type.
  `CREATE MACRO lithify_item_of(x, l, f) AS ${where(both(COMPARABLE, 'l[1]', 'x'), 'FUNCTION_NOT_FOUND', `'Unexpected parameters (' || ${named('l')} || ', ' || ${named('x')} || ') for function ' || f`)}`,
  `CREATE MACRO lithify_condition(x) AS ${where(is('x', 'BOOLEAN'), 'TYPE_MISMATCH', `'Logical expression term must evaluate to a boolean (actual: ' || ${named('x')} || ')'`)}`,
  // The engine keeps JSON as text, and would take it for one.
  argument('lithify_text_of', "typeof(x) <> 'JSON'"),
  argument('lithify_number_of', is('x', NUMBER)),
  argument('lithify_whole_of', is('x', WHOLE)),
  argument('lithify_moment_of', is('x', MOMENT)),
  `CREATE MACRO lithify_with_time(x, u) AS ${where("typeof(x) <> 'DATE'", 'INVALID_FUNCTION_ARGUMENT', NO_DATE_FIELD)}`,
  // Of a date and a timestamp the date is one, too.
  `CREATE MACRO lithify_both_dates(x, y, u) AS ${where("typeof(x) <> 'DATE' OR typeof(y) <> 'DATE'", 'INVALID_FUNCTION_ARGUMENT', NO_DATE_FIELD)}`,
  `CREATE MACRO lithify_with_hours(x) AS ${where("typeof(x) <> 'DATE'", 'INVALID_FUNCTION_ARGUMENT', "'Cannot add hour, minutes or seconds to a date'")}`,
  `CREATE MACRO lithify_no_interval(x) AS ${unlessRefused("typeof(x) <> 'INTERVAL'", 'overload')}`,
  `CREATE MACRO lithify_joinable(x) AS ${unlessRefused(
    `NOT ${is('x', LIST)}`,
    'overload',
    where(is('x', 'VARCHAR'), 'FUNCTION_NOT_FOUND', `'Unexpected parameters (' || ${named('x')} || ') for function concat'`),
  )}`,
  `CREATE MACRO lithify_concat(a, b) AS ${where(
    CONCATENATED,
    'FUNCTION_NOT_FOUND',
    `'Unexpected parameters (' || ${named('a')} || ', ' || ${named('b')} || ') for function concat'`,
    'a || b',
  )}`,
  `CREATE MACRO lithify_joined(x) AS ${unlessRefused("typeof(x) NOT LIKE '%[]'", 'overload')}`,
];
