/** Formats of dates as the engine's strftime says them. Pure. */
import { refused } from './refusals';

/** MySQL's letters, of date_format and date_parse: https://trino.io/docs/current/functions/datetime.html */
const MYSQL: Readonly<Record<string, string>> = {
  a: '%a', b: '%b', c: '%-m', d: '%d', e: '%-d', f: '%f', H: '%H', h: '%I', I: '%I', i: '%M', j: '%j', k: '%-H', l: '%-I',
  M: '%B', m: '%m', p: '%p', r: '%I:%M:%S %p', S: '%S', s: '%S', T: '%H:%M:%S', W: '%A', Y: '%Y', y: '%y', '%': '%%',
}; // prettier-ignore

/** JodaTime's, of format_datetime and parse_datetime. */
const JODA: Readonly<Record<string, string>> = {
  y: '%Y', yy: '%y', yyyy: '%Y', YYYY: '%Y', M: '%-m', MM: '%m', MMM: '%b', MMMM: '%B', d: '%-d', dd: '%d', D: '%-j', DDD: '%j',
  H: '%-H', HH: '%H', h: '%-I', hh: '%I', m: '%-M', mm: '%M', s: '%-S', ss: '%S', SSS: '%g', a: '%p', E: '%a', EEE: '%a', EEEE: '%A',
}; // prettier-ignore

/** Throws QueryFailure for a letter that is not understood. */
export const mysqlFormat = (format: string, call: string): string =>
  format.replace(/%(.)/gs, (sign, letter: string) => {
    const said = MYSQL[letter];
    if (said === undefined) throw refused('format', `${sign} in ${call}`);
    return said;
  });

/** Letters are signs, `'T'` is text and `''` a quote. Throws QueryFailure for a sign that is not understood. */
export const jodaFormat = (format: string, call: string): string =>
  format.replace(/'((?:[^']|'')*)'|([A-Za-z])\2*|%/g, (sign, text?: string) => {
    if (sign === '%') return '%%';
    if (text !== undefined) return text === '' ? "'" : text.replaceAll("''", "'").replaceAll('%', '%%');
    const said = JODA[sign];
    if (said === undefined) throw refused('format', `${sign} in ${call}`);
    return said;
  });
