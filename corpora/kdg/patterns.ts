import type { Faker } from '@faker-js/faker';

/** Every `symbol` becomes a digit; `!` becomes 2 to 9 where the symbol is `#`. */
export const digitsInto = (faker: Faker, pattern: string, symbol = '#'): string =>
  [...pattern]
    .map((character) => {
      if (character === symbol) return String(faker.number.int(9));
      return character === '!' && symbol === '#' ? String(faker.number.int({ min: 2, max: 9 })) : character;
    })
    .join('');

/** `#` becomes a digit, `?` a capital letter, `*` either. */
export const formatPattern = (faker: Faker, pattern: string): string =>
  [...pattern]
    .map((character) => {
      if (character === '#') return String(faker.number.int(9));
      const letter = character === '?' || (character === '*' && faker.datatype.boolean());
      if (letter) return faker.string.alpha({ casing: 'upper' });
      return character === '*' ? String(faker.number.int(9)) : character;
    })
    .join('');
