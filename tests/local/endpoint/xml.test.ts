import { document, element, parseXml, textOf } from '../../../local/endpoint/xml';
import { fc } from '../../properties';

test('any text survives being written and parsed', () => {
  const text = fc.string({ unit: 'grapheme' }).filter((value) => !/[\p{Cc}\ufffe\uffff]/u.test(value.replace(/[\t\n\r]/g, '')));
  fc.assert(
    fc.property(text, (value) => {
      const node = parseXml(document('Root', 'http://example', [element('Child', value), element('Empty', [])]));
      expect(textOf(node, 'Child')).toBe(value);
      expect(node.children.map(({ name }) => name)).toEqual(['Child', 'Empty']);
    }),
  );
});

test('prefixes, comments, CDATA and character references are read', () => {
  const node = parseXml(
    '<?xml version="1.0"?><s:A xmlns:s="u"><!-- c --><s:B>&#65;&#x1F600;&amp;</s:B><C><![CDATA[<&]]></C><D/></s:A>',
  );
  expect([node.name, textOf(node, 'B'), textOf(node, 'C'), textOf(node, 'D')]).toEqual(['A', 'A\u{1F600}&', '<&', '']);
});

test.each([
  '',
  '<a>',
  '<a></b>',
  '<a/><b/>',
  '<a>&nope;</a>',
  '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
  'text',
  '<a>1</a>tail',
])('%j is refused', (source) => {
  expect(() => parseXml(source)).toThrow(SyntaxError);
});
