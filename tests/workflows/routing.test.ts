import { EVENTS, feedNamed } from '../../contracts/feeds';
import { partitionPath } from '../../contracts/lake';
import { judgeObject, ObjectJudge, ObjectSplitter, sourceHash, stretchName, type Split } from '../../workflows/routing';
import { fc } from '../properties';
import { lineOf } from './lines';

const PUSH = { event_type: 'push', created_date: '2026-11-20' };

const good = fc
  .record({
    number: fc.nat({ max: 9_999 }),
    type: fc.constantFrom('push', 'fork'),
    date: fc.constantFrom('2026-11-19', '2026-11-20'),
    payload: fc.string({ unit: 'grapheme' }),
  })
  .map(({ number, type, date, payload }) => Buffer.from(lineOf(number, type, date, payload)));
const bad = fc.constantFrom(
  Buffer.from('{"event_uuid":"x"}'),
  Buffer.from('not json'),
  Buffer.from(' '),
  Buffer.from([0xff, 0xfe, 0x41]),
  Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc3]), Buffer.from('"}')]),
  Buffer.from('\ufeff{}'),
  Buffer.from('a\rb'),
);
const breaks = fc.constantFrom('\n', '\r\n');

/** An object of lines, each with its line break; the last one's may be missing. */
const objectOf = (lines: readonly (readonly [Buffer, string])[], cut: boolean): Buffer => {
  const body = Buffer.concat(lines.flatMap(([line, lineBreak]) => [line, Buffer.from(lineBreak)]));
  return cut && lines.length > 0 ? body.subarray(0, body.length - lines.at(-1)![1].length) : body;
};

/** All stretches of an object that comes in one block. */
const stretchesOf = (blocks: readonly Buffer[], stretchCharacters?: number): readonly Split[] => {
  const splitter = new ObjectSplitter(EVENTS, stretchCharacters);
  return [...blocks.flatMap((block) => [...splitter.take(block)]), ...splitter.end()];
};
const splitObject = (body: Buffer): Split => stretchesOf([body])[0] ?? { lines: 0, pieces: [], rejected: [] };

const sorted = (texts: readonly string[]): readonly string[] => [...texts].sort();

