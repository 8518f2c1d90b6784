import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { operator } from '../../../local/caller';
import { fc } from '../../properties';
import { caller, Fixture, start } from './fixture';

let fixture: Fixture;
beforeEach(() => {
  fixture = new Fixture();
});
afterEach(() => fixture.end());

const bucket = 'lake';
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const head = (key: string) => fixture.s3.head(caller, { bucket, key });

const keys = async (request: object = {}): Promise<readonly string[]> => {
  const page = await fixture.s3.list(caller, { bucket, ...request });
  return [...page.objects.map(({ key }) => key), ...page.commonPrefixes];
};

test('ETags, times and metadata survive a restart, and the trace names each call', async () => {
  const request = { bucket, key: 'a/b', body: Buffer.from('x'), contentType: 'text/plain', metadata: { run: '1' } };
  const before = await fixture.s3.putObject(caller, request);
  await fixture.clock.advance(3_600_000);
  fixture.reopen();
  expect(await head('a/b')).toEqual(before);
  expect(before).toMatchObject({ etag: md5('x'), size: 1, lastModified: start, details: { metadata: { run: '1' } } });
  expect(fixture.log.recent().map(({ operation, resource, at }) => [operation, resource, at - start])).toEqual([
    ['PutObject', 's3://lake/a/b', 0],
    ['HeadObject', 's3://lake/a/b', 3_600_000],
  ]);
});

test('files that people put, change, cut or delete count as they are', async () => {
  await fixture.put('raw/one', 'whole content');
  await fixture.put('raw/two', 'gone soon');
  writeFileSync(fixture.file('raw/one'), 'whole');
  rmSync(fixture.file('raw/two'));
  mkdirSync(fixture.file('raw/deep'));
  writeFileSync(fixture.file('raw/deep/three'), 'by hand');
  expect(await keys()).toEqual(['raw/deep/three', 'raw/one']);
  expect(await head('raw/one')).toMatchObject({ etag: md5('whole'), size: 5 });
  expect(await head('raw/deep/three')).toMatchObject({ etag: md5('by hand') });
  expect(await head('raw/two')).toBeUndefined();
  await expect(fixture.s3.deleteObject(caller, { bucket, key: 'raw/one', ifMatch: md5('whole content') })).rejects.toMatchObject({
    code: 'PreconditionFailed',
  });
});

test('a file replaced by another of the same size and time is seen as changed', async () => {
  await fixture.put('a', 'one');
  // The inode stays in use, so that the other file has another one.
  linkSync(fixture.file('a'), join(fixture.dataDir, 'kept'));
  rmSync(fixture.file('a'));
  writeFileSync(fixture.file('a'), 'two');
  utimesSync(fixture.file('a'), start / 1000, start / 1000);
  expect(await head('a')).toMatchObject({ etag: md5('two') });
});

test('a file that was copied, moved back or touched is the object that it was; one with other content is not', async () => {
  const before = await fixture.s3.putObject(caller, { bucket, key: 'a', body: Buffer.from('one'), metadata: { run: '1' } });
  cpSync(fixture.file('a'), join(fixture.dataDir, 'copy'));
  renameSync(join(fixture.dataDir, 'copy'), fixture.file('a'));
  utimesSync(fixture.file('a'), start / 1000, start / 1000);
  expect(await head('a')).toEqual(before);
  writeFileSync(fixture.file('a'), 'two');
  expect(await head('a')).toMatchObject({ etag: md5('two'), details: { metadata: {} } });
});

test('deletes leave no empty folders, and puts that run beside them lose none', async () => {
  const turn = async (index: number): Promise<void> => {
    const key = `deep/er/folder/${index % 3}`;
    await fixture.put(key);
    await fixture.s3.deleteObject(caller, { bucket, key });
  };
  await Promise.all(Array.from({ length: 60 }, (_, index) => turn(index)));
  expect(readdirSync(fixture.file('.'))).toEqual([]);
  await fixture.put('deep/kept');
  expect(await keys()).toEqual(['deep/kept']);
});

test('keys that files cannot have are refused with a reason, and read as absent', async () => {
  await fixture.put('a/b');
  const refused = ['', '/a', 'a//b', 'a/', './a', 'a/../b', 'a\nb', '\ud800', `${'x'.repeat(256)}`, 'a', 'a/b/c'];
  for (const key of refused) await expect(fixture.put(key)).rejects.toMatchObject({ code: 'InvalidRequest', status: 400 });
  await expect(fixture.put('k/'.repeat(513).slice(0, -1))).rejects.toMatchObject({ code: 'KeyTooLongError' });
  for (const key of ['a/', 'a', '../s3-index.jsonl', 'a/b/c']) expect(await head(key)).toBeUndefined();
  await fixture.s3.deleteObject(caller, { bucket, key: 'a' });
  expect(await keys({ prefix: '../' })).toEqual([]);
  expect(await keys()).toEqual(['a/b']);
  expect(readdirSync(join(fixture.dataDir, 's3-staging'))).toEqual([]);
});

