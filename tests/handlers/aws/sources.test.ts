import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { S3Client } from '@aws-sdk/client-s3';
import { LinesUpload } from '../../../handlers/aws/lines-upload';
import { LakeObjects } from '../../../handlers/aws/objects';
import { blocksOf, Budget, readSources, Refused, type ReadSource } from '../../../handlers/aws/sources';
import { resumeAfter } from '../../../handlers/route/core';
import { sourceSchema, type Source } from '../../../workflows/documents';
import { collected } from '../../workflows/arbitraries';
import { MemoryLake } from '../memory-lake';

const TEXT = Buffer.from('one\ntwo\nthree');

const sourceIn = (lake: MemoryLake, key: string, body: Buffer): Source => {
  lake.put(key, body);
  return { key, etag: lake.etagOf(key), bytes: body.length };
};
const kindsOf = async (
  lake: MemoryLake,
  sources: readonly Source[],
  budget = new Budget(),
): Promise<readonly ReadSource['kind'][]> =>
  (await collected(readSources(lake.objects, sources, budget))).map(({ read }) => read.kind);
const refusalOf = async (lake: MemoryLake, source: Source, budget = new Budget()) => {
  try {
    return await collected(blocksOf(lake.objects, source, budget));
  } catch (thrown) {
    if (!(thrown instanceof Refused)) throw thrown;
    return thrown.refusal;
  }
};

describe('reading sources', () => {
  it('says of each, in order, what became of it', async () => {
    const lake = new MemoryLake();
    const fine = sourceIn(lake, 'a', gzipSync(TEXT));
    const gone = { ...fine, key: 'gone' };
    const changed = { ...fine, etag: 'another' };
    const corrupt = sourceIn(lake, 'b', TEXT);
    const bomb = sourceIn(lake, 'c', gzipSync(Buffer.alloc(65 * 1024 * 1024, 'x\n')));
    const heavy = { ...fine, bytes: 17 * 1024 * 1024 };
    expect(await kindsOf(lake, [fine, gone, changed, corrupt, bomb, heavy, fine])).toEqual([
      'whole',
      'gone',
      'gone',
      'unreadable',
      'large',
      'large',
      'whole',
    ]);
  });

  it('leaves the rest to another invocation when its budget is spent', async () => {
    const lake = new MemoryLake();
    const fine = sourceIn(lake, 'a', gzipSync(TEXT));
    expect(await kindsOf(lake, [fine, fine, fine], new Budget(TEXT.length + 1))).toEqual(['whole', 'whole', 'spent']);
  });
});

