import type { Json } from '../../workflows/asl';
import { evaluateTemplate } from '../../local/stand-ins/state-machine/expression';
import { StateError } from '../../local/stand-ins/state-machine/state-error';

const NOW = Date.UTC(2026, 10, 20, 12);

const evaluate = (template: Json, seed = 'seed'): Promise<Json> =>
  evaluateTemplate(
    template,
    { states: { input: { list: [1, 2, 3], one: { a: 1 } } }, variables: { name: 'lake' }, now: NOW, seed },
    'Output',
  );

const errorOf = async (template: Json): Promise<StateError> => {
  try {
    await evaluate(template);
  } catch (error) {
    if (error instanceof StateError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

test.each<[Json, Json]>([
  ['plain', 'plain'],
  [
    { a: ['{% $name %}', 1, null, true], b: { c: '{% $sum($states.input.list) %}' } },
    { a: ['lake', 1, null, true], b: { c: 6 } },
  ],
  ['{% [$states.input.list[$ > 1]] %}', [2, 3]],
  ['{% $partition([1, 2, 3], 2) %}', [[1, 2], [3]]],
  ['{% $range(1, 9, 4) %}', [1, 5, 9]],
  ['{% $range(3, 1, -1) %}', [3, 2, 1]],
  ["{% $hash('abc', 'MD5') %}", '900150983cd24fb0d6963f7d28e17f72'],
  ['{% $parse(\'{"a":[1]}\').a %}', [1]],
  ['{% $now() %}', '2026-11-20T12:00:00.000Z'],
  ["{% $now('[Y]-[M01]') %}", '2026-11'],
  ['{% $millis() %}', NOW],
])('%j becomes %j', async (template, expected) => {
  expect(await evaluate(template)).toEqual(expected);
});

test.each([
  ['undefined', '{% $states.input.none %}'],
  ['a filter without a hit', '{% $states.input.list[$ > 9] %}'],
  ['an error of the expression', "{% $error('no') %}"],
  ['a function', '{% function($x) { $x } %}'],
  ['a number beyond JSON', '{% 1 / 0 %}'],
  ['a wrong type', "{% 1 + 'a' %}"],
])('%s is States.QueryEvaluationError', async (_what, template) => {
  expect((await errorOf({ deep: [template] })).error).toBe('States.QueryEvaluationError');
});

test('randomness follows the seed and the place of the expression', async () => {
  const template = { a: '{% $uuid() %}', b: '{% $uuid() %}', c: '{% $random() %}', d: '{% [$uuid(), $uuid()] %}' };
  const first = (await evaluate(template)) as { a: string; b: string; c: number; d: string[] };
  expect(await evaluate(template)).toEqual(first);
  expect(await evaluate(template, 'other')).not.toEqual(first);
  expect(first.a).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set([first.a, first.b, ...first.d]).size).toBe(4);
  expect(first.c).toBeGreaterThanOrEqual(0);
  expect(first.c).toBeLessThan(1);
});
