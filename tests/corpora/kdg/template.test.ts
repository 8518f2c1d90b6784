import type { Call } from '../../../corpora/kdg/template';
import { parseTemplate } from '../../../corpora/kdg/template';
import { fc } from '../../properties';

const call = (text: string): Call => {
  const [only] = parseTemplate(text).parts;
  if (typeof only !== 'object') throw new Error(`no helper in ${text}`);
  return only;
};

describe('a template', () => {
  it('is text and helpers by turns, without its line breaks', () => {
    expect(parseTemplate('  {\n\t"a":{{random.number(\r\n{"max":\n5})}},\r"b":"{{name.firstName}}"}\n').parts).toEqual([
      '{\t"a":',
      { name: 'random.number', argument: '{"max":5}', line: 2, column: 6 },
      ',"b":"',
      { name: 'name.firstName', argument: '', line: 5, column: 6 },
      '"}',
    ]);
  });

  it('may be plain text, and may hold braces of its own around helpers', () => {
    expect(parseTemplate('{"a":{"b":1}}').parts).toEqual(['{"a":{"b":1}}']);
    expect(parseTemplate('{"a":{"b":{{random.number}}}}').parts).toEqual([
      '{"a":{"b":',
      { name: 'random.number', argument: '', line: 1, column: 11 },
      '}}',
    ]);
    expect(parseTemplate('{{{random.uuid}}:1}').parts).toMatchObject(['{', { name: 'random.uuid', column: 2 }, ':1}']);
  });

  it('reads arguments that hold brackets, braces and quotes', () => {
    expect(call('{{random.arrayElement(["a)}}b", "\\")}}"])}}').argument).toBe('["a)}}b", "\\")}}"]');
    expect(call('{{date.utc("ddd, hA")}}').argument).toBe('"ddd, hA"');
    expect(call('{{date.now(h "o\'clock)}}').argument).toBe('h "o\'clock');
    expect(call('{{ address.state ( ) }}')).toMatchObject({ name: 'address.state', argument: ' ' });
  });

  it.each([
    ['', /template is empty/],
    [' \n ', /template is empty/],
    ['a\nb {{date.now', /the \{\{ at line 2, column 3 of the template is not closed/],
    ['{{random.number(5}} and {{date.now}}', /\{\{random\.number\( at line 1, column 1 .* not closed by \)/],
  ])('%j is refused with its place', (text, message) => {
    expect(() => parseTemplate(text)).toThrow(message);
  });

  it('is found again in its parts, whatever text stands around its helpers', () => {
    const text = fc
      .string({ unit: fc.constantFrom('a', '"', '\n', '\r', ' ', '}', ')', ',', '{') })
      .filter((t) => !t.includes('{{') && !t.endsWith('{'));
    const name = fc.constantFrom('random.number', 'date.now', 'x.y');
    const argument = fc.option(
      fc.jsonValue().map((value) => JSON.stringify(value)),
      { nil: undefined },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(text, name, argument), { minLength: 1, maxLength: 5 }), text, (pieces, tail) => {
        const written =
          pieces.map(([before, helper, given]) => `${before}{{${helper}${given === undefined ? '' : `(${given})`}}}`).join('') +
          tail;
        const { parts } = parseTemplate(written);
        const calls = parts.filter((part) => typeof part === 'object');
        expect(calls.map((one) => one.name)).toEqual(pieces.map(([, helper]) => helper));
        expect(calls.map((one) => one.argument)).toEqual(pieces.map(([, , given]) => given ?? ''));
        const again = parts.map((part) =>
          typeof part === 'string' ? part : `{{${part.name}${part.argument === '' ? '' : `(${part.argument})`}}}`,
        );
        expect(again.join('')).toBe(written.trim().replaceAll(/[\r\n]/g, ''));
      }),
    );
  });
});
