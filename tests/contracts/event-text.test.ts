import { MAX_DEPTH, MAX_NUMBER_LENGTH, readObject } from '../../contracts/json-text';
import { fc } from '../properties';

const parses = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    // Not JSON: what the property is about.
    return false;
  }
};

/** JSON-like text that is often broken: valid text with a few edits, or a soup of tokens. */
const edited = fc
  .tuple(
    fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()),
    fc.constantFrom(undefined, 1, '\t'),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.constantFrom('', '"', '{', '}', '[', ']', ',', ':', '\\', '0', '.', 'e', '-', ' ', '\n', 'u', '\u0000', 'x'),
        fc.nat(2),
      ),
      {
        maxLength: 3,
      },
    ),
  )
  .map(([value, indent, edits]) =>
    edits.reduce(
      (text, [at, insert, cut]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + insert + text.slice(place + cut);
      },
      JSON.stringify(value, undefined, indent),
    ),
  );
const soup = fc
  .array(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\u00e9"',
      '"\\x"',
      '0',
      '-1.5e+3',
      '01',
      '1.',
      '.5',
      '-',
      '1e',
      'true',
      'null',
      'fals',
      ' ',
      '\r\n',
      '"',
    ),
    { maxLength: 10 },
  )
  .map((tokens) => `{"k":${tokens.join('')}}`);

describe('reading the text of an object', () => {
  it('accepts what JSON.parse takes for an object, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(edited, soup), (text) => {
        // An edit between the halves of a pair: JSON.parse lets it pass, see below.
        fc.pre(!/\p{Surrogate}/u.test(text));
        expect(readObject(text).ok).toBe(parses(text));
      }),
      { numRuns: 3_000 },
    );
  });

  it('tells where the members lie', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 2), (value, indent) => {
        const text = ` ${JSON.stringify(value, undefined, indent)}\n`;
        const read = readObject(text);
        if (!read.ok) throw new Error(`rejected: ${read.code}`);
        const members: [string, unknown][] = [];
        for (let at = 0; at < read.spans.length; at += 4) {
          const [start, end, from, to] = read.spans.slice(at, at + 4);
          members.push([JSON.parse(text.slice(start, end)) as string, JSON.parse(text.slice(from, to))]);
        }
        expect(members).toEqual(Object.entries(JSON.parse(text) as object));
        expect(text.slice(read.open, read.close + 1)).toBe(text.trim());
      }),
    );
  });

  it.each([
    ['an array', '[]', 'object'],
    ['a string', '"x"', 'object'],
    ['null', 'null', 'object'],
    ['nothing', '', 'json'],
    ['a byte order mark', '\ufeff{}', 'json'],
    ['a raw control character', '{"a":"\u0001"}', 'json'],
    ['a raw lone surrogate', '{"a":"\ud800"}', 'surrogate'],
    ['an escaped high surrogate alone', '{"a":"\\ud800x"}', 'surrogate'],
    ['an escaped low surrogate alone', '{"a":"\\uDC00"}', 'surrogate'],
    ['an escaped surrogate pair the wrong way round', '{"a":"\\udc00\\ud800"}', 'surrogate'],
    ['a surrogate in a nested name', '{"a":{"\\ud800":1}}', 'surrogate'],
    ['one level too many', `{"a":${'['.repeat(MAX_DEPTH)}${']'.repeat(MAX_DEPTH)}}`, 'depth'],
    ['a number one digit too long', `{"a":${'1'.repeat(MAX_NUMBER_LENGTH + 1)}}`, 'number'],
  ])('refuses %s', (_, text, code) => {
    expect(readObject(text)).toMatchObject({ ok: false, code });
  });

  it('accepts what is just inside the limits', () => {
    expect(readObject(`{"a":${'['.repeat(MAX_DEPTH - 1)}${']'.repeat(MAX_DEPTH - 1)}}`).ok).toBe(true);
    expect(readObject(`{"a":${'1'.repeat(MAX_NUMBER_LENGTH)},"b":"${'1'.repeat(2_000)}${'['.repeat(2_000)}"}`).ok).toBe(true);
    expect(readObject('{"a":"\\ud83d\\ude00😀\\u0000","__proto__":1}').ok).toBe(true);
  });
});
