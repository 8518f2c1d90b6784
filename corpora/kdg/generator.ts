import { Faker, base, en } from '@faker-js/faker';
import { IANAZone } from 'luxon';
import { UsageError } from '../../contracts/errors';
import { Random } from '../random';
import { Arguments } from './arguments';
import type { Draw } from './helper';
import { helperOf } from './table';
import { parseTemplate } from './template';

/**
 * Records of a template. Each is drawn from where it stands, the seed and its index, so record one million can be made without those before
 * it, and the same seed makes the same records: what names the present apart, which is the present that is given.
 */
export interface Generator {
  /** Whether its records say when they were made, so that they can be late. */
  readonly timed: boolean;
  /** The text of a record: one line, without a line break at its end. */
  record(index: number, present: Present): string;
}

export interface Present {
  /** Milliseconds since the epoch. */
  readonly nowMillis: number;
  /** Simulated time, where one is simulated. @default the present */
  readonly simulatedMillis?: number;
}

export interface GeneratorOptions {
  readonly template: string;
  /** Unsigned, 32 bits. */
  readonly seed: number;
  /** IANA name of the zone of `date.now`. @default 'UTC' */
  readonly zone?: string;
}

/** @throws UsageError for a template that cannot be read, an unknown helper, arguments that it cannot take, an unknown zone. */
export const generatorOf = ({ template, seed, zone = 'UTC' }: GeneratorOptions): Generator => {
  if (!IANAZone.isValidZone(zone)) throw new UsageError(`zone "${zone}" is no time zone; write it as UTC or Europe/Prague.`);
  const { parts: written } = parseTemplate(template);
  const parts = written.map((part): string | Draw => (typeof part === 'string' ? part : helperOf(part)(new Arguments(part))));
  let random = new Random(seed, STREAM);
  const faker = new Faker({
    locale: [en, base],
    randomizer: { next: () => random.fraction53(), seed: () => undefined },
  });
  return {
    timed: written.some((part) => typeof part !== 'string' && /^(date|current|time)\./.test(part.name)),
    record(index, { nowMillis, simulatedMillis = nowMillis }) {
      random = new Random(seed, STREAM, index);
      faker.setDefaultRefDate(nowMillis);
      const scene = { faker, nowMillis, simulatedMillis, zone };
      return parts.map((part) => (typeof part === 'string' ? part : textOf(part(scene)))).join('');
    },
  };
};

const STREAM = 0xd6;

/** As a template shows a value: text as it is, lists with commas, objects as JSON; line breaks become blanks, as a record is one line. */
const textOf = (value: unknown): string => {
  const text = typeof value === 'object' && value !== null && !Array.isArray(value) ? JSON.stringify(value) : String(value);
  return /[\r\n]/.test(text) ? text.replaceAll(/\s*[\r\n]\s*/g, ' ') : text;
};
