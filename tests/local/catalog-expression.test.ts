import { matcher, parseExpression, render } from '../../local/stand-ins/catalog/expression';
import type { Predicate } from '../../local/stand-ins/catalog/expression';
import { fc } from '../properties';

const KEYS = [
  { Name: 'event_type', Type: 'string' },
  { Name: 'year', Type: 'int' },
];
const ROWS = [
  ['a', '2025'],
  ['b', '2026'],
  ["it's", '10000'],
];

const matching = (expression: string): readonly string[] => {
  const predicate = parseExpression(expression, KEYS)!;
  return ROWS.filter(matcher(predicate, KEYS)).map(([type]) => type!);
};

const column = fc.constantFrom('event_type', 'year');
const text = fc.oneof(fc.constantFrom('a', 'b', "it's", '2025', '2026', '%'), fc.string({ maxLength: 5 }));
const { predicate } = fc.letrec<{ predicate: Predicate }>((tie) => ({
  predicate: fc.oneof(
    { depthSize: 'small' },
    fc.record({
      kind: fc.constant('compare' as const),
      column,
      operator: fc.constantFrom('=', '<>', '<', '<=', '>', '>='),
      value: text,
    }) as fc.Arbitrary<Predicate>,
    fc.record({ kind: fc.constant('in' as const), column, values: fc.array(text, { minLength: 1, maxLength: 3 }) }),
    fc.record({ kind: fc.constant('between' as const), column, low: text, high: text }),
    fc.record({ kind: fc.constant('like' as const), column, pattern: text }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('predicate'), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), part: tie('predicate') }),
  ),
}));

describe("the filters of Glue's GetPartitions", () => {
  test.each([
    [`event_type = 'a'`, ['a']],
    [`event_type <> 'a' AND year >= 2026`, ['b', "it's"]],
    [`event_type != 'a' and (year < 2026 or year = '2026')`, ['b']],
    [`year > 9999`, ["it's"]],
    [`event_type IN ('a', 'it''s')`, ['a', "it's"]],
    [`event_type NOT IN ('a')`, ['b', "it's"]],
    [`year BETWEEN 2025 AND 2026`, ['a', 'b']],
    [`event_type LIKE 'i_%'`, ["it's"]],
    [`NOT (event_type = 'a' OR event_type = 'b')`, ["it's"]],
    [`event_type = 'a' OR event_type = 'b' AND year = 1`, ['a']],
    [`event_type IS NOT NULL`, ['a', 'b', "it's"]],
  ])('%s', (expression, expected) => {
    expect(matching(expression)).toEqual(expected);
  });

  test.each([
    'event_type',
    `event_type = `,
    `event_type == 'a'`,
    `nope = 'a'`,
    `event_type = 'a' AND`,
    `(event_type = 'a'`,
    `event_type = 'a`,
    `x'`.repeat(2000),
  ])('refuses %p', (expression) => {
    try {
      parseExpression(expression, KEYS);
    } catch (error) {
      expect(error).toMatchObject({ code: 'InvalidInputException' });
      return;
    }
    throw new Error('It was taken');
  });

  test('a predicate that is written out is read back as itself', () => {
    fc.assert(
      fc.property(predicate, (one) => {
        const written = render(one);
        fc.pre(written.length <= 2048);
        expect(parseExpression(written, KEYS)).toEqual(one);
      }),
    );
  });

  test('NOT is the opposite, AND and OR follow De Morgan', () => {
    fc.assert(
      fc.property(predicate, predicate, text, fc.integer(), (left, right, type, year) => {
        const values = [type, String(year)];
        const holds = (one: Predicate): boolean => matcher(one, KEYS)(values);
        const not = (part: Predicate): Predicate => ({ kind: 'not', part });
        expect(holds(not(left))).toBe(!holds(left));
        expect(holds(not({ kind: 'and', parts: [left, right] }))).toBe(holds({ kind: 'or', parts: [not(left), not(right)] }));
      }),
    );
  });
});
