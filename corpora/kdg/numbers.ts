import type { Faker } from '@faker-js/faker';
import type { Arguments } from './arguments';

/** A range of numbers, both ends included, in steps. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

const TAKES = 'a number (the maximum) or {"min": …, "max": …, "precision": …} with min at most max';

/** The options of `random.number` and its kin: a maximum, or an object. */
export const rangeOf = (given: Arguments, fallback: Range): Range => {
  const value = given.value(0);
  const options = typeof value === 'number' ? { max: value } : given.object(0, TAKES);
  const { min, max, precision: step } = { ...fallback, precision: fallback.step, ...options };
  for (const number of [min, max, step]) {
    if (typeof number !== 'number' || !Number.isFinite(number) || Math.abs(number) > Number.MAX_SAFE_INTEGER) {
      throw given.refusal(TAKES);
    }
  }
  if (min > max || !(step > 0) || (max - min) / step > Number.MAX_SAFE_INTEGER) throw given.refusal(TAKES);
  return { min, max, step };
};

/** Decimals that a step has: 2 for 0.05. */
const decimalsOf = (step: number): number => {
  const [mantissa = '', exponent = '0'] = step.toString().split('e');
  return Math.max(0, (mantissa.split('.')[1]?.length ?? 0) - Number(exponent));
};

/** A multiple of the step from min to max; from min itself in steps where no multiple lies between them. */
export const numberIn = (faker: Faker, { min, max, step }: Range): number => {
  const [least, most] = [Math.ceil(min / step), Math.floor(max / step)];
  if (least > most) return min;
  const number = faker.number.int({ min: least, max: most }) * step;
  const decimals = decimalsOf(step);
  return decimals > 15 ? number : Number(number.toFixed(decimals));
};

/** A fixed number of decimals, as prices and coordinates have. */
export const decimalIn = (faker: Faker, min: number, max: number, decimals: number): string =>
  numberIn(faker, { min, max, step: 10 ** -decimals }).toFixed(decimals);
