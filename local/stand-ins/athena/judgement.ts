/** What Trino refuses and the engine would answer, found by planning a little more: names used before they are there, and mixed unions. */
import type { DuckDBType } from '@duckdb/node-api';
import { DuckDBTypeId } from '@duckdb/node-api';
import { isTooEarly, missingColumn } from './engine-errors';
import { QueryFailure } from './failure';
import type { PlanSession } from './planner';
import type { Translated } from './translate';
import { isJson } from './types';

/** `columns` are those of the tables that the query reads. Throws the engine's error where a name is used that nothing but the SELECT itself gives. `judging` is the query without those names. */
export const judgeNames = async (
  session: PlanSession,
  names: ReadonlySet<string>,
  columns: ReadonlySet<string>,
  judging: () => Translated,
): Promise<void> => {
  if (names.size === 0) return;
  const { sql } = judging();
  const plain = (): Promise<unknown> => session.describe(sql);
  try {
    await plain().catch(async (error: unknown) => {
      if (!isTooEarly(error)) throw error;
      await session.goLate();
      return plain();
    });
  } catch (error) {
    const missing = missingColumn(error)?.toLowerCase();
    // Whatever else is wrong with it is said of the query itself.
    if (missing === undefined || !names.has(missing)) return;
    throw columns.has(missing) ? error : new Error(`Referenced column "${missing}" not found`);
  }
};

const FAMILIES: readonly (readonly [string, readonly DuckDBTypeId[]])[] = [
  [
    'number',
    [
      DuckDBTypeId.TINYINT,
      DuckDBTypeId.SMALLINT,
      DuckDBTypeId.INTEGER,
      DuckDBTypeId.BIGINT,
      DuckDBTypeId.UTINYINT,
      DuckDBTypeId.USMALLINT,
      DuckDBTypeId.UINTEGER,
      DuckDBTypeId.UBIGINT,
      DuckDBTypeId.HUGEINT,
      DuckDBTypeId.UHUGEINT,
      DuckDBTypeId.FLOAT,
      DuckDBTypeId.DOUBLE,
      DuckDBTypeId.DECIMAL,
    ],
  ],
  [
    'moment',
    [DuckDBTypeId.DATE, DuckDBTypeId.TIMESTAMP, DuckDBTypeId.TIMESTAMP_MS, DuckDBTypeId.TIMESTAMP_S, DuckDBTypeId.TIMESTAMP_TZ],
  ],
  ['text', [DuckDBTypeId.VARCHAR]],
  ['boolean', [DuckDBTypeId.BOOLEAN]],
];

const familyOf = (type: DuckDBType): string | undefined =>
  isJson(type) ? 'json' : FAMILIES.find(([, ids]) => ids.includes(type.typeId))?.[0];

/** Throws QueryFailure where the operands of a set operation have columns of types that have nothing in common. */
export const judgeUnions = async (session: PlanSession, unions: Translated['unions']): Promise<void> => {
  for (const operands of unions) {
    const described = await Promise.all(operands.map((sql) => session.describe(sql).catch(() => undefined)));
    const [first, ...others] = described;
    for (const other of others) {
      if (first === undefined || other === undefined) continue;
      first.types.forEach((type, index) => {
        const [one, two] = [familyOf(type), other.types[index] === undefined ? undefined : familyOf(other.types[index])];
        if (one === undefined || two === undefined || one === two) return;
        throw new QueryFailure('TYPE_MISMATCH', `column ${index + 1} in a set operation has incompatible types: ${one}, ${two}`);
      });
    }
  }
};
