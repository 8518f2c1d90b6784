/** Literals and fields of Trino, as the engine writes them. Pure. */
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

/** `date '2026-11-20'`, `decimal '1.10'`, `timestamp '2026-11-20 10:00:00 UTC'`. Throws QueryFailure for another zone. */
export const typedLiteral = (type: string, value: string): { readonly sql: string; readonly known?: 'coarse' } => {
  const cast = (name: string): { readonly sql: string } => ({ sql: `CAST(${quoteText(value)} AS ${name})` });
  if (type === 'timestamp') {
    const zone = ZONE.exec(value.replace(/^\s*\d+-\d+-\d+/, ' '))?.[1];
    if (zone !== undefined && !UTC.test(zone)) throw refused('zone', `timestamp '${value}'`);
    const { sql } = cast(zone === undefined ? 'TIMESTAMP' : 'TIMESTAMP WITH TIME ZONE');
    return /\.\d{3}(?!\d)/.test(value) ? { sql } : { sql, known: 'coarse' };
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
