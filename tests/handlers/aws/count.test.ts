import { gzipSync } from 'node:zlib';
import { countErrorLines, countLines } from '../../../handlers/aws/count';
import { inflatedOrPlain } from '../../../handlers/aws/inflate';
import { collect } from '../../../handlers/aws/concurrently';
import { MemoryLake } from '../memory-lake';

const TEXT = '{"a":1}\n{"b":"é"}\n';

const countedBy = async (count: typeof countErrorLines, body: Buffer | string) => {
  const lake = new MemoryLake();
  lake.put('errors/x', body);
  const [object] = await collect(lake.objects.list('errors/x'));
  return count(lake.objects, object!);
};

describe('the lines of an object under errors/', () => {
  it.each<[string, Buffer | string]>([
    ['gzip', gzipSync(TEXT)],
    ['several gzip members', Buffer.concat([gzipSync('{"a":1}\n'), gzipSync('{"b":2}\n')])],
    ['plain text', TEXT],
    ['plain text without its last line break', TEXT.trimEnd()],
  ])('are counted in %s', async (_what, body) => {
    expect(await countedBy(countErrorLines, body)).toBe(2);
  });

  it('are none where it is empty, and cannot be counted where gzip is cut or damaged', async () => {
    expect(await countedBy(countErrorLines, '')).toBe(0);
    expect(await countedBy(countErrorLines, '{')).toBe(1);
    expect(await countedBy(countErrorLines, gzipSync(TEXT).subarray(0, 14))).toEqual({
      unreadable: expect.any(String) as string,
    });
    expect(await countedBy(countErrorLines, gzipSync(TEXT).subarray(0, 2))).toEqual({ unreadable: expect.any(String) as string });
  });

  it('are told by the first two bytes, however the body comes in', async () => {
    const inPieces = async (body: Buffer, pieceBytes: number): Promise<string> => {
      const pieces = async function* () {
        for (let start = 0; start < body.length; start += pieceBytes) yield body.subarray(start, start + pieceBytes);
        await Promise.resolve();
      };
      return Buffer.concat(await collect(inflatedOrPlain(pieces(), 100))).toString();
    };
    for (const bytes of [1, 2, 3, 100]) {
      expect(await inPieces(gzipSync(TEXT), bytes)).toBe(TEXT);
      expect(await inPieces(Buffer.from(TEXT), bytes)).toBe(TEXT);
    }
    await expect(inPieces(Buffer.from('x'.repeat(101)), 10)).rejects.toThrow('more than 100 bytes');
    await expect(inPieces(gzipSync('x'.repeat(101)), 10)).rejects.toThrow('more than 100 bytes');
  });
});

describe('the lines of a raw object', () => {
  it('are not counted in plain text, which no engine reads under that name', async () => {
    expect(await countedBy(countLines, gzipSync(TEXT))).toBe(2);
    expect(await countedBy(countLines, TEXT)).toEqual({ unreadable: expect.stringContaining('not readable as gzip') as string });
  });
});
