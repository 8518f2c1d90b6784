import type { Faker } from '@faker-js/faker';
import { formatPattern } from '../patterns';
import { decimalIn } from '../numbers';
import type { Helper, Module } from '../helper';
import { plain } from '../helper';

const CITY_FORMATS: readonly ((faker: Faker) => string)[] = [
  (faker) => `${cityPrefix(faker)} ${faker.person.firstName()}${citySuffix(faker)}`,
  (faker) => `${cityPrefix(faker)} ${faker.person.firstName()}`,
  (faker) => `${faker.person.firstName()}${citySuffix(faker)}`,
  (faker) => `${faker.person.lastName()}${citySuffix(faker)}`,
];

const cityPrefix = (faker: Faker): string => faker.helpers.arrayElement(faker.definitions.location.city_prefix);
const citySuffix = (faker: Faker): string => faker.helpers.arrayElement(faker.definitions.location.city_suffix);
const streetSuffix = (faker: Faker): string => faker.helpers.arrayElement(faker.definitions.location.street_suffix);

export const streetName = (faker: Faker): string =>
  `${faker.datatype.boolean() ? faker.person.lastName() : faker.person.firstName()} ${streetSuffix(faker)}`;
export const streetAddress = (faker: Faker): string =>
  `${faker.string.numeric({ length: faker.number.int({ min: 3, max: 5 }) })} ${streetName(faker)}`;

export const city = (faker: Faker, format?: number): string =>
  (CITY_FORMATS[format ?? -1] ?? faker.helpers.arrayElement(CITY_FORMATS))(faker);

/** (max, min, decimals), in this order; 0 counts as none, as in the old faker. */
const degrees =
  (limit: number): Helper =>
  (given) => {
    const [max, min, decimals] = [
      given.nonZero(0) ?? limit,
      given.nonZero(1) ?? -limit,
      given.nonZeroAmount(2, 10) ?? 4,
    ] as const;
    if (min > max) throw given.refusal('max, min and decimals with min at most max');
    return ({ faker }) => decimalIn(faker, min, max, decimals);
  };

const direction =
  (name: 'direction' | 'cardinalDirection' | 'ordinalDirection'): Helper =>
  (given) => {
    const abbreviated = given.boolean(0);
    return ({ faker }) => faker.location[name]({ abbreviated });
  };

export const ADDRESS: Module = {
  zipCode: (given) => {
    const format = given.text(0);
    return ({ faker }) => (format === undefined ? faker.location.zipCode() : formatPattern(faker, format));
  },
  zipCodeByState: plain((faker) => faker.location.zipCode()),
  city: (given) => {
    const format = given.amount(0, CITY_FORMATS.length - 1);
    return ({ faker }) => city(faker, format);
  },
  cityPrefix: plain(cityPrefix),
  citySuffix: plain(citySuffix),
  cityName: plain((faker) => faker.helpers.arrayElement(faker.definitions.location.city_name)),
  streetName: plain(streetName),
  streetAddress: (given) => {
    const full = given.boolean(0);
    return ({ faker }) => (full ? `${streetAddress(faker)} ${faker.location.secondaryAddress()}` : streetAddress(faker));
  },
  streetSuffix: plain(streetSuffix),
  // English has none; where one is written it is a direction.
  streetPrefix: plain((faker) => faker.location.cardinalDirection()),
  secondaryAddress: plain((faker) => faker.location.secondaryAddress()),
  buildingNumber: plain((faker) => faker.location.buildingNumber()),
  county: plain((faker) => faker.location.county()),
  country: plain((faker) => faker.location.country()),
  countryCode: (given) => {
    const variant = given.text(0) === 'alpha-3' ? 'alpha-3' : 'alpha-2';
    return ({ faker }) => faker.location.countryCode(variant);
  },
  state: plain((faker) => faker.location.state()),
  stateAbbr: plain((faker) => faker.location.state({ abbreviated: true })),
  latitude: degrees(90),
  longitude: degrees(180),
  direction: direction('direction'),
  cardinalDirection: direction('cardinalDirection'),
  ordinalDirection: direction('ordinalDirection'),
  nearbyGPSCoordinate: (given) => {
    const origin = given.array(0, '[latitude, longitude], a radius and whether it is metric');
    const [latitude, longitude] = origin ?? [];
    if (origin !== undefined && (typeof latitude !== 'number' || typeof longitude !== 'number')) {
      throw given.refusal('[latitude, longitude], a radius and whether it is metric');
    }
    const [radius, isMetric] = [given.nonZero(1) ?? 10, given.boolean(2)] as const;
    return ({ faker }) =>
      faker.location
        .nearbyGPSCoordinate({
          radius,
          isMetric,
          ...(origin !== undefined && { origin: [latitude as number, longitude as number] as [number, number] }),
        })
        .map((degree) => degree.toFixed(4));
  },
  timeZone: plain((faker) => faker.location.timeZone()),
};
