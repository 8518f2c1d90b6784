import { jsonDocument, jsonScalar, jsonValue, parsePath } from '../../local/stand-ins/athena/json-scalar';
import { fc } from '../properties';

describe('the exact JSON reader', () => {
  test('finds what JSON.parse finds, whatever the spacing', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(4), (object, indent) => {
        const text = JSON.stringify(object, null, indent);
        for (const [key, value] of Object.entries(JSON.parse(text) as object)) {
          const found = jsonValue(text, [{ key }]);
          expect(JSON.parse(found!)).toEqual(value);
          const scalar = typeof value === 'object' ? null : typeof value === 'string' ? value : JSON.stringify(value);
          expect(jsonScalar(text, [{ key }])).toBe(scalar);
        }
        expect(JSON.parse(jsonDocument(text)!)).toEqual(JSON.parse(text));
      }),
      { numRuns: 200 },
    );
  });

  test('takes no text for JSON that JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.nat(), (text, from, length) => {
        const cut = text.slice(0, from % text.length) + text.slice((from % text.length) + (length % 3));
        const valid = ((): boolean => {
          try {
            JSON.parse(cut);
            return true;
          } catch {
            return false; // That it throws is the answer.
          }
        })();
        expect(jsonDocument(cut) !== null).toBe(valid);
      }),
      { numRuns: 500 },
    );
  });

  test('reads the paths of Trino and no others', () => {
    expect(parsePath('$.a.b[0]["c d"]')).toEqual([{ key: 'a' }, { key: 'b' }, { index: 0 }, { key: 'c d' }]);
    expect(['a', '$.', '$[', '$.a[*]', '$..a'].map(parsePath)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });
});
