/** Java's regular expressions, as far as the embedded engine's (RE2) have them. Pure. */
import { QueryFailure } from './failure';
import { refused } from './refusals';

/** Looking around, references back, possessive and atomic groups: RE2 has none of them. */
const BEYOND = /\(\?(?:[=!>]|<[=!])|\\[1-9]|\\k<|(?:[*+?]|\{\d+(?:,\d*)?\})\+/;

/** A pattern as the engine writes it. Throws QueryFailure for what it does not have. */
export const enginePattern = (pattern: string): string => {
  if (BEYOND.test(pattern.replaceAll('\\\\', ''))) throw refused('pattern', `'${pattern}'`);
  return pattern.replace(/\(\?<(?=[A-Za-z])/g, '(?P<');
};

const groupsOf = (pattern: string): readonly string[] =>
  [
    ...pattern
      .replaceAll('\\\\', '')
      .replace(/\\\(/g, '')
      .matchAll(/\((?:\?<([A-Za-z]\w*)>|(?!\?))/g),
  ].map(([, name]) => name ?? '');

/** How many groups a pattern has. */
export const groupCount = (pattern: string): number => groupsOf(pattern).length;

/** `[$1]` and `[${name}]` as `[\1]`; `\$` is a dollar sign. Throws QueryFailure where Trino does. */
export const engineReplacement = (replacement: string, pattern: string | undefined): string => {
  let written = '';
  for (let at = 0; at < replacement.length; at++) {
    const sign = replacement.charAt(at);
    const rest = replacement.slice(at + 1);
    if (sign === '\\') {
      if (rest === '') throw illegal(replacement);
      written += rest.startsWith('\\') ? '\\\\' : rest.charAt(0);
      at++;
    } else if (sign === '$') {
      const [whole, digits, name] = /^(?:(\d+)|\{([A-Za-z]\w*)\})/.exec(rest) ?? [];
      if (whole === undefined) throw illegal(replacement);
      if (digits !== undefined && digits.length > 1) throw refused('pattern', `'$${digits}'`);
      if (digits !== undefined && pattern !== undefined && Number(digits) > groupCount(pattern))
        throw new QueryFailure('INVALID_FUNCTION_ARGUMENT', `Illegal replacement sequence: unknown group ${digits}`);
      const group = digits ?? (pattern === undefined ? undefined : String(groupsOf(pattern).indexOf(name!) + 1));
      if (group === undefined || (digits === undefined && group === '0')) throw refused('pattern', `'\${${name}}'`);
      written += `\\${group}`;
      at += whole.length;
    } else written += sign;
  }
  return written;
};

const illegal = (replacement: string): QueryFailure =>
  new QueryFailure('INVALID_FUNCTION_ARGUMENT', `Illegal replacement sequence: ${replacement}`);

const compiled = new Map<string, RegExp>();

/** What a group matched, null where it took no part: asked only where the engine's answer does not tell. */
export const regexpGroup = (text: string, pattern: string, group: string): string | null => {
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    const [, flags = ''] = /^\(\?([ims]+)\)/.exec(pattern) ?? [];
    const body = pattern.replace(/^\(\?[ims]+\)/, '').replaceAll('(?P<', '(?<');
    try {
      expression = new RegExp(body, `u${flags}`);
    } catch {
      // What only one of the two grammars has.
      throw new Error('lithify refuses pattern');
    }
    compiled.set(pattern, expression);
  }
  return expression.exec(text)?.[Number(group)] ?? null;
};
