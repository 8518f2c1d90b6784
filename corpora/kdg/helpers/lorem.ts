import type { Helper, Module } from '../helper';
import { plain } from '../helper';

/** Words, sentences, paragraphs or lines that anybody could want of one record. */
const MOST = 10_000;

/** (count, separator). */
const counted =
  (
    draw: (faker: Parameters<Parameters<typeof plain>[0]>[0], count: number | undefined, separator: string | undefined) => string,
  ): Helper =>
  (given) => {
    const [count, separator] = [given.amount(0, MOST), given.count > 1 ? given.text(1) : undefined] as const;
    return ({ faker }) => draw(faker, count, separator);
  };

/** Line breaks that a helper makes become blanks when the record is written: one record is one line. */
export const LOREM: Module = {
  word: plain((faker) => faker.lorem.word()),
  words: counted((faker, count = 3) => faker.lorem.words(count)),
  sentence: counted((faker, count) => faker.lorem.sentence(count ?? { min: 3, max: 10 })),
  slug: counted((faker, count = 3) => faker.lorem.slug(count)),
  sentences: counted((faker, count, separator) => faker.lorem.sentences(count ?? { min: 2, max: 6 }, separator)),
  paragraph: counted((faker, count = 3) => faker.lorem.paragraph({ min: count, max: count + 3 })),
  paragraphs: counted((faker, count = 3, separator = '\n \r') => faker.lorem.paragraphs(count, separator)),
  text: plain((faker) => faker.lorem.text()),
  lines: counted((faker, count) => faker.lorem.lines(count)),
};
