import type { Faker } from '@faker-js/faker';
import type { Arguments } from '../arguments';
import type { Draw, Helper, Module } from '../helper';
import { plain } from '../helper';
import { numberIn, rangeOf } from '../numbers';
import { dateText } from './date';
import { imageUrl } from './image';

const LETTERS = ['a', 'b', 'c'];

const ranged =
  (max: number, step: number, single: 'max' | 'precision'): Helper =>
  (given) => {
    const range = rangeOf(given, { min: 0, max, step }, single);
    return ({ faker }) => numberIn(faker, range);
  };

const WEIGHTED = '{"weights": […], "data": […]} with one weight per element, none below 0 and one above';

const weighted: Helper = (given) => {
  const { weights, data } = given.object(0, WEIGHTED) ?? { weights: [0.5, 0.5], data: ['dog', 'cat'] };
  if (!Array.isArray(weights) || !Array.isArray(data) || weights.length !== data.length) throw given.refusal(WEIGHTED);
  const choices = (weights as readonly unknown[]).map((weight, index) => {
    if (typeof weight !== 'number' || !Number.isFinite(weight) || weight < 0) throw given.refusal(WEIGHTED);
    return { weight, value: (data as readonly unknown[])[index] };
  });
  const possible = choices.filter(({ weight }) => weight > 0);
  if (possible.length === 0) throw given.refusal(WEIGHTED);
  return ({ faker }) => faker.helpers.weightedArrayElement(possible);
};

const objectElement: Helper = (given) => {
  const entries = Object.entries(given.object(0) ?? { foo: 'bar', too: 'car' });
  if (entries.length === 0) throw given.refusal('a JSON object with at least one field');
  const wantsKey = given.count > 1 && given.text(1) === 'key';
  return ({ faker }) => {
    const [key, value] = faker.helpers.arrayElement(entries);
    return wantsKey ? key : value;
  };
};

/** How many characters or words are wanted: a number, or {"count": …}. */
const countOf = (given: Arguments, fallback: number, most: number): number => {
  const value = given.value(0);
  if (typeof value !== 'object') return given.amount(0, most) ?? fallback;
  const { count, length } = given.object(0) ?? {};
  const wanted = count ?? length ?? fallback;
  if (typeof wanted !== 'number' || !Number.isInteger(wanted) || wanted < 0 || wanted > most) {
    throw given.refusal(`a whole number from 0 to ${most}`);
  }
  return wanted;
};

const characters =
  (draw: (faker: Faker, length: number) => string, fallback = 1): Helper =>
  (given): Draw => {
    const length = countOf(given, fallback, 100_000);
    return ({ faker }) => draw(faker, length);
  };

const WORDS: readonly ((faker: Faker) => string)[] = [
  (faker) => faker.commerce.department(),
  (faker) => faker.commerce.productName(),
  (faker) => faker.commerce.productAdjective(),
  (faker) => faker.commerce.productMaterial(),
  (faker) => faker.commerce.product(),
  (faker) => faker.color.human(),
  (faker) => faker.company.catchPhraseAdjective(),
  (faker) => faker.company.catchPhraseDescriptor(),
  (faker) => faker.company.catchPhraseNoun(),
  (faker) => faker.company.buzzAdjective(),
  (faker) => faker.company.buzzVerb(),
  (faker) => faker.company.buzzNoun(),
  (faker) => faker.location.county(),
  (faker) => faker.location.country(),
  (faker) => faker.location.state(),
  (faker) => faker.finance.accountName(),
  (faker) => faker.finance.transactionType(),
  (faker) => faker.finance.currencyName(),
  (faker) => faker.hacker.noun(),
  (faker) => faker.hacker.verb(),
  (faker) => faker.hacker.adjective(),
  (faker) => faker.hacker.ingverb(),
  (faker) => faker.hacker.abbreviation(),
  (faker) => faker.person.jobDescriptor(),
  (faker) => faker.person.jobArea(),
  (faker) => faker.person.jobType(),
];

