import type { Faker } from '@faker-js/faker';

/** Every `symbol` becomes a digit. */
export const digitsInto = (faker: Faker, pattern: string, symbol = '#'): string =>
  [...pattern].map((character) => (character === symbol ? String(faker.number.int(9)) : character)).join('');

/** `#` becomes a digit, `?` a capital letter. */
export const formatPattern = (faker: Faker, pattern: string): string =>
  [...digitsInto(faker, pattern)]
    .map((character) => (character === '?' ? faker.string.alpha({ casing: 'upper' }) : character))
    .join('');

const MOST_REPEATS = 10_000;

/** `a{2}` and `a{2,4}` become that many of the character before the braces, then `[1-9]` a number from one to the other. */
export const expandPattern = (faker: Faker, pattern: string): string => {
  const between = (one: number, other: number): number =>
    faker.number.int({ min: Math.min(one, other), max: Math.max(one, other) });
  const ranges = everyMatch(pattern, /(.)\{(\d+),(\d+)\}/, (character, least, most) =>
    character.repeat(Math.min(MOST_REPEATS, between(Number(least), Number(most)))),
  );
  const repeats = everyMatch(ranges, /(.)\{(\d+)\}/, (character, times) =>
    character.repeat(Math.min(MOST_REPEATS, Number(times))),
  );
  return everyMatch(repeats, /\[(\d+)-(\d+)\]/, (least, most) => String(between(Number(least), Number(most))));
};

/** Replaces the first match until there is none: what comes of one may be part of the next. */
const everyMatch = (text: string, pattern: RegExp, replacement: (...groups: string[]) => string): string => {
  let written = text;
  for (let match = pattern.exec(written); match !== null; match = pattern.exec(written)) {
    const [whole, ...groups] = match;
    written = written.slice(0, match.index) + replacement(...groups) + written.slice(match.index + whole.length);
  }
  return written;
};
