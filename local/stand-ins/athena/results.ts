/** GetQueryResults: pages of a result, read from the object that the query wrote. */
import { open } from 'node:fs/promises';
import type { Caller } from '../../caller';
import { columnInfo, resultRow } from './answers';
import type { QueryRecord } from './history';
import type { ObjectStore } from './object-store';
import { locationOf } from './object-store';
import { invalidRequest, pageSize, startOf, tokenOf } from './requests';
import { readCsv } from './text';

/** https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html */
const MOST_ROWS = 1000;
const READ_BYTES = 1_048_576;

type Row = readonly (string | undefined)[];

interface Page {
  readonly rows: readonly Row[];
  /** Byte of the file at which the next page starts; the file's size at its end. */
  readonly end: number;
  readonly size: number;
}

const textLines = (bytes: Buffer, most: number): { readonly rows: readonly Row[]; readonly length: number } => {
  const rows: Row[] = [];
  let length = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0 && rows.length < most; end = bytes.indexOf(0x0a, length)) {
    rows.push(bytes.toString('utf8', length, end).split('\t'));
    length = end + 1;
  }
  return { rows, length };
};

const readPage = async (path: string, start: number, most: number, csv: boolean): Promise<Page> => {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    for (let length = READ_BYTES; ; length *= 2) {
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - start)));
      await file.read(bytes, 0, bytes.length, start);
      const page = csv ? readCsv(bytes, most) : textLines(bytes, most);
      if (page.rows.length === most || start + bytes.length >= size) return { rows: page.rows, end: start + page.length, size };
    }
  } finally {
    await file.close();
  }
};

export const queryResults = async (
  record: QueryRecord,
  input: Readonly<Record<string, unknown>>,
  caller: Caller,
  store: ObjectStore,
): Promise<object> => {
  const [start, most] = [startOf(input), pageSize(input, MOST_ROWS)];
  if (record.state === 'QUEUED' || record.state === 'RUNNING')
    throw invalidRequest(`Query has not yet finished. Current state: ${record.state}`);
  if (record.state !== 'SUCCEEDED' || record.outcome === undefined)
    throw invalidRequest(`Query did not finish successfully. Final query state: ${record.state}`);
  const { columns, header } = record.outcome;
  const answer = (rows: readonly Row[], next?: number): object => ({
    ResultSet: { Rows: rows.map(resultRow), ResultSetMetadata: { ColumnInfo: columns.map(columnInfo) } },
    UpdateCount: 0,
    ...(next === undefined ? {} : { NextToken: tokenOf(next) }),
  });
  if (columns.length === 0) return answer([]);
  const { bucket, prefix } = locationOf(record.output)!;
  const file = await store.find(caller, { bucket, key: prefix.slice(0, -1) });
  if (file === undefined) throw invalidRequest(`Could not find results. (The object ${record.output} does not exist.)`);
  const page = await readPage(file.path, start, most, header);
  return answer(page.rows, page.end < page.size ? page.end : undefined);
};