export const randomWord = (faker: Faker): string => faker.helpers.arrayElement(WORDS)(faker);
export const randomWords = (faker: Faker, count?: number): string =>
  Array.from({ length: count ?? faker.number.int({ min: 1, max: 3 }) }, () => randomWord(faker)).join(' ');

/** The locales of the old faker, by its names. */
const LOCALES = (
  'az cz de de_AT de_CH en en_AU en_BORK en_CA en_GB en_IE en_IND en_US en_au_ocker es es_MX fa fr fr_CA ge id_ID it ja ko nb_NO nep nl pl ' +
  'pt_BR ru sk sv tr uk vi zh_CN zh_TW'
).split(' ');

export const uuid: Helper = plain((faker) => faker.string.uuid());
export const boolean: Helper = plain((faker) => faker.datatype.boolean());
export const number = ranged(99_999, 1, 'max');
/** Its one number is the step, as in the old faker. */
export const float = ranged(99_999, 0.01, 'precision');
export const hexaDecimal = characters((faker, length) => faker.string.hexadecimal({ length, casing: 'lower' }));

export const RANDOM: Module = {
  number,
  float,
  arrayElement: (given) => {
    const elements = given.array(0) ?? LETTERS;
    return ({ faker }) => faker.helpers.arrayElement(elements);
  },
  arrayElements: (given) => {
    const elements = given.array(0) ?? LETTERS;
    const count = given.amount(1, elements.length);
    return ({ faker }) => faker.helpers.arrayElements(elements, count ?? { min: 1, max: elements.length });
  },
  weightedArrayElement: weighted,
  objectElement,
  uuid,
  boolean,
  word: plain(randomWord),
  words: (given) => {
    const count = given.amount(0, 10_000);
    return ({ faker }) => randomWords(faker, count);
  },
  image: plain((faker) => imageUrl(faker)),
  locale: plain((faker) => faker.helpers.arrayElement(LOCALES)),
  alpha: characters((faker, length) => faker.string.alpha({ length, casing: 'lower' })),
  alphaNumeric: characters((faker, length) => faker.string.alphanumeric({ length, casing: 'lower' })),
  hexaDecimal,
};

/** (max, or {"min": …, "max": …}) in milliseconds since the epoch: from February 1990 to February 2100. */
const datetime: Helper = (given) => {
  const range = rangeOf(given, { min: Date.UTC(1990, 1, 1), max: Date.UTC(2100, 1, 1), step: 1 });
  if (Math.max(-range.min, range.max) > LAST_INSTANT)
    throw given.refusal(`milliseconds from ${-LAST_INSTANT} to ${LAST_INSTANT}`);
  return ({ faker, zone }) => dateText(numberIn(faker, range), zone);
};
const LAST_INSTANT = 8_640_000_000_000_000;

const ANY_NUMBER = { min: 0, max: 99_999, step: 1 };
const textOrNumber = (faker: Faker): string | number =>
  faker.datatype.boolean() ? faker.string.sample(10) : numberIn(faker, ANY_NUMBER);

export const DATATYPE: Module = {
  number,
  float,
  uuid,
  boolean,
  hexaDecimal,
  string: characters((faker, length) => faker.string.sample(length), 10),
  datetime,
  json: plain((faker) =>
    Object.fromEntries(['foo', 'bar', 'bike', 'a', 'b', 'name', 'prop'].map((name) => [name, textOrNumber(faker)])),
  ),
  array: (given) => {
    const length = given.amount(0, 10_000) ?? 10;
    return ({ faker }) => Array.from({ length }, () => textOrNumber(faker));
  },
};

/** (max, min): a whole number from the minimum to below the maximum. */
export const MERSENNE: Module = {
  rand: (given) => {
    const [max, min] = [given.number(0) ?? 32_768, given.number(1) ?? 0] as const;
    if (!(min < max) || max - min > Number.MAX_SAFE_INTEGER) throw given.refusal('a maximum and a minimum below it');
    return ({ faker }) => numberIn(faker, { min: Math.floor(min), max: Math.ceil(max) - 1, step: 1 });
  },
};
