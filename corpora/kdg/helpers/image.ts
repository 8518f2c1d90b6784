import type { Faker } from '@faker-js/faker';
import type { Helper, Module } from '../helper';
import { plain } from '../helper';

const CATEGORIES = [
  'abstract',
  'animals',
  'business',
  'cats',
  'city',
  'food',
  'nightlife',
  'fashion',
  'people',
  'nature',
  'sports',
  'technics',
  'transport',
] as const;

const MOST_PIXELS = 10_000;

/** The service that the old faker names is gone; the address has its shape and leads to a picture. */
const urlOf = (width: number, height: number, category: string | undefined, draw: number | undefined): string => {
  const seed = [category ?? 'any', ...(draw === undefined ? [] : [draw])].join('-');
  return `https://picsum.photos/seed/${encodeURIComponent(seed)}/${width}/${height}`;
};

export const imageUrl = (faker: Faker): string => urlOf(640, 480, faker.helpers.arrayElement(CATEGORIES), undefined);

/** (width, height, whether each is another picture) of a category; undefined draws one. */
const picture =
  (category: string | undefined): Helper =>
  (given) => {
    const [width, height, vary] = [
      given.nonZeroAmount(0, MOST_PIXELS) ?? 640,
      given.nonZeroAmount(1, MOST_PIXELS) ?? 480,
      given.boolean(2),
    ] as const;
    return ({ faker }) =>
      urlOf(width, height, category ?? faker.helpers.arrayElement(CATEGORIES), vary ? faker.number.int(99_999) : undefined);
  };

export const IMAGE: Module = {
  image: picture(undefined),
  avatar: plain((faker) => faker.image.avatar()),
  imageUrl: (given) => {
    const [width, height] = [given.nonZeroAmount(0, MOST_PIXELS) ?? 640, given.nonZeroAmount(1, MOST_PIXELS) ?? 480] as const;
    const [category, vary] = [given.count > 2 ? given.text(2) : undefined, given.boolean(3)] as const;
    return ({ faker }) => urlOf(width, height, category, vary ? faker.number.int(99_999) : undefined);
  },
  dataUri: (given) => {
    const [width, height] = [given.nonZeroAmount(0, MOST_PIXELS) ?? 640, given.nonZeroAmount(1, MOST_PIXELS) ?? 480] as const;
    return ({ faker }) => faker.image.dataUri({ width, height });
  },
  ...Object.fromEntries(CATEGORIES.map((category) => [category, picture(category)])),
};