describe('reading a large source', () => {
  it('gives all of its lines, and its own bytes to whom they pass', async () => {
    const lake = new MemoryLake();
    const body = Buffer.concat([gzipSync(TEXT), gzipSync('\nfour\n')]);
    const passed: Buffer[] = [];
    const tap = async (bytes: Buffer): Promise<void> => void passed.push(bytes);
    const blocks = await collected(blocksOf(lake.objects, sourceIn(lake, 'a', body), new Budget(), tap));
    expect(Buffer.concat(blocks).toString()).toBe(`${TEXT.toString()}\nfour\n`);
    expect(Buffer.concat(passed)).toEqual(body);
  });

  it('refuses what is gone, changed, cut, no gzip, or has a line without an end', async () => {
    const lake = new MemoryLake();
    const body = gzipSync(TEXT);
    const fine = sourceIn(lake, 'a', body);
    expect(await refusalOf(lake, { ...fine, key: 'gone' })).toEqual({ kind: 'gone' });
    expect(await refusalOf(lake, { ...fine, etag: 'another' })).toEqual({ kind: 'gone' });
    expect(await refusalOf(lake, sourceIn(lake, 'b', body.subarray(0, -1)))).toMatchObject({ kind: 'unreadable' });
    expect(await refusalOf(lake, sourceIn(lake, 'c', TEXT))).toMatchObject({ kind: 'unreadable' });
    expect(await refusalOf(lake, sourceIn(lake, 'd', gzipSync(Buffer.alloc(33_000_000, 'x'))))).toEqual({
      kind: 'unreadable',
      reason: 'a line is longer than 32000000 bytes',
    });
  });

  it('sets aside what no invocation could check, and leaves to another what this one cannot', async () => {
    const lake = new MemoryLake();
    const source = sourceIn(lake, 'a', gzipSync(TEXT));
    expect(await refusalOf(lake, source, new Budget(TEXT.length - 1))).toMatchObject({ kind: 'unreadable' });
    const begun = new Budget(TEXT.length);
    begun.spend(1);
    expect(await refusalOf(lake, source, begun)).toMatchObject({ kind: 'spent' });
  });

  it('does not blame the source where its bytes were not taken', async () => {
    const lake = new MemoryLake();
    const tap = (): Promise<void> => Promise.reject(new Error('SlowDown'));
    await expect(collected(blocksOf(lake.objects, sourceIn(lake, 'a', gzipSync(TEXT)), new Budget(), tap))).rejects.toThrow(
      'SlowDown',
    );
  });

  it('takes a connection that breaks up where it broke', async () => {
    const body = gzipSync(TEXT);
    const ranges: unknown[] = [];
    const send = async ({ input }: { readonly input: { readonly Range?: string } }): Promise<object> => {
      ranges.push(input.Range);
      const from = Number(/bytes=(\d+)-/.exec(input.Range ?? '')?.[1] ?? 0);
      async function* bytes(): AsyncGenerator<Buffer> {
        yield body.subarray(from, from + 10);
        if (from < 20) throw new Error('ECONNRESET');
        yield body.subarray(from + 10);
      }
      return { Body: Readable.from(bytes()) };
    };
    const objects = new LakeObjects('lake', { send } as unknown as S3Client);
    const blocks = await collected(blocksOf(objects, { key: 'a', etag: 'e', bytes: body.length }, new Budget()));
    expect(Buffer.concat(blocks)).toEqual(TEXT);
    expect(ranges).toEqual([undefined, 'bytes=10-', 'bytes=20-']);
  });
});

describe('an object that is written as it is made', () => {
  it('is there when it is completed, in one piece or in parts, and never otherwise', async () => {
    const lake = new MemoryLake();
    for (const [key, partBytes] of [
      ['whole', 1_000],
      ['parts', 4],
    ] as const) {
      const upload = lake.objects.upload(key, partBytes);
      for (const bytes of ['abc', 'def', 'gh']) {
        await upload.write(Buffer.from(bytes));
        expect(lake.stored.has(key)).toBe(false);
      }
      await upload.complete();
      expect(lake.stored.get(key)?.body.toString()).toBe('abcdefgh');
      expect(upload.bytes).toBe(8);
    }
    const dropped = lake.objects.upload('dropped', 4);
    await dropped.write(Buffer.from('abcdef'));
    await dropped.abort();
    expect(lake.stored.has('dropped')).toBe(false);
    expect(lake.calls.at(-1)).toBe('AbortMultipartUpload dropped');
  });

  it('reads as the documents that were added, none at all included', async () => {
    const lake = new MemoryLake();
    const documents = Array.from({ length: 30_000 }, (_, number) => ({ key: `k${number}`, etag: 'e'.repeat(40), bytes: number }));
    for (const [key, added] of [
      ['none', []],
      ['many', documents],
    ] as const) {
      const list = new LinesUpload(lake.objects.upload(key));
      for (const document of added) await list.add(document);
      await list.complete();
      expect(await collected(lake.objects.readLines(key, sourceSchema))).toEqual(added);
    }
  });
});

describe('where a round of routing goes on', () => {
  it('is behind all that was taken, or before the first that was left', () => {
    expect(resumeAfter('x', [], new Set())).toBe('x');
    expect(resumeAfter('x', ['a', 'b', 'c'], new Set())).toBe('c');
    expect(resumeAfter('x', ['a', 'b', 'c'], new Set(['b', 'c']))).toBe('a');
    expect(resumeAfter('x', ['a', 'b'], new Set(['a']))).toBe('x');
  });
});
