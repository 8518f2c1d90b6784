import type { SexType } from '@faker-js/faker';
import type { Arguments } from '../arguments';
import type { Module } from '../helper';
import { plain } from '../helper';

/** 0 or "male", any other number or "female"; undefined, which is either, for whatever else is given, as in the old faker. */
const sexOf = (given: Arguments, index = 0): SexType | undefined => {
  const value = given.value(index);
  if (typeof value === 'number') return value === 0 ? 'male' : 'female';
  const text = typeof value === 'string' ? value.toLowerCase() : undefined;
  return text === 'male' || text === 'female' ? text : undefined;
};

const sexed =
  (name: 'firstName' | 'lastName' | 'middleName' | 'prefix'): Module[string] =>
  (given) => {
    const sex = sexOf(given);
    return ({ faker }) => faker.person[name](sex);
  };

export const NAME: Module = {
  firstName: sexed('firstName'),
  lastName: sexed('lastName'),
  middleName: sexed('middleName'),
  findName: (given) => {
    const [firstName, lastName] = [given.text(0), given.count > 1 ? given.text(1) : undefined] as const;
    const sex = given.count > 2 ? sexOf(given, 2) : undefined;
    return ({ faker }) =>
      faker.person.fullName({
        ...(firstName !== undefined && { firstName }),
        ...(lastName !== undefined && { lastName }),
        ...(sex !== undefined && { sex }),
      });
  },
  gender: (given) => {
    const binary = given.boolean(0);
    return ({ faker }) => (binary ? faker.person.sex() : faker.person.gender());
  },
  prefix: sexed('prefix'),
  suffix: plain((faker) => faker.person.suffix()),
  jobTitle: plain((faker) => faker.person.jobTitle()),
  title: plain((faker) => `${faker.person.jobDescriptor()} ${faker.person.jobArea()} ${faker.person.jobType()}`),
  jobDescriptor: plain((faker) => faker.person.jobDescriptor()),
  jobArea: plain((faker) => faker.person.jobArea()),
  jobType: plain((faker) => faker.person.jobType()),
};
