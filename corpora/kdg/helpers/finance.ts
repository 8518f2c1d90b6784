import type { Faker } from '@faker-js/faker';
import type { Helper, Module } from '../helper';
import { plain } from '../helper';
import { decimalIn, endsOf } from '../numbers';
import { digitsInto } from '../patterns';
import { companyName } from './commerce';

/** Digits of an account or a card that anybody could want. */
const MOST_DIGITS = 1_000;

export const account = (faker: Faker, length = 8): string => faker.string.numeric({ length: length === 0 ? 8 : length });
export const mask = (faker: Faker, length = 4, brackets = false, dots = false): string => {
  const digits = `${dots ? '...' : ''}${faker.string.numeric({ length: length === 0 ? 4 : length })}`;
  return brackets ? `(${digits})` : digits;
};

const amountOf: Helper = (given) => {
  const { min, max } = endsOf(given.nonZero(0), given.nonZero(1), { min: 0, max: 1_000 });
  const decimals = given.amount(2, 10) ?? 2;
  if (min > max) throw given.refusal('min, max, decimals and a symbol with min at most max');
  const symbol = given.count > 3 ? (given.text(3) ?? '') : '';
  return ({ faker }) => symbol + decimalIn(faker, min, max, decimals);
};

export const amount = (faker: Faker): string => decimalIn(faker, 0, 1_000, 2);

export const FINANCE: Module = {
  account: (given) => {
    const length = given.amount(0, MOST_DIGITS);
    return ({ faker }) => account(faker, length);
  },
  accountName: plain((faker) => faker.finance.accountName()),
  mask: (given) => {
    const [length, brackets, dots] = [given.amount(0, MOST_DIGITS), given.boolean(1), given.boolean(2)] as const;
    return ({ faker }) => mask(faker, length, brackets, dots);
  },
  amount: amountOf,
  transactionType: plain((faker) => faker.finance.transactionType()),
  currencyCode: plain((faker) => faker.finance.currencyCode()),
  currencyName: plain((faker) => faker.finance.currencyName()),
  currencySymbol: plain((faker) => faker.finance.currencySymbol()),
  bitcoinAddress: plain((faker) => faker.finance.bitcoinAddress()),
  litecoinAddress: plain((faker) => faker.finance.litecoinAddress()),
  ethereumAddress: plain((faker) => faker.finance.ethereumAddress()),
  iban: (given) => {
    const formatted = given.boolean(0);
    const countryCode = given.count > 1 ? given.text(1) : undefined;
    return ({ faker }) => faker.finance.iban({ formatted, ...(countryCode !== undefined && { countryCode }) });
  },
  bic: plain((faker) => faker.finance.bic()),
  routingNumber: plain((faker) => faker.finance.routingNumber()),
  creditCardNumber: (given) => {
    const issuer = given.text(0) ?? '';
    return ({ faker }) =>
      issuer.includes('#') ? digitsInto(faker, issuer.replaceAll('/', '')) : faker.finance.creditCardNumber({ issuer });
  },
  creditCardCVV: plain((faker) => faker.finance.creditCardCVV()),
  transactionDescription: plain(
    (faker) =>
      `${faker.finance.transactionType()} transaction at ${companyName(faker)} using card ending with ***${mask(faker)} ` +
      `for ${faker.finance.currencyCode()} ${amount(faker)} in account ***${account(faker)}`,
  ),
};
