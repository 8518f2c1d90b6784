import type { Module } from '../helper';
import { plain } from '../helper';
import { digitsInto } from '../patterns';

/** First and last name, in this order; undefined where not given. */
const namesOf = (given: Parameters<Module[string]>[0]) => {
  const [firstName, lastName] = [given.text(0), given.count > 1 ? given.text(1) : undefined] as const;
  return { ...(firstName !== undefined && { firstName }), ...(lastName !== undefined && { lastName }) };
};

const twoDigits = (value: number): string => value.toString(16).padStart(2, '0');

export const INTERNET: Module = {
  avatar: plain((faker) => faker.image.avatar()),
  email: (given) => {
    const names = namesOf(given);
    const provider = given.count > 2 ? given.text(2) : undefined;
    return ({ faker }) => faker.internet.email({ ...names, ...(provider !== undefined && { provider }) });
  },
  exampleEmail: (given) => {
    const names = namesOf(given);
    return ({ faker }) => faker.internet.exampleEmail(names);
  },
  userName: (given) => {
    const names = namesOf(given);
    return ({ faker }) => faker.internet.username(names);
  },
  protocol: plain((faker) => faker.internet.protocol()),
  url: plain((faker) => `${faker.internet.protocol()}://${faker.internet.domainName()}`),
  domainName: plain((faker) => faker.internet.domainName()),
  domainSuffix: plain((faker) => faker.internet.domainSuffix()),
  domainWord: plain((faker) => faker.internet.domainWord()),
  ip: plain((faker) => faker.internet.ipv4()),
  ipv6: plain((faker) => faker.internet.ipv6()),
  port: plain((faker) => faker.internet.port()),
  httpMethod: plain((faker) => faker.internet.httpMethod()),
  userAgent: plain((faker) => faker.internet.userAgent()),
  // Mixed with a base colour, as the old faker does: without one the colours are dark.
  color: (given) => {
    const base = [0, 1, 2].map((index) => given.amount(index, 255) ?? 0);
    return ({ faker }) => `#${base.map((part) => twoDigits(Math.floor((faker.number.int(255) + part) / 2))).join('')}`;
  },
  mac: plain((faker) => faker.internet.mac()),
  password: (given) => {
    const [length, memorable] = [given.nonZeroAmount(0, 10_000) ?? 15, given.boolean(1)] as const;
    const prefix = given.count > 3 ? given.text(3) : undefined;
    return ({ faker }) => faker.internet.password({ length, memorable, ...(prefix !== undefined && { prefix }) });
  },
};

const PHONE_SHAPES = ['###-###-####', '(###) ###-####', '1-###-###-####', '###.###.####'];
/** The old faker's English list, in its order: templates name formats by their place in it. */
const PHONE_FORMATS = ['', '', ' x###', ' x####', ' x#####'].flatMap((extension) =>
  PHONE_SHAPES.map((shape) => shape + extension),
);

export const PHONE: Module = {
  phoneNumber: (given) => {
    const format = given.text(0);
    return ({ faker }) => (format === undefined ? faker.phone.number() : digitsInto(faker, format));
  },
  phoneNumberFormat: (given) => {
    const format = PHONE_FORMATS[given.amount(0, PHONE_FORMATS.length - 1) ?? 0]!;
    return ({ faker }) => digitsInto(faker, format);
  },
  phoneFormats: plain((faker) => faker.helpers.arrayElement(PHONE_FORMATS)),
};
