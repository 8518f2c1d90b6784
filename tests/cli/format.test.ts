import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { QueryColumn, QueryResult } from '../../cli/athena-query';
import { checkNames, statementOf, textOf } from '../../cli/commands/query';
import { csvRecord } from '../../cli/format/csv';
import { writeParquet } from '../../cli/format/parquet';
import { readableBytes, readableCount, readableDollars } from '../../cli/format/readable';
import { fittedWidths, tableLines } from '../../cli/format/table';
import { jsonValue } from '../../cli/format/values';
import { cut, displayWidth, printable } from '../../cli/format/width';
import { outputTo } from '../../cli/output';
import { checkTarget, writeTexts } from '../../cli/result-file';
import { fc } from '../properties';

const column = (name: string, type: string, precision = 0, scale = 0): QueryColumn => ({ name, type, precision, scale });

describe('a table', () => {
  it('is aligned, shows NULL, and stands numbers to the right', () => {
    expect(
      tableLines(
        [{ title: 'type' }, { title: 'n', right: true }],
        [
          ['cart', '7'],
          ['', '1234'],
          [null, null],
        ],
        undefined,
      ),
    ).toEqual(['type     n', '----  ----', 'cart     7', '      1234', 'NULL  NULL']);
  });

  it('counts wide characters as two columns and never lets data control the terminal', () => {
    const [, , first, second] = tableLines(
      [{ title: 'x' }, { title: 'y' }],
      [
        ['日本', 'a'],
        ['a\u001b[31m\nb', 'b'],
      ],
      undefined,
    );
    expect(first).toBe(`日本${' '.repeat(10)}  a`);
    expect(second).toBe('a\\u001b[31m\\nb  b');
  });

  it('is cut to the width of the terminal, the widest columns first', () => {
    const lines = tableLines([{ title: 'key' }, { title: 'payload' }], [['k1', 'x'.repeat(500)]], 30);
    expect(lines[2]).toBe(`k1   ${'x'.repeat(24)}…`);
  });

  it('fits whenever every column may be as narrow as four, and never widens one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 60, max: 200 }),
        (natural, width) => {
          const widths = fittedWidths(natural, width);
          expect(widths.reduce((sum, one) => sum + one, 0) + 2 * (natural.length - 1)).toBeLessThanOrEqual(Math.max(width, 0));
          expect(widths.every((one, index) => one <= natural[index]!)).toBe(true);
        },
      ),
    );
  });

  it('never shows more of a text than it has room for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, width) => {
        expect(displayWidth(cut(printable(text), width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

/** A reader of RFC 4180 that tells NULL from an empty text by the quotes. */
const readCsv = (text: string): (string | null)[] => {
  const fields: (string | null)[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (let match = field.exec(text); match !== null; match = field.exec(text)) {
    fields.push(match[1] === undefined ? (match[2] === '' ? null : match[2]!) : match[1].replaceAll('""', '"'));
    if (match[3] === '\r\n') break;
  }
  return fields;
};

describe('CSV', () => {
  it('quotes what needs it and ends records with CRLF', () => {
    expect(csvRecord(['a', 'b,c', 'say "hi"', 'two\nlines', '', null])).toBe('a,"b,c","say ""hi""","two\nlines","",\r\n');
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', 'é', ' ') })), {
          minLength: 2,
          maxLength: 6,
        }),
        (fields) => {
          expect(readCsv(csvRecord(fields))).toEqual(fields);
        },
      ),
    );
  });
});

describe('a value in JSON', () => {
  it.each([
    ['9007199254740991', 'bigint', 9007199254740991],
    ['9007199254740993', 'bigint', '9007199254740993'],
    ['-9223372036854775808', 'bigint', '-9223372036854775808'],
    ['7', 'integer', 7],
    ['1.10', 'decimal', '1.10'],
    ['1.5', 'double', 1.5],
    ['NaN', 'double', 'NaN'],
    ['Infinity', 'double', 'Infinity'],
    ['true', 'boolean', true],
    ['false', 'boolean', false],
    ['7', 'varchar', '7'],
    ['2026-11-21', 'date', '2026-11-21'],
    [null, 'bigint', null],
  ])('%s of type %s is %j', (cell, type, value) => {
    expect(jsonValue(cell, column('x', type))).toBe(value);
  });
});

describe('a result', () => {
  const result: QueryResult = {
    queryExecutionId: 'q',
    columns: [column('n', 'bigint'), column('s', 'varchar')],
    rows: [
      ['1', 'a'],
      [null, ''],
    ],
    bytesScanned: 0,
    millis: 0,
  };
  const text = (format: 'table' | 'csv' | 'json', of = result) => [...textOf(of, format, undefined)].join('');

  it('as JSON is an array of objects, also when it is empty', () => {
    expect(JSON.parse(text('json'))).toEqual([
      { n: 1, s: 'a' },
      { n: null, s: '' },
    ]);
    expect(JSON.parse(text('json', { ...result, rows: [] }))).toEqual([]);
  });

  it('as CSV has a header', () => {
    expect(text('csv')).toBe('n,s\r\n1,a\r\n,""\r\n');
  });

  it('with two columns of one name is refused where names are all there is', () => {
    expect(() => checkNames({ ...result, columns: [column('a', 'integer'), column('a', 'integer')] })).toThrow(
      'two columns are called "a"',
    );
    expect(() => checkNames(result)).not.toThrow();
  });

  it('comes from a statement without its closing semicolon; an empty one is refused', () => {
    expect(statementOf(" SELECT ';' ;\n;")).toBe("SELECT ';'");
    expect(() => statementOf(' ;\n')).toThrow('the SQL is empty');
    expect(() => statementOf('-- tidy up\nDrop TABLE events')).toThrow('the SQL begins with DROP; lithify query only reads');
    expect(statementOf('(SELECT 1)')).toBe('(SELECT 1)');
  });
});

describe('a result file', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lithify-result-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('of Parquet has a typed column for each of the result', async () => {
    const columns = [
      column('id', 'bigint'),
      column('price', 'decimal', 20, 2),
      column('ok', 'boolean'),
      column('day', 'date'),
      column('at', 'timestamp'),
      column('bytes', 'varbinary'),
      column('odd "name"', 'array'),
      column('ratio', 'double'),
    ];
    const file = join(folder, "it's.parquet");
    await writeParquet(file, columns, [
      ['9223372036854775807', '123456789012345678.10', 'true', '2026-11-21', '2026-11-21 10:00:00.123', '68 69', '[1, 2]', 'NaN'],
      [null, null, null, null, null, null, null, null],
    ]);
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    const from = `FROM read_parquet('${file.replaceAll("'", "''")}')`;
    const types = await connection.runAndReadAll(`DESCRIBE SELECT * ${from}`);
    const rows = await connection.runAndReadAll(`SELECT * ${from}`);
    connection.closeSync();
    instance.closeSync();
    expect(types.getRowsJson().map(([name, type]) => [name, type])).toEqual([
      ['id', 'BIGINT'],
      ['price', 'DECIMAL(20,2)'],
      ['ok', 'BOOLEAN'],
      ['day', 'DATE'],
      ['at', 'TIMESTAMP'],
      ['bytes', 'BLOB'],
      ['odd "name"', 'VARCHAR'],
      ['ratio', 'DOUBLE'],
    ]);
    expect(rows.getRowsJson()).toEqual([
      ['9223372036854775807', '123456789012345678.10', true, '2026-11-21', '2026-11-21 10:00:00.123', 'hi', '[1, 2]', 'NaN'],
      [null, null, null, null, null, null, null, null],
    ]);
  });

  it('that could not be written whole leaves what was there before', async () => {
    const file = join(folder, 'out.csv');
    writeFileSync(file, 'before');
    const broken = function* (): Generator<string> {
      yield 'half';
      throw new Error('gone');
    };
    await expect(writeTexts(file, broken())).rejects.toThrow('gone');
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['out.csv']);
    await writeTexts(file, ['whole', '\n']);
    expect(readFileSync(file, 'utf8')).toBe('whole\n');
  });

  it('cannot be a directory, nor lie in one that does not exist', () => {
    expect(() => checkTarget(folder)).toThrow('which is a directory');
    expect(() => checkTarget(join(folder, 'no', 'x.csv'))).toThrow('there is no directory');
  });
});

