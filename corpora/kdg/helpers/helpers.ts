import type { Faker } from '@faker-js/faker';
import type { Module, Scene } from '../helper';
import { plain } from '../helper';
import { decimalIn } from '../numbers';
import { digitsInto, expandPattern, formatPattern } from '../patterns';
import { city, streetAddress, streetName } from './address';
import { companyName } from './commerce';
import { account, amount, mask } from './finance';

const bs = (faker: Faker): string => `${faker.company.buzzAdjective()} ${faker.company.buzzVerb()} ${faker.company.buzzNoun()}`;

const company = (faker: Faker) => ({ name: companyName(faker), catchPhrase: faker.company.catchPhrase(), bs: bs(faker) });
const geo = (faker: Faker) => ({ lat: decimalIn(faker, -90, 90, 4), lng: decimalIn(faker, -180, 180, 4) });
const address = (faker: Faker) => ({
  street: streetName(faker),
  suite: faker.location.secondaryAddress(),
  city: city(faker),
  zipcode: faker.location.zipCode(),
  geo: geo(faker),
});
const contact = (faker: Faker) => ({ phone: faker.phone.number(), website: faker.internet.domainName() });

const transaction = (faker: Faker) => ({
  amount: amount(faker),
  date: '2012-02-02T00:00:00.000Z',
  business: companyName(faker),
  name: `${faker.finance.accountName()} ${mask(faker)}`,
  type: faker.finance.transactionType(),
  account: account(faker),
});

const post = (faker: Faker) => ({
  words: faker.lorem.words(),
  sentence: faker.lorem.sentence(),
  sentences: faker.lorem.sentences({ min: 2, max: 6 }, ' '),
  paragraph: faker.lorem.paragraph(),
});

const card = (faker: Faker) => ({
  name: faker.person.fullName(),
  username: faker.internet.username(),
  email: faker.internet.email(),
  address: {
    streetA: streetName(faker),
    streetB: streetAddress(faker),
    streetC: `${streetAddress(faker)} ${faker.location.secondaryAddress()}`,
    streetD: faker.location.secondaryAddress(),
    city: city(faker),
    state: faker.location.state(),
    country: faker.location.country(),
    zipcode: faker.location.zipCode(),
    geo: geo(faker),
  },
  ...contact(faker),
  company: company(faker),
  posts: [post(faker), post(faker), post(faker)],
  accountHistory: [transaction(faker), transaction(faker), transaction(faker)],
});

const contextualCard = (faker: Faker, { nowMillis }: Scene) => {
  const name = faker.person.firstName();
  const username = faker.internet.username({ firstName: name });
  return {
    name,
    username,
    avatar: faker.image.avatar(),
    email: faker.internet.email({ firstName: name }),
    dob: faker.date.past({ years: 50, refDate: nowMillis }).toISOString(),
    ...contact(faker),
    address: address(faker),
    company: company(faker),
  };
};

const userCard = (faker: Faker) => ({
  name: faker.person.fullName(),
  username: faker.internet.username(),
  email: faker.internet.email(),
  address: address(faker),
  ...contact(faker),
  company: company(faker),
});

const LETTERS = ['a', 'b', 'c'];

/** Cards and transactions are written as JSON, where the Kinesis Data Generator writes `[object Object]`. */
export const HELPERS: Module = {
  randomize: (given) => {
    const elements = given.array(0) ?? LETTERS;
    return ({ faker }) => faker.helpers.arrayElement(elements);
  },
  slugify: (given) => {
    const text = given.text(0) ?? '';
    return ({ faker }) => faker.helpers.slugify(text);
  },
  replaceSymbolWithNumber: (given) => {
    const [pattern, symbol] = [given.text(0) ?? '', given.count > 1 ? given.text(1) : undefined] as const;
    return ({ faker }) => digitsInto(faker, pattern, symbol);
  },
  replaceSymbols: (given) => {
    const pattern = given.text(0) ?? '';
    return ({ faker }) => formatPattern(faker, pattern);
  },
  replaceCreditCardSymbols: (given) => {
    const pattern = given.text(0) ?? '6453-####-####-####-###L';
    return ({ faker }) => faker.helpers.replaceCreditCardSymbols(pattern);
  },
  regexpStyleStringParse: (given) => {
    const pattern = given.text(0) ?? '';
    return ({ faker }) => expandPattern(faker, pattern);
  },
  repeatString: (given) => {
    const [text, times] = [given.text(0) ?? '', given.amount(1, 10_000) ?? 1] as const;
    return () => text.repeat(times);
  },
  shuffle: (given) => {
    const elements = given.array(0) ?? LETTERS;
    return ({ faker }) => faker.helpers.shuffle(elements);
  },
  uniqueArray: (given) => {
    const elements = given.array(0) ?? LETTERS;
    const length = given.amount(1, elements.length) ?? elements.length;
    return ({ faker }) => faker.helpers.uniqueArray(elements, length);
  },
  mustache: (given) => {
    const text = given.text(0) ?? '';
    const values = Object.entries(given.count > 1 ? (given.object(1) ?? {}) : {});
    return () => values.reduce((filled, [name, value]) => filled.replaceAll(`{{${name}}}`, () => String(value)), text);
  },
  createCard: plain(card),
  contextualCard: plain(contextualCard),
  userCard: plain(userCard),
  createTransaction: plain(transaction),
};
