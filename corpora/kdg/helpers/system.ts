import type { Faker } from '@faker-js/faker';
import type { Module } from '../helper';
import { plain } from '../helper';
import { randomWords } from './random';

const fileName = (faker: Faker, extension: string): string =>
  `${randomWords(faker)
    .replaceAll(/[ ,\-\\/]/g, '_')
    .toLowerCase()}.${extension}`;

export const SYSTEM: Module = {
  fileName: plain((faker) => fileName(faker, faker.system.fileExt())),
  commonFileName: (given) => {
    const extension = given.text(0);
    return ({ faker }) => fileName(faker, extension ?? faker.system.commonFileExt());
  },
  mimeType: plain((faker) => faker.system.mimeType()),
  commonFileType: plain((faker) => faker.system.commonFileType()),
  commonFileExt: plain((faker) => faker.system.commonFileExt()),
  fileType: plain((faker) => faker.system.fileType()),
  fileExt: (given) => {
    const mimeType = given.text(0);
    return ({ faker }) => faker.system.fileExt(mimeType);
  },
  directoryPath: plain((faker) => faker.system.directoryPath()),
  filePath: plain((faker) => faker.system.filePath()),
  semver: plain((faker) => `${faker.number.int(9)}.${faker.number.int(9)}.${faker.number.int(9)}`),
};

export const HACKER: Module = {
  abbreviation: plain((faker) => faker.hacker.abbreviation()),
  adjective: plain((faker) => faker.hacker.adjective()),
  noun: plain((faker) => faker.hacker.noun()),
  verb: plain((faker) => faker.hacker.verb()),
  ingverb: plain((faker) => faker.hacker.ingverb()),
  phrase: plain((faker) => faker.hacker.phrase()),
};

export const VEHICLE: Module = {
  vehicle: plain((faker) => faker.vehicle.vehicle()),
  manufacturer: plain((faker) => faker.vehicle.manufacturer()),
  model: plain((faker) => faker.vehicle.model()),
  type: plain((faker) => faker.vehicle.type()),
  fuel: plain((faker) => faker.vehicle.fuel()),
  vin: plain((faker) => faker.vehicle.vin()),
  color: plain((faker) => faker.vehicle.color()),
  vrm: plain((faker) => faker.vehicle.vrm()),
  bicycle: plain((faker) => faker.vehicle.bicycle()),
};

export const MUSIC: Module = { genre: plain((faker) => faker.music.genre()) };

/** Names as the old faker has them, which are functions of today's. */
const ANIMALS = [
  'bear',
  'bird',
  'cat',
  'cetacean',
  'cow',
  'crocodilia',
  'dog',
  'fish',
  'horse',
  'insect',
  'lion',
  'rabbit',
  'snake',
  'type',
] as const;

export const ANIMAL: Module = Object.fromEntries(ANIMALS.map((name) => [name, plain((faker) => faker.animal[name]())]));

export const GIT: Module = {
  branch: plain((faker) => faker.git.branch()),
  commitEntry: (given) => {
    const merge = given.object(0, '{"merge": true}')?.['merge'] === true;
    return ({ faker, nowMillis }) => faker.git.commitEntry({ refDate: nowMillis, ...(merge && { merge }) }).trim();
  },
  commitMessage: plain((faker) => faker.git.commitMessage()),
  commitSha: plain((faker) => faker.git.commitSha()),
  shortSha: plain((faker) => faker.git.commitSha({ length: 7 })),
};
