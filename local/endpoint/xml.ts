/** As much XML as the AWS query and REST-XML protocols need: no attributes, no namespaces, no DTD. */

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

export const escapeXml = (text: string): string =>
  text.replace(/[<>&"\r]/g, (character) => {
    if (character === '<') return '&lt;';
    if (character === '>') return '&gt;';
    if (character === '&') return '&amp;';
    return character === '"' ? '&quot;' : '&#13;';
  });

/** Text that is markup already. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Content = string | number | boolean | undefined | Markup | readonly Markup[];

/** One element; undefined content is no element at all, as AWS leaves members out. */
export const element = (name: string, content: Content): Markup => {
  if (content === undefined) return new Markup('');
  if (content instanceof Markup) return new Markup(`<${name}>${content.text}</${name}>`);
  if (typeof content === 'object') return new Markup(`<${name}>${content.map(({ text }) => text).join('')}</${name}>`);
  return new Markup(`<${name}>${escapeXml(String(content))}</${name}>`);
};

/** A whole document; `namespace` is the root's xmlns. */
export const document = (root: string, namespace: string | undefined, children: readonly Markup[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${namespace === undefined ? '' : ` xmlns="${namespace}"`}>${children
    .map(({ text }) => text)
    .join('')}</${root}>`;

export interface Node {
  /** Without its prefix. */
  readonly name: string;
  readonly children: readonly Node[];
  /** The text directly inside, entities resolved. */
  readonly text: string;
}

interface OpenNode {
  readonly name: string;
  readonly raw: string;
  readonly children: Node[];
  text: string;
}

const tokenPattern =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/y;

/** The root of a document. Anything that is not well formed throws a SyntaxError; a DTD is refused, not expanded. */
export const parseXml = (source: string): Node => {
  const top: OpenNode = { name: '', raw: '', children: [], text: '' };
  const open: OpenNode[] = [top];
  tokenPattern.lastIndex = 0;
  const text = source.replace(/^\ufeff/, '');
  while (tokenPattern.lastIndex < text.length) {
    const at = tokenPattern.lastIndex;
    const match = tokenPattern.exec(text);
    if (match === null) throw new SyntaxError(`This is not well-formed XML at character ${at}.`);
    const [, cdata, closing, raw, , selfClosing, characters] = match;
    const current = open.at(-1)!;
    if (cdata !== undefined) current.text += cdata;
    else if (characters !== undefined) current.text += resolveEntities(characters);
    else if (raw === undefined) continue;
    else if (closing === '/') {
      if (open.length === 1 || current.raw !== raw) throw new SyntaxError(`</${raw}> closes nothing at character ${at}.`);
      open.pop();
      open.at(-1)!.children.push(current);
    } else {
      const node: OpenNode = { name: raw.slice(raw.indexOf(':') + 1), raw, children: [], text: '' };
      if (selfClosing === '/') current.children.push(node);
      else open.push(node);
    }
  }
  const [root] = top.children;
  if (open.length !== 1 || top.children.length !== 1 || root === undefined)
    throw new SyntaxError('This XML does not hold one whole root.');
  if (top.text.trim() !== '') throw new SyntaxError('There is text outside the root of this XML.');
  return root;
};

const resolveEntities = (text: string): string =>
  text.includes('&')
    ? text.replace(/&(#x[\da-fA-F]+|#\d+|\w+);|&/g, (whole, name: string | undefined) => {
        const known = name === undefined ? undefined : entities[name];
        if (known !== undefined) return known;
        if (name === undefined || !name.startsWith('#')) throw new SyntaxError(`"${whole}" is not an entity of XML.`);
        const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
        if (code > 0x10ffff) throw new SyntaxError(`"${whole}" is no character.`);
        return String.fromCodePoint(code);
      })
    : text;

/** The text of a child, undefined where there is none. */
export const textOf = (node: Node, name: string): string | undefined => node.children.find((child) => child.name === name)?.text;
