import { UsageError } from '../../contracts/errors';

/**
 * Reads a template of the Amazon Kinesis Data Generator: any text, with helpers in double braces, `{{module.helper}}` or
 * `{{module.helper(argument)}}`. As there, the template is trimmed and its line breaks are dropped, inside helpers too, so that JSON may be
 * written over several lines; what is left is the text of one record.
 *
 * More than there: blanks may stand inside the braces, empty brackets are no argument, an argument may hold `)` and `}}` inside its JSON
 * texts, and a helper may take several arguments.
 * https://awslabs.github.io/amazon-kinesis-data-generator/web/help.html
 */
export interface Template {
  /** Text and helpers by turns, in their order. */
  readonly parts: readonly (string | Call)[];
}

export interface Call {
  /** As written: `random.number`. */
  readonly name: string;
  /** What stands between the brackets, line breaks dropped; empty where nothing does. */
  readonly argument: string;
  /** Of the first opening brace in the template as given; both begin with 1. */
  readonly line: number;
  readonly column: number;
}

/** Where a helper stands, for sentences. */
export const placeOf = ({ line, column }: Pick<Call, 'line' | 'column'>): string => `line ${line}, column ${column}`;

const LINE_BREAK = /\r\n|\r|\n/g;
const withoutBreaks = (text: string): string => text.replace(LINE_BREAK, '');

/** @throws UsageError where the template is empty, a helper is not closed, or its brackets are not followed by its end. */
export const parseTemplate = (text: string): Template => {
  const end = text.trimEnd().length;
  const parts: (string | Call)[] = [];
  let at = text.length - text.trimStart().length;
  if (at >= end) throw new UsageError('the template is empty; it must hold the text of a record.');
  const addText = (from: number, to: number): void => {
    const literal = withoutBreaks(text.slice(from, to));
    if (literal !== '') parts.push(literal);
  };
  for (;;) {
    const open = text.indexOf('{{', at);
    if (open === -1 || open >= end) break;
    // `{{{` is a brace of the text before the helper: JSON may begin an object with one.
    const start = /^\{+/.exec(text.slice(open))![0].length - 2 + open;
    addText(at, start);
    const { call, next } = readCall(text, start);
    parts.push(call);
    at = next;
  }
  addText(at, end);
  return { parts };
};

const readCall = (text: string, start: number): { readonly call: Call; readonly next: number } => {
  const before = text.slice(0, start).split(LINE_BREAK);
  const place = { line: before.length, column: before.at(-1)!.length + 1 };
  const inner = start + 2;
  const bracket = text.indexOf('(', inner);
  const braces = text.indexOf('}}', inner);
  if (braces === -1) throw new UsageError(`the {{ at ${placeOf(place)} of the template is not closed by }}.`);
  const name = (to: number): string => withoutBreaks(text.slice(inner, to)).trim();
  if (bracket === -1 || braces < bracket) return { call: { ...place, name: name(braces), argument: '' }, next: braces + 2 };
  const close = closingBracket(text, bracket + 1);
  if (close === undefined) {
    throw new UsageError(`{{${name(bracket)}( at ${placeOf(place)} of the template is not closed by )}}.`);
  }
  const argument = withoutBreaks(text.slice(bracket + 1, close.at));
  return { call: { ...place, name: name(bracket), argument }, next: close.next };
};

interface Close {
  readonly at: number;
  /** After the closing braces. */
  readonly next: number;
}

/** The first `)}}` outside of JSON texts; where a quote stands alone (in a date format, say), the first at all. */
const closingBracket = (text: string, from: number): Close | undefined => {
  let quoted = false;
  let first: Close | undefined;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    else if (character === '\\' && quoted) at++;
    else if (character === ')') {
      const braces = /^\)\s*\}\}/.exec(text.slice(at, at + 200));
      if (braces === null) continue;
      const close = { at, next: at + braces[0].length };
      if (!quoted) return close;
      first ??= close;
    }
  }
  return first;
};
