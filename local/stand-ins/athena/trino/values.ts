/** Types and values of Trino's protocol, as Athena answers them. Pure. */
import type { AthenaType } from '../types';
import { athenaNamed } from '../types';
import type { Json } from './json';
import { JsonNumber, listMember, member, numberMember, textMember } from './json';

/** `typeSignature` of a column: https://trino.io/docs/current/develop/client-protocol.html */
export interface TrinoType {
  readonly name: string;
  /** Of a decimal, a varchar. */
  readonly numbers: readonly number[];
  /** Of an array, a map, a row. */
  readonly inner: readonly { readonly field: string | undefined; readonly type: TrinoType }[];
}

export const trinoTypeOf = (signature: Json | undefined): TrinoType => {
  const inner: { readonly field: string | undefined; readonly type: TrinoType }[] = [];
  const numbers: number[] = [];
  for (const argument of listMember(signature, 'arguments')) {
    const value = member(argument, 'value');
    const kind = textMember(argument, 'kind');
    if (kind === 'TYPE') inner.push({ field: undefined, type: trinoTypeOf(value) });
    else if (kind === 'NAMED_TYPE')
      inner.push({
        field: textMember(member(value, 'fieldName'), 'name'),
        type: trinoTypeOf(member(value, 'typeSignature')),
      });
    else numbers.push(numberMember(argument, 'value') ?? 0);
  }
  return { name: textMember(signature, 'rawType') ?? 'unknown', numbers, inner };
};

/** As GetQueryResults names it. */
export const athenaType = ({ name, numbers }: TrinoType): AthenaType =>
  name === 'decimal'
    ? { name, precision: numbers[0] ?? 38, scale: numbers[1] ?? 0 }
    : athenaNamed(name === 'real' ? 'float' : name);

const bytesText = (base64: string): string =>
  [...Buffer.from(base64, 'base64')].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** The text of a value; undefined for NULL. */
export const athenaText = (value: Json, type: TrinoType): string | undefined => {
  if (value === null) return undefined;
  if (typeof value === 'boolean') return String(value);
  if (value instanceof JsonNumber) return value.text;
  if (typeof value === 'string') return type.name === 'varbinary' ? bytesText(value) : value;
  const part = (one: Json, index: number): string => athenaText(one, type.inner[index]?.type ?? UNKNOWN) ?? 'null';
  if (value instanceof Map) {
    return `{${[...(value as ReadonlyMap<string, Json>)].map(([key, one]) => `${key}=${part(one, 1)}`).join(', ')}}`;
  }
  const items = value as readonly Json[];
  return type.name === 'row'
    ? `{${items.map((one, index) => `${type.inner[index]?.field ?? `field${index}`}=${part(one, index)}`).join(', ')}}`
    : `[${items.map((one) => part(one, 0)).join(', ')}]`;
};

const UNKNOWN: TrinoType = { name: 'unknown', numbers: [], inner: [] };
