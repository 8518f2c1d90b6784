import { hasLineAbove, LineBlocks, linesIn, LineTooLong } from '../../workflows/lines';
import { fc } from '../properties';

const textsOf = (body: Buffer, longest?: number): readonly string[] =>
  [...linesIn(body, longest)].map(({ bytes }) => bytes().toString('latin1'));

const blocksOf = (chunks: readonly Buffer[], longest?: number): readonly Buffer[] => {
  const blocks = new LineBlocks(longest);
  return [...chunks.map((chunk) => blocks.push(chunk)), blocks.end()].filter((block) => block !== undefined);
};

// Few bytes, so that line breaks of both kinds and bytes that are no text come up often.
const bodies = fc
  .array(fc.constantFrom(10, 10, 13, 65, 66, 0xc3, 0xbc, 0xff), { maxLength: 60 })
  .map((bytes) => Buffer.from(bytes));
const cuts = fc.array(fc.nat({ max: 60 }), { maxLength: 6 });
const cutAt = (body: Buffer, at: readonly number[]): readonly Buffer[] => {
  const ends = [...at.map((cut) => Math.min(cut, body.length)).sort((left, right) => left - right), body.length];
  return ends.map((end, index) => body.subarray(ends[index - 1] ?? 0, end));
};

describe('the lines of an object that comes in chunks', () => {
  it('are those of the whole, wherever the chunks end', () => {
    fc.assert(
      fc.property(bodies, cuts, (body, at) => {
        const blocks = blocksOf(cutAt(body, at));
        expect(Buffer.concat(blocks)).toEqual(body);
        for (const block of blocks.slice(0, -1)) expect(block.at(-1)).toBe(10);
        expect(blocks.flatMap((block) => textsOf(block))).toEqual(textsOf(body));
      }),
    );
  });

  it('are refused where one is too long, and only then', () => {
    fc.assert(
      fc.property(bodies, cuts, fc.integer({ min: 1, max: 12 }), (body, at, longest) => {
        const tooLong = body
          .toString('latin1')
          .split('\n')
          .some((line) => line.length > longest);
        expect(hasLineAbove(body, longest)).toBe(tooLong);
        // A stretch without a line break is held, and bounded; whole lines of one chunk are the reader's to bound.
        if (!tooLong) expect(Buffer.concat(blocksOf(cutAt(body, at), longest))).toEqual(body);
      }),
    );
    expect(() => blocksOf([Buffer.alloc(10, 'x'), Buffer.alloc(11, 'x')], 20)).toThrow(LineTooLong);
    expect(() => textsOf(Buffer.alloc(9_000_000, 'x'), 8_999_999)).toThrow('a line is longer than 8999999 bytes');
    expect(textsOf(Buffer.concat([Buffer.alloc(9_000_000, 'x'), Buffer.from('\n')]), 9_000_000)).toHaveLength(1);
  });
});
