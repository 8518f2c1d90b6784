import { DateTime } from 'luxon';

/**
 * Writes instants by format strings of moment.js, which the Kinesis Data Generator uses: every token of version 2.30's table, localized ones
 * in English, `[escaped]` text as it is. The version that the Kinesis Data Generator carries, 2.17, knows neither years of an era (`y`) nor
 * eras (`N`) and writes their letters; whoever writes `yyyy` means the year. https://momentjs.com/docs/#/displaying/format/
 */
export const DEFAULT_FORMAT = 'YYYY-MM-DDTHH:mm:ssZ';
/** What moment writes of an instant that is in UTC rather than in a zone that happens to be UTC. */
export const DEFAULT_UTC_FORMAT = 'YYYY-MM-DDTHH:mm:ss[Z]';

const ordinal = (value: number): string => {
  const teen = value % 100 >= 11 && value % 100 <= 13;
  return `${value}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th')}`;
};
const padded = (value: number, length: number): string => String(Math.abs(value)).padStart(length, '0');

/** Week of the year as English has it: weeks begin on Sunday, the week of January 1st is the first. */
const localeWeek = (at: DateTime): { readonly week: number; readonly year: number } => {
  // The Saturday of a week decides to which year the week belongs.
  const saturday = at.plus({ days: 6 - (at.weekday % 7) });
  return { week: Math.floor((saturday.ordinal - 1) / 7) + 1, year: saturday.year };
};

const LONG = {
  LTS: 'h:mm:ss A',
  LT: 'h:mm A',
  L: 'MM/DD/YYYY',
  LL: 'MMMM D, YYYY',
  LLL: 'MMMM D, YYYY h:mm A',
  LLLL: 'dddd, MMMM D, YYYY h:mm A',
  l: 'M/D/YYYY',
  ll: 'MMM D, YYYY',
  lll: 'MMM D, YYYY h:mm A',
  llll: 'ddd, MMM D, YYYY h:mm A',
} as const;

const TOKENS: Readonly<Record<string, (at: DateTime) => string | number>> = {
  M: (at) => at.month,
  Mo: (at) => ordinal(at.month),
  MM: (at) => padded(at.month, 2),
  MMM: (at) => at.toFormat('MMM'),
  MMMM: (at) => at.toFormat('MMMM'),
  Q: (at) => at.quarter,
  Qo: (at) => ordinal(at.quarter),
  D: (at) => at.day,
  Do: (at) => ordinal(at.day),
  DD: (at) => padded(at.day, 2),
  DDD: (at) => at.ordinal,
  DDDo: (at) => ordinal(at.ordinal),
  DDDD: (at) => padded(at.ordinal, 3),
  d: (at) => at.weekday % 7,
  do: (at) => ordinal(at.weekday % 7),
  dd: (at) => at.toFormat('ccc').slice(0, 2),
  ddd: (at) => at.toFormat('ccc'),
  dddd: (at) => at.toFormat('cccc'),
  e: (at) => at.weekday % 7,
  E: (at) => at.weekday,
  w: (at) => localeWeek(at).week,
  wo: (at) => ordinal(localeWeek(at).week),
  ww: (at) => padded(localeWeek(at).week, 2),
  W: (at) => at.weekNumber,
  Wo: (at) => ordinal(at.weekNumber),
  WW: (at) => padded(at.weekNumber, 2),
  YY: (at) => padded(at.year % 100, 2),
  YYYY: (at) => padded(at.year, 4),
  YYYYY: (at) => padded(at.year, 5),
  YYYYYY: (at) => `+${padded(at.year, 6)}`,
  Y: (at) => at.year,
  y: (at) => at.year,
  yo: (at) => ordinal(at.year),
  yy: (at) => padded(at.year, 2),
  yyy: (at) => padded(at.year, 3),
  yyyy: (at) => padded(at.year, 4),
  N: () => 'AD',
  NN: () => 'AD',
  NNN: () => 'AD',
  NNNN: () => 'Anno Domini',
  NNNNN: () => 'AD',
  gg: (at) => padded(localeWeek(at).year % 100, 2),
  gggg: (at) => padded(localeWeek(at).year, 4),
  ggggg: (at) => padded(localeWeek(at).year, 5),
  GG: (at) => padded(at.weekYear % 100, 2),
  GGGG: (at) => padded(at.weekYear, 4),
  GGGGG: (at) => padded(at.weekYear, 5),
  A: (at) => (at.hour < 12 ? 'AM' : 'PM'),
  a: (at) => (at.hour < 12 ? 'am' : 'pm'),
  H: (at) => at.hour,
  HH: (at) => padded(at.hour, 2),
  h: (at) => at.hour % 12 || 12,
  hh: (at) => padded(at.hour % 12 || 12, 2),
  k: (at) => at.hour || 24,
  kk: (at) => padded(at.hour || 24, 2),
  m: (at) => at.minute,
  mm: (at) => padded(at.minute, 2),
  s: (at) => at.second,
  ss: (at) => padded(at.second, 2),
  Hmm: (at) => `${at.hour}${padded(at.minute, 2)}`,
  Hmmss: (at) => `${at.hour}${padded(at.minute, 2)}${padded(at.second, 2)}`,
  hmm: (at) => `${at.hour % 12 || 12}${padded(at.minute, 2)}`,
  hmmss: (at) => `${at.hour % 12 || 12}${padded(at.minute, 2)}${padded(at.second, 2)}`,
  Z: (at) => at.toFormat('ZZ'),
  ZZ: (at) => at.toFormat('ZZZ'),
  z: (at) => (at.zoneName === 'UTC' ? 'UTC' : ''),
  zz: (at) => (at.zoneName === 'UTC' ? 'Coordinated Universal Time' : ''),
  X: (at) => Math.floor(at.toMillis() / 1_000),
  x: (at) => at.toMillis(),
};

const oneOf = (tokens: readonly string[]): string => [...tokens].sort((left, right) => right.length - left.length).join('|');

/** Text in brackets, then the longest of some tokens that fits; a backslash before one makes it text. */
const pieces = (...tokens: readonly string[]): RegExp => new RegExp(String.raw`\[[^[]*\]|\\?(?:${tokens.join('|')})`, 'g');

/** The long forms are put in their place before anything else is read. */
const LONG_PIECE = pieces(oneOf(Object.keys(LONG)));
/** A token, a fraction of a second, or one character that stands for itself. */
const PIECE = pieces('S{1,9}', oneOf(Object.keys(TOKENS)), '.');

/** `zone` is an IANA name; `UTC` for UTC. Milliseconds since the epoch. */
export const formatInstant = (millis: number, format: string, zone: string): string => {
  const at = DateTime.fromMillis(millis, { zone, locale: 'en' });
  const whole = format.replaceAll(LONG_PIECE, (piece) => (isLong(piece) ? LONG[piece] : piece));
  return whole.replaceAll(PIECE, (piece) => {
    if (piece.startsWith('[') && piece.length > 1) return piece.slice(1, -1);
    if (/^S+$/.test(piece)) return padded(at.millisecond, 3).padEnd(9, '0').slice(0, piece.length);
    return Object.hasOwn(TOKENS, piece) ? String(TOKENS[piece]!(at)) : piece.replaceAll('\\', '');
  });
};

const isLong = (piece: string): piece is keyof typeof LONG => Object.hasOwn(LONG, piece);
