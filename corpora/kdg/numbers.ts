import type { Faker } from '@faker-js/faker';
import { numberOf, type Arguments } from './arguments';

/** A range of numbers, both ends included, in steps. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

const TAKES = 'a number (the maximum) or {"min": …, "max": …, "precision": …} with min at most max';

interface Ends {
  readonly min: number;
  readonly max: number;
}

/**
 * The ends of a range of which one may be missing. Where what is given lies beyond what would be taken for the other end, the old faker draws
 * backwards, past the end that is given. Here that end holds: a minimum moves the maximum up by as much, and a maximum is the minimum.
 */
export const endsOf = (min: number | undefined, max: number | undefined, fallback: Ends): Ends => {
  if (max === undefined) {
    const least = min ?? fallback.min;
    return { min: least, max: least <= fallback.max ? fallback.max : least + fallback.max };
  }
  return min === undefined && max < fallback.min ? { min: max, max: fallback.min } : { min: min ?? fallback.min, max };
};

/** The options of `random.number` and its kin: one number, which is the maximum unless it is said to be the step, or an object. */
export const rangeOf = (given: Arguments, fallback: Range, single: 'max' | 'precision' = 'max'): Range => {
  const value = given.value(0);
  const options = typeof value === 'object' ? (given.object(0, TAKES) ?? {}) : { [single]: given.number(0, TAKES) };
  const [least, most, precision] = ['min', 'max', 'precision'].map((name) => {
    const option = options[name];
    const number = numberOf(option);
    if (option !== undefined && (number === undefined || Math.abs(number) > Number.MAX_SAFE_INTEGER)) throw given.refusal(TAKES);
    return number;
  });
  const { min, max } = endsOf(least, most, fallback);
  const step = precision ?? fallback.step;
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
