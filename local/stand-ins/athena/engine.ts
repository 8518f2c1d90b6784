/**
 * The embedded engine: DuckDB in this process, taught the semantics of Trino that differ from its own, as macros and as functions
 * written in JavaScript. It has no network and no extension is ever fetched.
 */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { DuckDBInstance, DuckDBScalarFunction, VARCHAR } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { decimalQuotient } from './decimal';
import { isoDate, isoInstant } from './iso-texts';
import { jsonAs, jsonScalarAs } from './json-cast';
import type { PathStep } from './json-scalar';
import { jsonDocument, jsonExtracted, jsonFolded, jsonScalar, jsonSize, jsonValue, parsePath } from './json-scalar';
import { quoteText } from './lexer';
import { MACROS } from './macros';
import { doubleText, sqlDoubleText } from './text';
import { regexpGroup } from './regular-expressions';
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
  lithify_json_extracted: { arity: 2, run: (text, path) => jsonExtracted(text, pathOf(path)) },
  lithify_json_folded: { arity: 2, run: (text, key) => jsonFolded(text, key) },
  lithify_json_document: {
    arity: 1,
    run: (text) => {
      const json = jsonDocument(text);
      if (json === null) throw new Error(`Cannot convert value to JSON: '${text.slice(0, 200)}'`);
      return json;
    },
  },
  lithify_json_as: { arity: 2, run: jsonAs },
  lithify_json_scalar_as: { arity: 2, run: jsonScalarAs },
  lithify_iso_instant: { arity: 1, run: isoInstant },
  lithify_iso_date: { arity: 1, run: isoDate },
  lithify_utf8: { arity: 1, run: (hex) => Buffer.from(hex, 'hex').toString('utf8') },
  lithify_double_text: {
    arity: 1,
    run: (text) => doubleText(text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text)),
  },
  lithify_sql_double_text: {
    arity: 1,
    run: (text) => sqlDoubleText(text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text)),
  },
  lithify_decimal_quotient: { arity: 2, run: decimalQuotient },
  lithify_regexp_group: { arity: 3, run: regexpGroup },
  lithify_sha512: { arity: 1, run: (hex) => createHash('sha512').update(Buffer.from(hex, 'hex')).digest('hex') },
  lithify_crc32: { arity: 1, run: (hex) => String(crc32(Buffer.from(hex, 'hex'))) },
  lithify_json_size: { arity: 2, run: (text, path) => jsonSize(text, pathOf(path)) },
  ...URL_FUNCTIONS,
};

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
        // Of 1.5.6, it fails where row_number() = 1 is asked of few rows: "Attempted to access index 0 within vector of size 0".
        `SET GLOBAL disabled_optimizers = 'top_n_window_elimination'`,
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
