/**
 * The embedded engine: DuckDB in this process, taught the semantics of Trino that differ from its own, as macros and as functions
 * written in JavaScript. It has no network and no extension is ever fetched.
 */
import { mkdirSync } from 'node:fs';
import { DuckDBInstance, DuckDBScalarFunction, VARCHAR } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { PathStep } from './json-scalar';
import { jsonDocument, jsonFolded, jsonScalar, jsonValue, parsePath } from './json-scalar';
import { quoteText } from './lexer';
import { doubleText } from './text';
import { URL_FUNCTIONS } from './url-functions';

export interface EngineOptions {
  /** What DuckDB may use, as it writes sizes. @default 900MB */
  readonly memoryLimit?: string;
  /** @default 2 */
  readonly threads?: number;
  /** What does not fit into memory goes to files here. */
  readonly tempDir: string;
}

const paths = new Map<string, readonly PathStep[]>();

const pathOf = (path: string): readonly PathStep[] => {
  const known = paths.get(path);
  if (known !== undefined) return known;
  const steps = parsePath(path);
  if (steps === undefined) throw new Error(`Invalid JSON path: '${path}'`);
  paths.set(path, steps);
  return steps;
};

type TextFunction = (...args: readonly string[]) => string | null;

const FUNCTIONS: Readonly<Record<string, { readonly arity: number; readonly run: TextFunction }>> = {
  lithify_json_scalar: { arity: 2, run: (text, path) => jsonScalar(text, pathOf(path)) },
  lithify_json_value: { arity: 2, run: (text, path) => jsonValue(text, pathOf(path)) },
  lithify_json_folded: { arity: 2, run: (text, key) => jsonFolded(text, key) },
  lithify_json_document: {
    arity: 1,
    run: (text) => {
      const json = jsonDocument(text);
      if (json === null) throw new Error(`Cannot convert value to JSON: '${text.slice(0, 200)}'`);
      return json;
    },
  },
  lithify_double_text: {
    arity: 1,
    run: (text) => doubleText(text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text)),
  },
  ...URL_FUNCTIONS,
};

const INTEGERS: readonly (readonly [string, string])[] = [
  ['lithify_bigint', 'BIGINT'],
  ['lithify_integer', 'INTEGER'],
  ['lithify_smallint', 'SMALLINT'],
  ['lithify_tinyint', 'TINYINT'],
];

/** Whole numbers are cast from text only where the text is one (no `17.5`, no `1e3`), and doubles are rounded half up. */
const integerMacro = ([name, type]: readonly [string, string]): string => `
  CREATE MACRO ${name}(x) AS CASE
    WHEN typeof(x) = 'VARCHAR' THEN (CASE WHEN regexp_full_match(CAST(x AS VARCHAR), '\\s*[+-]?[0-9]+\\s*')
      THEN CAST(CAST(x AS VARCHAR) AS ${type}) ELSE CAST('no number: ' || CAST(x AS VARCHAR) AS ${type}) END)
    WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN CAST(round(CAST(x AS DOUBLE)) AS ${type})
    ELSE CAST(x AS ${type}) END`;

const MACROS: readonly string[] = [
  ...INTEGERS.map(integerMacro),
  `CREATE MACRO lithify_varchar(x) AS CASE
    WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN lithify_double_text(CAST(x AS VARCHAR))
    WHEN typeof(x) = 'TIMESTAMP' THEN strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g')
    WHEN typeof(x) = 'TIMESTAMP WITH TIME ZONE' THEN strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g UTC')
    WHEN typeof(x) = 'JSON' THEN TRY(json_extract_string(CAST(x AS VARCHAR), '$'))
    ELSE CAST(x AS VARCHAR) END`,
  `CREATE MACRO lithify_iso(x) AS CASE
    WHEN typeof(x) = 'TIMESTAMP WITH TIME ZONE' THEN strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%gZ')
    WHEN typeof(x) = 'TIMESTAMP' THEN strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%g')
    ELSE CAST(x AS VARCHAR) END`,
  `CREATE MACRO lithify_cardinality(x) AS CASE
    WHEN starts_with(typeof(x), 'MAP') THEN CAST(len(json_keys(to_json(x))) AS BIGINT) ELSE CAST(json_array_length(to_json(x)) AS BIGINT) END`,
  // A whole number divided by zero fails in Trino, where the engine says NULL.
  `CREATE MACRO lithify_divisor(x) AS CASE WHEN x = 0 AND typeof(x) NOT IN ('DOUBLE', 'FLOAT') THEN CAST('Division by zero' AS TINYINT) ELSE x END`,
  // `v` is what the engine's json_extract found (it writes numbers anew, and refuses broken text where Trino reads up to the break):
  // strings, booleans and whole numbers are exact; the exact reader is asked for the rest.
  `CREATE MACRO lithify_json_text(v, text, path) AS coalesce(
    list_transform([CAST(v AS VARCHAR)], lambda t: CASE
      WHEN starts_with(t, '"') THEN (CASE WHEN contains(t, '\\') THEN json_extract_string(t, '$') ELSE t[2:-2] END)
      WHEN regexp_full_match(t, '-?[1-9][0-9]*|true|false') THEN t END)[1],
    CASE WHEN (CASE WHEN v IS NULL THEN text IS NOT NULL AND NOT json_valid(text) ELSE regexp_matches(CAST(v AS VARCHAR), '^-?(0|[0-9]+[.eE])') END)
      THEN lithify_json_scalar(CAST(text AS VARCHAR), path) END)`,
];

const textFunction = (name: string, arity: number, run: TextFunction): DuckDBScalarFunction =>
  DuckDBScalarFunction.create({
    name,
    parameterTypes: Array.from({ length: arity }, () => VARCHAR),
    returnType: VARCHAR,
    mainFunction: (_, chunk, output) => {
      const columns = Array.from({ length: arity }, (_unused, index) => chunk.getColumnVector(index));
      for (let row = 0; row < chunk.rowCount; row++) {
        const args = columns.map((column) => column.getItem(row));
        output.setItem(row, args.every((arg): arg is string => typeof arg === 'string') ? run(...args) : null);
      }
      output.flush();
    },
  });

export class Engine {
  private constructor(private readonly instance: DuckDBInstance) {}

  static async open(
    { memoryLimit = '900MB', threads = 2, tempDir }: EngineOptions,
    settings: readonly string[] = [],
  ): Promise<Engine> {
    mkdirSync(tempDir, { recursive: true });
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(threads),
      memory_limit: memoryLimit,
      temp_directory: tempDir,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    try {
      for (const [name, { arity, run }] of Object.entries(FUNCTIONS))
        connection.registerScalarFunction(textFunction(name, arity, run));
      const common = [
        `SET GLOBAL TimeZone = 'UTC'`,
        'SET GLOBAL integer_division = true',
        'SET GLOBAL preserve_insertion_order = false',
      ];
      for (const statement of [...common, ...settings, ...MACROS]) await connection.run(statement);
    } finally {
      connection.closeSync();
    }
    return new Engine(instance);
  }

  connect(): Promise<DuckDBConnection> {
    return this.instance.connect();
  }

  close(): void {
    this.instance.closeSync();
  }
}

/** `['a', 'b']`: a list of texts as the engine writes it. */
export const textList = (texts: readonly string[]): string => `[${texts.map(quoteText).join(', ')}]`;