test('an engine writes a file and hands it over whole', async () => {
  const path = join(fixture.dataDir, 'engine-output');
  writeFileSync(path, 'PAR1');
  const request = { bucket, key: 'curated/x=1/part.parquet', path, ifNoneMatch: '*' as const };
  const object = await fixture.s3.adoptFile(operator('000000000000'), request);
  expect([object.etag, object.lastModified, existsSync(path)]).toEqual([md5('PAR1'), start, false]);
  expect(readFileSync(fixture.s3.pathOf(bucket, object.key), 'utf8')).toBe('PAR1');
  expect(() => fixture.s3.pathOf('other', 'a')).toThrow('The specified bucket does not exist');
  writeFileSync(path, 'PAR2');
  await expect(fixture.s3.adoptFile(caller, request)).rejects.toMatchObject({ code: 'PreconditionFailed' });
});

test('what a crash left in the staging folder is gone at the next start', () => {
  writeFileSync(join(fixture.dataDir, 's3-staging', 'half'), 'half an obj');
  fixture.reopen();
  expect(readdirSync(join(fixture.dataDir, 's3-staging'))).toEqual([]);
});

test('10,000 objects in 2,000 folders list quickly wherever the listing starts', async () => {
  for (let folder = 0; folder < 2000; folder++) {
    for (let file = 0; file < 5; file++) {
      const path = fixture.file(
        `raw/events/event_type=t${folder % 100}/created_date=2026-01-${10 + Math.floor(folder / 100)}/${file}`,
      );
      if (file === 0) mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '');
    }
  }
  const all: string[] = [];
  for await (const { key } of fixture.s3.listAll(caller, { bucket, prefix: 'raw/' })) all.push(key);
  expect(all).toHaveLength(10_000);
  expect(all).toEqual([...all].sort());
  expect(await keys({ prefix: 'raw/events/', delimiter: '/' })).toHaveLength(100);
  expect(await keys({ prefix: 'raw/events/event_type=t7/' })).toHaveLength(100);

  // A time says little on a busy machine, so the bound is far above the few milliseconds that these take.
  const began = process.hrtime.bigint();
  for (let index = 0; index < 100; index++) {
    expect(await keys({ prefix: `raw/events/event_type=t${index}/`, startAfter: all.at(-1) })).toEqual([]);
    expect(await keys({ startAfter: all[9_000 + index], maxKeys: 1 })).toEqual([all[9_001 + index]]);
  }
  expect(Number(process.hrtime.bigint() - began) / 1e6).toBeLessThan(2000);
}, 30_000);

/** Segments that try the order of UTF-8 against that of JavaScript, and characters on both sides of the slash. */
const segment = fc.constantFrom('a', 'b', 'a-', 'a.', 'a0', 'ü', '\ufffd', '\u{1f600}', '\ue000', 'x=1', ' ', '~', '%2F');
const anyKey = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));

type Step = { readonly put: string } | { readonly remove: string };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: anyKey.map((put) => ({ put })) },
  anyKey.map((remove) => ({ remove })),
);

const byBytes = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right));

/** What S3 lists, said as simply as can be. */
const expected = (model: ReadonlyMap<string, string>, prefix: string, delimiter: string, after: string): readonly string[] => {
  const listed = new Set<string>();
  for (const key of [...model.keys()].sort(byBytes)) {
    if (!key.startsWith(prefix) || byBytes(key, after) <= 0) continue;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    listed.add(end < 0 ? key : key.slice(0, end + delimiter.length));
  }
  // A marker that is a common prefix stands for all that it rolls up.
  listed.delete(after);
  return [...listed].sort(byBytes);
};

test('after any puts and deletes every listing is that of a map of keys', async () => {
  const prefixes = fc.oneof(
    fc.constant(''),
    anyKey,
    anyKey.map((key) => `${key}/`),
    fc.constantFrom('a', 'x', 'zz'),
  );
  const delimiters = fc.constantFrom('', '/', '/', '=', 'a/');
  const query = fc.record({
    prefix: prefixes,
    delimiter: delimiters,
    startAfter: prefixes,
    maxKeys: fc.integer({ min: 1, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 25 }),
      fc.array(query, { minLength: 1, maxLength: 4 }),
      async (steps, queries) => {
        const own = new Fixture();
        try {
          const model = new Map<string, string>();
          for (const each of steps) {
            if ('remove' in each) {
              await own.s3.deleteObject(caller, { bucket, key: each.remove });
              model.delete(each.remove);
              continue;
            }
            const collides = [...model.keys()].some((key) => key.startsWith(`${each.put}/`) || each.put.startsWith(`${key}/`));
            const put = own.put(each.put);
            if (collides) await expect(put).rejects.toMatchObject({ code: 'InvalidRequest' });
            else model.set(each.put, (await put).etag);
          }
          for (const { prefix, delimiter, startAfter, maxKeys } of queries) {
            const listed: string[] = [];
            let continuationToken: string | undefined;
            do {
              const page = await own.s3.list(caller, { bucket, prefix, delimiter, startAfter, maxKeys, continuationToken });
              const names = [...page.objects.map(({ key }) => key), ...page.commonPrefixes].sort(byBytes);
              expect(names.length).toBe(page.isTruncated ? maxKeys : names.length);
              for (const object of page.objects) expect(object.etag).toBe(model.get(object.key));
              listed.push(...names);
              continuationToken = page.nextContinuationToken;
            } while (continuationToken !== undefined);
            expect(listed).toEqual(expected(model, prefix, delimiter, startAfter));
          }
        } finally {
          own.end();
        }
      },
    ),
    { numRuns: 60 },
  );
});
