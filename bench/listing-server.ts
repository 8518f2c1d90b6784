import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dateName, entryOf, isPublished, ledgerBody, ledgerOf, md5, typeName, type ListedLake } from './listed-lake';

/**
 * S3 and Glue on the wire over a lake that is worked out: what the planner asks of them, and no more. Started as a process of its own, so that
 * the planner's time and memory are its alone. Prints its port; `GET /stats` tells what was asked.
 */
const [types = 100, dates = 100, objectsPerPartition = 1] = process.argv.slice(2).map(Number);
const lake: ListedLake = { types, dates, objectsPerPartition };
const PAGE = 1_000;
const MODIFIED = '2026-11-01T00:00:00.000Z';

const kept = new Map<string, Buffer>();
const stats = { lists: 0, gets: 0, puts: 0, putBytes: 0, catalogCalls: 0 };
const ledgers = new Map<string, readonly [number, number]>();
for (let type = 0; type < types; type++) for (let date = 0; date < dates; date++) ledgers.set(ledgerOf(type, date), [type, date]);

const xml = (response: ServerResponse, status: number, text: string): void =>
  void response.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`);

/** Objects of one type from a number on, a page of them. The token is that number. */
const page = (type: number, from: number): string => {
  const all = dates * objectsPerPartition;
  const end = Math.min(all, from + PAGE);
  let contents = '';
  for (let number = from; number < end; number++) {
    const { key, etag } = entryOf(lake, type, Math.floor(number / objectsPerPartition), number % objectsPerPartition);
    contents += `<Contents><Key>${key}</Key><LastModified>${MODIFIED}</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>50000</Size><StorageClass>STANDARD</StorageClass></Contents>`;
  }
  const more = end < all;
  return `<ListBucketResult><Name>lake</Name><KeyCount>${end - from}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>${more}</IsTruncated>${more ? `<NextContinuationToken>${end}</NextContinuationToken>` : ''}${contents}</ListBucketResult>`;
};

const EMPTY =
  '<ListBucketResult><Name>lake</Name><KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>';

/** Behind which object of a type a listing starts. */
const startOf = (after: string | null): number => {
  const date = /created_date=(\d{4}-\d{2}-\d{2})(0?)/.exec(after ?? '');
  if (date === null) return 0;
  for (let index = 0; index < dates; index++)
    if (dateName(index) > date[1]! || (date[2] === '' && dateName(index) === date[1])) return index * objectsPerPartition;
  return dates * objectsPerPartition;
};

const list = (query: URLSearchParams): string => {
  stats.lists++;
  const prefix = query.get('prefix') ?? '';
  if (prefix === 'raw/events/' && query.get('delimiter') === '/') {
    const folders = Array.from(
      { length: types },
      (_, type) => `<CommonPrefixes><Prefix>raw/events/event_type=${typeName(type)}/</Prefix></CommonPrefixes>`,
    );
    return EMPTY.replace('</ListBucketResult>', `${folders.join('')}</ListBucketResult>`);
  }
  const type = /^raw\/events\/event_type=type-(\d+)\/$/.exec(prefix);
  if (type === null) return EMPTY;
  const token = query.get('continuation-token');
  return page(Number(type[1]), token === null ? startOf(query.get('start-after')) : Number(token));
};

const partitionsOf = (expression: string): object => {
  const type = Number(/event_type = 'type-(\d+)'/.exec(expression)?.[1] ?? '0');
  const published = isPublished(type) ? Array.from({ length: dates }, (_, date) => date) : [];
  return {
    Partitions: published.map((date) => ({
      Values: [typeName(type), dateName(date)],
      StorageDescriptor: {
        Location: `s3://lake/curated/events/20261101T003000Z-1a2b3c4d/b0001-0123456789ab/event_type=${typeName(type)}/created_date=${dateName(date)}/`,
      },
      Parameters: {
        run: '20261101T003000Z-1a2b3c4d',
        attempt: '0123456789ab',
        ledger: ledgerOf(type, date),
        rows: '1',
        copies: '1',
        files: '1',
        bytes: '1000000',
        sources: '1',
      },
    })),
  };
};

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const url = new URL(request.url ?? '/', 'http://lake');
  const key = decodeURIComponent(url.pathname.replace(/^\/lake\/?/, ''));
  if (url.pathname === '/stats') return void response.end(JSON.stringify(stats));
  const body = await bodyOf(request);
  if (request.headers['x-amz-target'] === 'AWSGlue.GetPartitions') {
    stats.catalogCalls++;
    const { Expression } = JSON.parse(body.toString()) as { readonly Expression?: string };
    return void response
      .writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
      .end(JSON.stringify(partitionsOf(Expression ?? '')));
  }
  if (request.method === 'PUT') {
    stats.puts++;
    stats.putBytes += body.length;
    // Only what planning reads again is kept.
    if (/plan\.json$|\/planning\//.test(key)) kept.set(key, body);
    return void response.writeHead(200, { etag: `"${md5(body)}"` }).end();
  }
  if (request.method !== 'GET')
    return xml(response, 501, '<Error><Code>NotImplemented</Code><Message>not modelled</Message></Error>');
  if (url.searchParams.get('list-type') === '2') return xml(response, 200, list(url.searchParams));
  stats.gets++;
  const ledger = ledgers.get(key);
  const found = ledger === undefined ? kept.get(key) : ledgerBody(lake, ...ledger);
  if (found === undefined)
    return xml(response, 404, '<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>');
  response.writeHead(200, { etag: `"${md5(found)}"`, 'content-length': found.length }).end(found);
};

const server = createServer((request, response) => {
  answer(request, response).catch((thrown: unknown) => {
    process.stderr.write(`${String(thrown)}\n`);
    response.destroy();
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.on('disconnect', () => process.exit(0));
