/** Literals and fields of Trino, as the engine writes them. Pure. */
import type { Known } from './arithmetic';
import { QueryFailure } from './failure';
import { parsePath } from './json-scalar';
import { quoteText } from './lexer';
import { refused } from './refusals';
import { parseTrinoType } from './types';

export const LITERAL_TYPES = new Set(
  'date time timestamp bigint integer int smallint tinyint double real decimal varchar char boolean json uuid'.split(' '),
);
/** Fields of EXTRACT. */
export const FIELDS: Readonly<Record<string, string>> = {
  year: 'year', quarter: 'quarter', month: 'month', week: 'week', day: 'day', day_of_month: 'day', day_of_week: 'isodow', dow: 'isodow',
  day_of_year: 'doy', doy: 'doy', year_of_week: 'isoyear', yow: 'isoyear', hour: 'hour', minute: 'minute', second: 'second',
}; // prettier-ignore

const ZONE = /(?:^|[\d\s])(z|utc|[+-]\d\d?(?::?\d\d)?|[a-z_]+(?:\/[a-z_+-]+)+)$/i;
const UTC = /^(z|utc|\+00(:?00)?)$/i;

interface Literal {
  readonly sql: string;
  readonly known?: Known;
}

/** What a literal of a type must look like; the engine reads more. */
const FORMS: Readonly<Record<string, RegExp>> = {
  date: /^\s*[+-]?\d{4,}-\d{1,2}-\d{1,2}\s*$/,
  timestamp: /^\s*[+-]?\d{4,}-\d{1,2}-\d{1,2}( \d{1,2}:\d{1,2}(:\d{1,2}(\.\d+)?)?)?\s*([a-z]\S*|[+-]\S+)?\s*$/i,
  decimal: /^[+-]?(\d+(\.\d*)?|\.\d+)$/,
  bigint: /^[+-]?\d+$/, integer: /^[+-]?\d+$/, int: /^[+-]?\d+$/, smallint: /^[+-]?\d+$/, tinyint: /^[+-]?\d+$/,
  boolean: /^(true|false|t|f|1|0)$/i,
}; // prettier-ignore

const NUMBERS = new Set(['bigint', 'integer', 'int', 'smallint', 'tinyint', 'double', 'real', 'decimal']);
const KNOWN: Readonly<Record<string, Known>> = { date: 'moment', varchar: 'text', boolean: 'boolean' };

const isDay = (value: string): boolean => {
  const [year = 0, month = 0, day = 0] = value.trim().split(/[- ]/).map(Number);
  const made = new Date(Date.UTC(year, month - 1, day));
  return year < 100 || (made.getUTCMonth() === month - 1 && made.getUTCDate() === day);
};

const isTime = (value: string): boolean => {
  const [, hour = '0', minute = '0', second = '0'] = / (\d+):(\d+)(?::(\d+))?/.exec(value) ?? [];
  return Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
};

const isLiteral = (type: string, value: string): boolean => {
  if (FORMS[type]?.test(value) === false) return false;
  return type === 'date' ? isDay(value) : type === 'timestamp' ? isDay(value) && isTime(value) : true;
};

/** `date '2026-11-20'`, `decimal '1.10'`, `timestamp '2026-11-20 10:00:00 UTC'`. Throws QueryFailure for what is none, and for another zone. */
export const typedLiteral = (type: string, value: string): Literal => {
  if (!isLiteral(type, value))
    throw new QueryFailure('INVALID_LITERAL', `'${value}' is not a valid ${type.toUpperCase()} literal`);
  const known = NUMBERS.has(type) ? 'number' : KNOWN[type];
  const cast = (name: string): Literal => ({
    sql: `CAST(${quoteText(value)} AS ${name})`,
    ...(known === undefined ? {} : { known }),
  });
  if (type === 'timestamp') {
    const zone = ZONE.exec(value.replace(/^\s*\d+-\d+-\d+/, ' '))?.[1];
    if (zone !== undefined && !UTC.test(zone)) throw refused('zone', `timestamp '${value}'`);
    const { sql } = cast(zone === undefined ? 'TIMESTAMP' : 'TIMESTAMP WITH TIME ZONE');
    return { sql, known: /\.\d{3}(?!\d)/.test(value) ? 'moment' : 'coarse' };
  }
  if (type === 'decimal') {
    const [whole = '', fraction = ''] = value.replace(/^[+-]/, '').split('.');
    return cast(`DECIMAL(${Math.max(1, whole.length + fraction.length)}, ${fraction.length})`);
  }
  if (type === 'json') return { sql: `CAST(lithify_json_document(${quoteText(value)}) AS JSON)` };
  const simple = parseTrinoType(type, [{ kind: 'word', text: type, value: type, start: 0, end: type.length }], 0).duck;
  return cast(simple);
};

/** The path as the engine's JSON functions write it; undefined where they cannot. */
export const duckPath = (path: string): string | undefined => {
  const steps = parsePath(path);
  if (steps === undefined || steps.length === 0) return undefined;
  if (steps.some((step) => 'key' in step && /["\\*]/.test(step.key))) return undefined;
  return `$${steps.map((step) => ('key' in step ? `."${step.key}"` : `[${step.index}]`)).join('')}`;
};