describe('splitting an object', () => {
  it('loses no line, whatever its bytes and its line breaks are', () => {
    const lines = fc.array(fc.tuple(fc.oneof(good, bad), breaks), { maxLength: 30 });
    fc.assert(
      fc.property(lines, fc.boolean(), (content, cut) => {
        const split = splitObject(objectOf(content, cut));
        const kept = split.pieces.flatMap((piece) => piece.lines.map((line) => Buffer.from(line).toString('base64')));
        const all = content.map(([line]) => line.toString('base64'));
        expect(sorted([...kept, ...split.rejected.map(({ rawData }) => rawData)])).toEqual(sorted(all));
        expect(split.lines).toBe(content.length);
      }),
    );
  });

  it('files every line under its true type and date, one piece each', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(good, breaks), { maxLength: 30 }), (content) => {
        const { pieces, rejected } = splitObject(objectOf(content, false));
        expect(rejected).toEqual([]);
        expect(new Set(pieces.map(({ partition }) => partitionPath(partition))).size).toBe(pieces.length);
        for (const { partition, lines } of pieces)
          expect(judgeObject(EVENTS, Buffer.from(lines.map((line) => `${line}\n`).join('')), partition)).toEqual({
            lines: lines.length,
            own: true,
          });
      }),
    );
  });

  it('says of each rejected line where it stood and what is wrong with it', () => {
    const { rejected } = splitObject(Buffer.from(`${lineOf(1)}\n\nnot json\n`));
    expect(rejected).toEqual([
      {
        lineNumber: 3,
        errorCode: 'json',
        errorMessage: expect.stringContaining('not json') as string,
        rawData: Buffer.from('not json').toString('base64'),
      },
    ]);
  });

  it('keeps usable lines beside bytes that are no text, carriage returns or not', () => {
    const body = Buffer.concat([Buffer.from(`${lineOf(1)}\r\n`), Buffer.from([0xff]), Buffer.from(`\r\n\r\n${lineOf(2)}`)]);
    const split = splitObject(body);
    expect(split.pieces).toEqual([{ partition: PUSH, lines: [lineOf(1), lineOf(2)] }]);
    expect(split.rejected).toEqual([
      { lineNumber: 2, errorCode: 'utf-8', errorMessage: 'the line is not valid UTF-8', rawData: '/w==' },
    ]);
    expect(split.lines).toBe(3);
  });

  it('writes a line anew where its judge says so, and never takes it for one that may stay as it is', () => {
    const body = Buffer.from('{"timestamp":"2026-11-21T10:00:00Z",\r"film_id":5}\r\n');
    const partition = { streamed_date: '2026-11-21' };
    const splitter = new ObjectSplitter(feedNamed('films'));
    expect([...splitter.take(body), ...splitter.end()]).toEqual([
      {
        lines: 1,
        pieces: [{ partition, lines: ['{"timestamp":"2026-11-21T10:00:00Z","film_id":5}'] }],
        rejected: [],
      },
    ]);
    expect(judgeObject(feedNamed('films'), body, partition).own).toBe(false);
    expect(
      judgeObject(feedNamed('films'), Buffer.from('{"timestamp":"2026-11-21T10:00:00Z","film_id":5}\r\n'), partition).own,
    ).toBe(true);
  });

  it('lets empty objects and empty lines go, since they hold nothing', () => {
    for (const empty of ['', '\n', '\r\n\n'])
      expect(splitObject(Buffer.from(empty))).toEqual({ lines: 0, pieces: [], rejected: [] });
  });

  it('reads across the blocks in which it decodes', () => {
    const long = 'ü'.repeat(700_000);
    const lines = Array.from({ length: 9 }, (_, number) => lineOf(number, 'push', '2026-11-20', long));
    const split = splitObject(Buffer.from(lines.join('\n')));
    expect(split.rejected).toEqual([]);
    expect(split.pieces).toHaveLength(1);
    expect(split.pieces[0]!.lines.join('\n') === lines.join('\n')).toBe(true);
  });

  it('rejects a line that is longer than a block and goes on behind it', () => {
    const split = splitObject(Buffer.from(`${lineOf(1)}\n"${'x'.repeat(9_000_000)}"\n${lineOf(2)}\n`));
    expect(split.rejected.map(({ lineNumber, errorCode }) => ({ lineNumber, errorCode }))).toEqual([
      { lineNumber: 2, errorCode: 'size' },
    ]);
    expect(split.pieces[0]?.lines).toEqual([lineOf(1), lineOf(2)]);
  });
});

describe('splitting a large object', () => {
  const content = fc.array(fc.tuple(fc.oneof(good, bad), breaks), { maxLength: 30 });

  it('makes the same stretches whatever blocks it comes in, and loses no line over them', () => {
    fc.assert(
      fc.property(content, fc.integer({ min: 1, max: 2_000 }), fc.nat({ max: 7 }), (lines, characters, every) => {
        const blocks = lines.map(([line, lineBreak]) => Buffer.concat([line, Buffer.from(lineBreak)]));
        const joined = blocks.flatMap((_, index) =>
          index % (every + 1) === 0 ? [Buffer.concat(blocks.slice(index, index + every + 1))] : [],
        );
        const stretches = stretchesOf(joined, characters);
        expect(stretches).toEqual(stretchesOf([Buffer.concat(blocks)], characters));
        const kept = stretches.flatMap(({ pieces, rejected }) => [
          ...pieces.flatMap((piece) => piece.lines.map((line) => Buffer.from(line).toString('base64'))),
          ...rejected.map(({ rawData }) => rawData),
        ]);
        expect(sorted(kept)).toEqual(sorted(lines.map(([line]) => line.toString('base64'))));
        expect(stretches.reduce((sum, split) => sum + split.lines, 0)).toBe(lines.length);
      }),
    );
  });

  it('numbers lines through, and cuts behind the line that fills a stretch', () => {
    const stretches = stretchesOf([Buffer.from(`${lineOf(1)}\nno\n`), Buffer.from(`\n${lineOf(2)}\nneither\n`)], 1);
    expect(stretches.map(({ lines }) => lines)).toEqual([1, 1, 1, 1]);
    expect(stretches.flatMap(({ rejected }) => rejected.map(({ lineNumber }) => lineNumber))).toEqual([2, 5]);
  });

  it('names the pieces of a small object as ever, and of each further stretch apart', () => {
    expect([0, 1, 12].map((stretch) => stretchName('abc', stretch))).toEqual(['abc', 'abc-0001', 'abc-0012']);
  });
});

