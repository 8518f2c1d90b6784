/** How Athena writes values: in results, in CSV files and in casts to varchar. Pure. */
import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimeValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTypeId,
} from '@duckdb/node-api';
import { QueryFailure } from './failure';
import { refused } from './refusals';

/** A double as Java prints it: `1.0`, `1.0E10`, `1.0E-5`, `NaN`, `-Infinity`. */
export const doubleText = (value: number): string => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value);
    return text.includes('.') ? text : `${text}.0`;
  }
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
};

/** A number cast to text, as the SQL standard has it: `1.5E0`, `1.0E2`, `0E0`. */
export const sqlDoubleText = (value: number): string => {
  if (value === 0) return Object.is(value, -0) ? '-0E0' : '0E0';
  if (!Number.isFinite(value)) return doubleText(value);
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
};

/** Microseconds since the epoch as `2026-11-20 10:00:00.123`. */
export const timestampText = (micros: bigint): string => {
  const millis = micros >= 0n ? micros / 1000n : -((-micros + 999n) / 1000n);
  return new Date(Number(millis)).toISOString().replace('T', ' ').replace('Z', '');
};

/** `1 02:03:04.005`. */
const intervalText = ({ months, days, micros }: DuckDBIntervalValue): string => {
  if (months !== 0) throw refused('months', 'An interval in the result');
  const millis = BigInt(days) * 86_400_000n + micros / 1000n;
  const size = millis < 0n ? -millis : millis;
  return `${millis < 0n ? '-' : ''}${size / 86_400_000n} ${new Date(Number(size % 86_400_000n)).toISOString().slice(11, 23)}`;
};

const bytesText = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** The engine's sums are wider than Trino's, which overflow. */
const MOST_BIGINT = 2n ** 63n - 1n;

/** The text of a value, or undefined for NULL. */
export const valueText = (value: DuckDBValue, type: DuckDBType): string | undefined => {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number') {
    return type.typeId === DuckDBTypeId.DOUBLE || type.typeId === DuckDBTypeId.FLOAT
      ? doubleText(single(value, type))
      : String(value);
  }
  if (typeof value === 'bigint' && (value > MOST_BIGINT || value < -MOST_BIGINT - 1n))
    throw new QueryFailure('NUMERIC_VALUE_OUT_OF_RANGE', `bigint overflow: ${value}`);
  if (value instanceof DuckDBTimestampTZValue) return `${timestampText(value.micros)} UTC`;
  if (value instanceof DuckDBTimestampValue) return timestampText(value.micros);
  if (value instanceof DuckDBTimeValue) return new Date(Number(value.micros / 1000n)).toISOString().slice(11, 23);
  if (value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBDecimalValue) return value.toString();
  if (value instanceof DuckDBIntervalValue) return intervalText(value);
  if (value instanceof DuckDBBlobValue) return bytesText(value.bytes);
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    const item = (type as DuckDBType & { readonly valueType: DuckDBType }).valueType;
    return `[${value.items.map((one) => valueText(one, item) ?? 'null').join(', ')}]`;
  }
  if (value instanceof DuckDBMapValue) {
    const { keyType, valueType } = type as DuckDBType & { readonly keyType: DuckDBType; readonly valueType: DuckDBType };
    return `{${value.entries.map(({ key, value: one }) => `${valueText(key, keyType) ?? 'null'}=${valueText(one, valueType) ?? 'null'}`).join(', ')}}`;
  }
  if (value instanceof DuckDBStructValue) {
    const { entryNames, entryTypes } = type as DuckDBType & {
      readonly entryNames: readonly string[];
      readonly entryTypes: readonly DuckDBType[];
    };
    // The binding keeps unnamed fields under one name, so the engine is asked to name them before a result is read.
    const fields = entryNames.map(
      (name, index) =>
        `${name === '' ? `field${index}` : name}=${valueText(value.entries[name] ?? null, entryTypes[index]!) ?? 'null'}`,
    );
    return `{${fields.join(', ')}}`;
  }
  return String(value);
};

/** The shortest digits that name the same 32-bit float. */
const single = (value: number, type: DuckDBType): number => {
  if (type.typeId !== DuckDBTypeId.FLOAT || !Number.isFinite(value)) return value;
  for (let digits = 1; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
};

const csvField = (text: string | undefined): string => (text === undefined ? '' : `"${text.replaceAll('"', '""')}"`);

/** A line of a result file: every value in quotes, NULL as nothing. */
export const csvLine = (fields: readonly (string | undefined)[]): string => `${fields.map(csvField).join(',')}\n`;

/** Reads lines of a result file back: the rows that are whole, and how many bytes they take. */
export const readCsv = (
  bytes: Buffer,
  most: number,
): { readonly rows: readonly (readonly (string | undefined)[])[]; readonly length: number } => {
  const rows: (string | undefined)[][] = [];
  let [at, length] = [0, 0];
  let row: (string | undefined)[] = [];
  while (at < bytes.length && rows.length < most) {
    let field: string | undefined;
    if (bytes[at] === 0x22) {
      let end = at + 1;
      for (;;) {
        end = bytes.indexOf(0x22, end);
        if (end < 0) return { rows, length };
        if (bytes[end + 1] !== 0x22) break;
        end += 2;
      }
      field = bytes.toString('utf8', at + 1, end).replaceAll('""', '"');
      at = end + 1;
    }
    row.push(field);
    const separator = bytes[at];
    if (separator === undefined) break;
    at++;
    if (separator === 0x0a) {
      rows.push(row);
      row = [];
      length = at;
    }
  }
  return { rows, length };
};
