import { REFUSALS } from '../../local/stand-ins/athena/refusals';
import type { Answered } from './ask';
import type { Entry } from './corpus';

/** `COLUMN_NOT_FOUND` of `COLUMN_NOT_FOUND: line 1:8: …`. */
const codeOf = (error: string): string => error.split(':')[0] ?? '';

/** A map has no order: `{b=2, a=1}` is `{a=1, b=2}`. */
const ordered = (value: string | null, type: string): string | null =>
  type === 'map' && value !== null ? `{${value.slice(1, -1).split(', ').sort().join(', ')}}` : value;

/** Rows without an order of their own are compared as a bag. */
const rowsOf = (sql: string, answered: Extract<Answered, { readonly rows: unknown }>): readonly string[] => {
  const rows = answered.rows.map((row) =>
    JSON.stringify(row.map((value, index) => ordered(value, answered.columns[index]?.type ?? ''))),
  );
  return /\bORDER BY\b[^)]*$/i.test(sql) ? rows : rows.sort();
};

const said = (answered: Answered): string => {
  if ('error' in answered) return answered.error.slice(0, 300);
  const columns = answered.columns.map(({ name, type }) => `${name} ${type}`).join(', ');
  return `${columns}: ${answered.rows.map((row) => JSON.stringify(row)).join(' ')}`.slice(0, 600);
};

/** Undefined where two engines answer the same: the same error, or the same columns, types, rows and values. */
export const difference = (sql: string, trino: Answered, embedded: Answered): string | undefined => {
  const both = `\n    Trino:    ${said(trino)}\n    embedded: ${said(embedded)}`;
  if ('error' in trino || 'error' in embedded) {
    const same = 'error' in trino && 'error' in embedded && codeOf(trino.error) === codeOf(embedded.error);
    return same ? undefined : both;
  }
  if (JSON.stringify(trino.columns) !== JSON.stringify(embedded.columns)) return both;
  return JSON.stringify(rowsOf(sql, trino)) === JSON.stringify(rowsOf(sql, embedded)) ? undefined : both;
};

/** Says what is wrong where the embedded engine neither answers as Trino nor refuses the statement for the reason that is marked. */
export const problem = ({ text, sql, refused }: Entry, trino: Answered, embedded: Answered): string | undefined => {
  const differs = difference(sql, trino, embedded);
  if (refused === undefined) return differs === undefined ? undefined : `${text}${differs}`;
  if (differs === undefined) return `${text}\n    is marked as refused, and both engines answer the same`;
  const reason = Object.hasOwn(REFUSALS, refused) ? REFUSALS[refused as keyof typeof REFUSALS] : undefined;
  if (reason === undefined) return `${text}\n    is marked as refused because of "${refused}", which is no reason of refusals.ts`;
  const fits =
    'error' in embedded &&
    (refused === 'function' ? codeOf(embedded.error) === 'FUNCTION_NOT_FOUND' : embedded.error.includes(reason));
  return fits ? undefined : `${text}\n    is marked as refused (${refused})${differs}`;
};