describe('output', () => {
  it('shows progress on a terminal alone, and clears it before anything that stays', () => {
    let [stdout, stderr] = ['', ''];
    const terminal = { isTTY: true, columns: 10, write: (text: string) => (stderr += text) };
    const output = outputTo({ write: (text) => (stdout += text) }, terminal, false);
    output.progress('a line that is too long');
    output.say('result');
    expect({ stdout, stderr }).toEqual({ stdout: 'result\n', stderr: 'a line th\r\u001b[2K' });
    const quiet = outputTo({ write: (text) => (stdout += text) }, { write: (text) => (stderr += text) }, false);
    quiet.progress('nothing');
    expect(stderr).toBe('a line th\r\u001b[2K');
  });

  it('refuses a second document', () => {
    const output = outputTo({ write: () => undefined }, { write: () => undefined }, true);
    output.document({});
    expect(() => output.document({})).toThrow('second JSON document');
  });
});

describe('numbers for people', () => {
  it('have units and groups', () => {
    expect([0, 999, 1_000, 1_234_567, 5e15].map(readableBytes)).toEqual(['0 B', '999 B', '1.0 kB', '1.2 MB', '5.0 PB']);
    expect([0, 999, 1_000, 1_234_567].map(readableCount)).toEqual(['0', '999', '1,000', '1,234,567']);
    expect([0, 0.000095, 1.5].map(readableDollars)).toEqual(['$0.00', '$0.000095', '$1.50']);
  });
});