describe('judging an object', () => {
  it('comes to the same block by block', () => {
    const content = fc.array(fc.tuple(fc.oneof({ arbitrary: good, weight: 9 }, bad), breaks), { maxLength: 6 });
    fc.assert(
      fc.property(content, (lines) => {
        const judge = new ObjectJudge(EVENTS, PUSH);
        for (const [line, lineBreak] of lines) judge.take(Buffer.concat([line, Buffer.from(lineBreak)]));
        expect(judge.judged).toEqual(judgeObject(EVENTS, objectOf(lines, false), PUSH));
      }),
    );
  });

  it('counts the lines of one that holds nothing but its own', () => {
    expect(judgeObject(EVENTS, Buffer.from(`${lineOf(1)}\n${lineOf(2)}\r\n${lineOf(3)}`), PUSH)).toEqual({ lines: 3, own: true });
  });

  it.each([
    ['an empty object', ''],
    ['an empty line', `${lineOf(1)}\n\n`],
    ['a line of another type', `${lineOf(1)}\n${lineOf(2, 'fork')}\n`],
    ['a line of another date', `${lineOf(1)}\n${lineOf(2, 'push', '2026-11-19')}\n`],
    ['a line that the transform did not write', `${lineOf(1)}\n{"event_uuid":"x"}\n`],
    ['a line with a carriage return inside', `${lineOf(1)}\r${lineOf(2)}\n`],
  ])('disowns one with %s', (_, body) => {
    expect(judgeObject(EVENTS, Buffer.from(body), PUSH).own).toBe(false);
  });

  it('disowns one with bytes that are no text', () => {
    expect(judgeObject(EVENTS, Buffer.concat([Buffer.from(`${lineOf(1)}\n`), Buffer.from([0xff, 10])]), PUSH).own).toBe(false);
  });

  it('agrees with splitting about what may be appended as it is', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof({ arbitrary: good, weight: 9 }, bad), breaks), { maxLength: 6 }), (content) => {
        const body = objectOf(content, false);
        const { pieces, rejected, lines } = splitObject(body);
        const own = rejected.length === 0 && pieces.length === 1 && partitionPath(pieces[0]!.partition) === partitionPath(PUSH);
        expect(judgeObject(EVENTS, body, PUSH).own).toBe(own);
        if (own) expect(judgeObject(EVENTS, body, PUSH).lines).toBe(lines);
      }),
    );
  });
});

describe('the name of what is routed', () => {
  it('follows from key and ETag alone', () => {
    expect(sourceHash('raw/a', 'e1')).toBe(sourceHash('raw/a', 'e1'));
    expect(new Set([sourceHash('raw/a', 'e1'), sourceHash('raw/a', 'e2'), sourceHash('raw/b', 'e1')]).size).toBe(3);
    expect(sourceHash('raw/a', 'e1')).toMatch(/^[0-9a-f]{32}$/);
  });
});
