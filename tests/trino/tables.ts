import { gzipSync } from 'node:zlib';

/** Tables of the corpus that no statement makes: text and JSON, as something outside would write them. */
export interface CorpusTable {
  readonly table: Readonly<Record<string, unknown>> & { readonly Name: string };
  readonly objects: Readonly<Record<string, string | Buffer>>;
}

export const DATABASE = 'analyst';

const columns = (all: Readonly<Record<string, string>>): readonly object[] =>
  Object.entries(all).map(([Name, Type]) => ({ Name, Type }));

const CLICKS = [
  '{"id":"c1","user":{"name":"Ada","age":36},"items":[{"sku":"b","qty":2},{"sku":"a","qty":1}],"props":{"utm":"mail"},"ts":"2026-11-01T10:20:30.123Z","score":1.5,"big":9007199254740993,"ok":true}',
  '{"id":"c2","user":null,"items":[],"props":{},"ts":"2026-11-01T23:59:59Z","score":-0.0,"big":-1,"ok":false}',
  '{"id":"c3","User":{"name":"Łucja"},"unknown":1}',
  '{"id":"c4","user":{"name":"\\u00e9\\ud83d\\ude00 \\"q\\"","age":null},"props":{"utm":null,"x":"1"},"score":1e10}',
  '{"id":"c5", "score": 3, "big": 42, "ts": null }',
];

const LINES = [
  '{"id":"a","n":1.10,"list":["x","y"]}',
  '{"id":"b","n":12345678901234567890,"list":[]}',
  '{"id":"c","list":null}',
  'no json at all',
  '{"id":"d","n": 7,"list":["ünï","\\u0001"]}',
];

const OPENX = 'org.openx.data.jsonserde.JsonSerDe';
const TEXT_FORMATS = {
  InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
  OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
};

/** All below `s3://<bucket>/analyst/`. */
export const corpusTables = (bucket: string): readonly CorpusTable[] => {
  const at = (folder: string): string => `s3://${bucket}/analyst/${folder}/`;
  const json = {
    ...TEXT_FORMATS,
    SerdeInfo: { SerializationLibrary: OPENX, Parameters: { 'ignore.malformed.json': 'true' } },
    NumberOfBuckets: 0,
  };
  const click = (id: string): string => `{"id":"${id}"}\n`;
  return [
    {
      table: {
        Name: 'clicks',
        TableType: 'EXTERNAL_TABLE',
        Parameters: { EXTERNAL: 'TRUE', classification: 'json' },
        StorageDescriptor: {
          ...json,
          Location: at('clicks'),
          Columns: columns({
            id: 'string',
            user: 'struct<name:string,age:int>',
            items: 'array<struct<sku:string,qty:int>>',
            props: 'map<string,string>',
            ts: 'string',
            score: 'double',
            big: 'bigint',
            ok: 'boolean',
          }),
        },
      },
      objects: {
        'analyst/clicks/one.json.gz': gzipSync(`${CLICKS.slice(0, 3).join('\n')}\n`),
        'analyst/clicks/two.json': `${CLICKS.slice(3).join('\n')}\n`,
        'analyst/clicks/_hidden.json': click('hidden'),
      },
    },
    {
      table: {
        Name: 'clicks_by_day',
        TableType: 'EXTERNAL_TABLE',
        PartitionKeys: columns({ kind: 'string', day: 'string' }),
        Parameters: {
          EXTERNAL: 'TRUE',
          'projection.enabled': 'true',
          'projection.kind.type': 'enum',
          'projection.kind.values': 'a,b',
          'projection.day.type': 'date',
          'projection.day.format': 'yyyy-MM-dd',
          'projection.day.range': '2026-11-01,2026-11-05',
          'storage.location.template': `${at('by-day')}kind=\${kind}/day=\${day}/`,
        },
        StorageDescriptor: { ...json, Location: at('by-day'), Columns: columns({ id: 'string' }) },
      },
      objects: {
        'analyst/by-day/kind=a/day=2026-11-01/1.json': click('1') + click('2'),
        'analyst/by-day/kind=a/day=2026-11-03/1.json': click('3'),
        'analyst/by-day/kind=b/day=2026-11-03/1.json': click('4'),
        'analyst/by-day/kind=b/day=2026-12-01/1.json': click('out of range'),
      },
    },
    {
      table: {
        Name: 'lines',
        TableType: 'EXTERNAL_TABLE',
        Parameters: { EXTERNAL: 'TRUE' },
        StorageDescriptor: {
          ...TEXT_FORMATS,
          SerdeInfo: {
            SerializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
            Parameters: { 'field.delim': '\u001e', 'serialization.format': '\u001e' },
          },
          NumberOfBuckets: 0,
          Location: at('lines'),
          Columns: columns({ line: 'string' }),
        },
      },
      objects: {
        'analyst/lines/1.gz': Buffer.concat([
          gzipSync(`${LINES.slice(0, 2).join('\n')}\n`),
          gzipSync(`${LINES.slice(2).join('\n')}\n`),
        ]),
      },
    },
  ];
};
