import { UsageError } from '../../contracts/errors';
import type { Call } from './template';
import { placeOf } from './template';

/**
 * The arguments of one helper. The generator knows one argument, a JSON value, or what is no JSON as text as it stands: `{{date.utc(YYYY)}}`.
 * Here several JSON values may follow each other, which are the positional arguments of the old faker.
 */
export class Arguments {
  readonly #values: readonly unknown[];
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
    this.#values = valuesOf(call.argument);
  }

  get count(): number {
    return this.#values.length;
  }

  /** A sentence that names the helper, its place, what it was given and what it takes. */
  refusal(takes: string): UsageError {
    const { name, argument } = this.#call;
    const given = argument.trim().length > 60 ? `${argument.trim().slice(0, 60)}…` : argument.trim();
    const was = given === '' ? 'got nothing' : `got ${given}`;
    return new UsageError(`{{${name}}} at ${placeOf(this.#call)} of the template takes ${takes}, but ${was}.`);
  }

  /** The value at a place as it is; undefined where none is given. null counts as none. */
  value(index: number): unknown {
    return this.#values[index] ?? undefined;
  }

  text(index: number, takes = 'a text'): string | undefined {
    const value = this.value(index);
    if (value === undefined) return undefined;
    if (typeof value === 'object') throw this.refusal(takes);
    // A format such as 0042 or 007 is text although it looks like a number.
    return typeof value === 'string' || this.count > 1 ? String(value) : this.#call.argument.trim();
  }

  number(index: number, takes = 'a number'): number | undefined {
    const value = this.value(index);
    if (value === undefined) return undefined;
    const number = numberOf(value);
    if (number === undefined) throw this.refusal(takes);
    return number;
  }

  /** A number of which 0 counts as none, as the old faker reads its positional arguments. */
  nonZero(index: number): number | undefined {
    const value = this.number(index);
    return value === 0 ? undefined : value;
  }

  nonZeroAmount(index: number, most: number): number | undefined {
    const value = this.amount(index, most);
    return value === 0 ? undefined : value;
  }

  /** How many of something. */
  amount(index: number, most: number): number | undefined {
    const value = this.number(index, `a whole number from 0 to ${most}`);
    if (value !== undefined && (!Number.isInteger(value) || value < 0 || value > most)) {
      throw this.refusal(`a whole number from 0 to ${most}`);
    }
    return value;
  }

  boolean(index: number): boolean {
    const value = this.value(index);
    if (value === undefined) return false;
    if (typeof value !== 'boolean') throw this.refusal('true or false');
    return value;
  }

  array(index: number, takes = 'a JSON array with at least one element'): readonly unknown[] | undefined {
    const value = this.value(index);
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || value.length === 0) throw this.refusal(takes);
    return value as readonly unknown[];
  }

  object(index: number, takes = 'a JSON object'): Readonly<Record<string, unknown>> | undefined {
    const value = this.value(index);
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || Array.isArray(value)) throw this.refusal(takes);
    return value as Readonly<Record<string, unknown>>;
  }
}

/** A number, or a text that is one: `"3"`. Undefined for anything else. */
export const numberOf = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
};

const valuesOf = (argument: string): readonly unknown[] => {
  if (argument.trim() === '') return [];
  const one = parsed(argument);
  if (one !== undefined) return [one.value];
  const several = parsed(`[${argument}]`);
  return several === undefined ? [argument] : (several.value as readonly unknown[]);
};

const parsed = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    return undefined;
  }
};
