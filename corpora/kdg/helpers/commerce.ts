import type { Faker } from '@faker-js/faker';
import type { Module } from '../helper';
import { plain } from '../helper';
import { endsOf } from '../numbers';

/** (min, max, decimals, symbol): a whole amount, written with decimals. 0 counts as none, as in the old faker. */
const price: Module[string] = (given) => {
  const { min, max } = endsOf(given.nonZero(0), given.nonZero(1), { min: 0, max: 1_000 });
  const decimals = given.nonZeroAmount(2, 10) ?? 2;
  if (min < 0 || min > max) throw given.refusal('min, max, decimals and a symbol with 0 <= min <= max');
  const symbol = given.count > 3 ? (given.text(3) ?? '') : '';
  return ({ faker }) =>
    symbol + faker.number.int({ min: Math.ceil(min), max: Math.floor(Math.max(Math.ceil(min), max)) }).toFixed(decimals);
};

export const COMMERCE: Module = {
  color: plain((faker) => faker.color.human()),
  department: plain((faker) => faker.commerce.department()),
  productName: plain((faker) => faker.commerce.productName()),
  price,
  productAdjective: plain((faker) => faker.commerce.productAdjective()),
  productMaterial: plain((faker) => faker.commerce.productMaterial()),
  product: plain((faker) => faker.commerce.product()),
  productDescription: plain((faker) => faker.commerce.productDescription()),
};

// Not named in faker's types, and there in English since the first of them.
const suffixes = (faker: Faker): readonly string[] => faker.definitions.company['legal_entity_type'] as readonly string[];
const companySuffix = (faker: Faker): string => faker.helpers.arrayElement(suffixes(faker));

const COMPANY_FORMATS: readonly ((faker: Faker) => string)[] = [
  (faker) => `${faker.person.lastName()} ${companySuffix(faker)}`,
  (faker) => `${faker.person.lastName()} - ${faker.person.lastName()}`,
  (faker) => `${faker.person.lastName()}, ${faker.person.lastName()} and ${faker.person.lastName()}`,
];

export const companyName = (faker: Faker, format?: number): string =>
  (COMPANY_FORMATS[format ?? -1] ?? faker.helpers.arrayElement(COMPANY_FORMATS))(faker);

export const COMPANY: Module = {
  suffixes: plain(suffixes),
  companyName: (given) => {
    const format = given.amount(0, COMPANY_FORMATS.length - 1);
    return ({ faker }) => companyName(faker, format);
  },
  companySuffix: plain(companySuffix),
  catchPhrase: plain((faker) => faker.company.catchPhrase()),
  bs: plain((faker) => `${faker.company.buzzAdjective()} ${faker.company.buzzVerb()} ${faker.company.buzzNoun()}`),
  catchPhraseAdjective: plain((faker) => faker.company.catchPhraseAdjective()),
  catchPhraseDescriptor: plain((faker) => faker.company.catchPhraseDescriptor()),
  catchPhraseNoun: plain((faker) => faker.company.catchPhraseNoun()),
  bsAdjective: plain((faker) => faker.company.buzzAdjective()),
  bsBuzz: plain((faker) => faker.company.buzzVerb()),
  bsNoun: plain((faker) => faker.company.buzzNoun()),
};

export const DATABASE: Module = {
  column: plain((faker) => faker.database.column()),
  type: plain((faker) => faker.database.type()),
  collation: plain((faker) => faker.database.collation()),
  engine: plain((faker) => faker.database.engine()),
};
