/**
 * JSON paths exactly as Trino's json_extract_scalar and json_extract follow them: the text is read from the left only as far as
 * needed, so the first of equal keys wins and what follows the value is not looked at; a number keeps its text; broken JSON on the
 * way is NULL; a lone surrogate becomes `?`. Pure. The engine's own JSON functions are faster and used where they agree.
 */
import { doubleText } from './text';
import type { Json } from './trino/json';
import { JsonNumber, parseJson } from './trino/json';

export type PathStep = { readonly key: string } | { readonly index: number };

/** `$.a.b`, `$["a b"]`, `$[0]`. Undefined for what is not such a path. */
export const parsePath = (path: string): readonly PathStep[] | undefined => {
  if (!path.startsWith('$')) return undefined;
  const steps: PathStep[] = [];
  const step = /\.([A-Za-z_][\w-]*|\d+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\['([^']*)'\]/y;
  step.lastIndex = 1;
  while (step.lastIndex < path.length) {
    const match = step.exec(path);
    if (match === null) return undefined;
    const [, name, index, quoted, single] = match;
    if (index !== undefined) steps.push({ index: Number(index) });
    else steps.push({ key: name ?? single ?? quoted!.replace(/\\(.)/g, '$1') });
  }
  return steps;
};

const BROKEN = -1;
const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORD = /true|false|null/y;

const match = (pattern: RegExp, text: string, from: number): number => {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : BROKEN;
};

const space = (text: string, from: number): number => match(SPACE, text, from);

/** Nesting beyond which the engine's parser gives up too. */
const DEPTH = 1000;

/** Index after the value that starts at `from`, or BROKEN. */
const skip = (text: string, from: number, depth = 0): number => {
  const sign = text.charAt(from);
  if (sign === '"') return match(STRING, text, from);
  if (sign !== '{' && sign !== '[')
    return sign === '-' || (sign >= '0' && sign <= '9') ? match(NUMBER, text, from) : match(WORD, text, from);
  if (depth > DEPTH) return BROKEN;
  let at = space(text, from + 1);
  const close = sign === '{' ? '}' : ']';
  if (text.charAt(at) === close) return at + 1;
  for (;;) {
    if (sign === '{') {
      at = match(STRING, text, at);
      if (at === BROKEN) return BROKEN;
      at = space(text, at);
      if (text.charAt(at) !== ':') return BROKEN;
      at = space(text, at + 1);
    }
    at = skip(text, at, depth + 1);
    if (at === BROKEN) return BROKEN;
    at = space(text, at);
    const next = text.charAt(at);
    if (next === close) return at + 1;
    if (next !== ',') return BROKEN;
    at = space(text, at + 1);
  }
};

const unquoted = (text: string, from: number, to: number): string => JSON.parse(text.slice(from, to)) as string;

/** Where the value at the path starts, or BROKEN when there is none or the text breaks before it. */
const find = (text: string, path: readonly PathStep[], fold = false): number => {
  let at = space(text, 0);
  for (const step of path) {
    const open = text.charAt(at);
    if (open !== ('key' in step ? '{' : '[')) return BROKEN;
    at = space(text, at + 1);
    for (let position = 0; ; position++) {
      if (text.charAt(at) === (open === '{' ? '}' : ']')) return BROKEN;
      let found = 'index' in step && position === step.index;
      if ('key' in step) {
        const end = match(STRING, text, at);
        if (end === BROKEN) return BROKEN;
        const key = unquoted(text, at, end);
        found = key === step.key || (fold && key.toLowerCase() === step.key);
        at = space(text, end);
        if (text.charAt(at) !== ':') return BROKEN;
        at = space(text, at + 1);
      }
      if (found) break;
      at = skip(text, at);
      if (at === BROKEN) return BROKEN;
      at = space(text, at);
      if (text.charAt(at) === ',') at = space(text, at + 1);
    }
  }
  return at;
};

const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

export const jsonScalar = (text: string, path: readonly PathStep[]): string | null => {
  const start = find(text, path);
  if (start === BROKEN) return null;
  const sign = text.charAt(start);
  if (sign === '{' || sign === '[') return null;
  const end = skip(text, start);
  if (end === BROKEN) return null;
  if (sign === '"') return unquoted(text, start, end).replace(LONE, '?');
  const value = text.slice(start, end);
  return value === 'null' ? null : value;
};

const compact = (text: string): string => text.replace(/("(?:[^"\\]|\\.)*")|[ \t\n\r]+/g, (_, string?: string) => string ?? '');

/** The value at the path as JSON text without insignificant white space, its numbers as written. */
export const jsonValue = (text: string, path: readonly PathStep[]): string | null => {
  const start = find(text, path);
  const end = start === BROKEN ? BROKEN : skip(text, start);
  return end === BROKEN ? null : compact(text.slice(start, end));
};

/** The text of a top-level member whose name is `key` (lower case) without regard to case, as a SerDe reads it. */
export const jsonFolded = (text: string, key: string): string | null => {
  const start = find(text, [{ key }], true);
  const end = start === BROKEN ? BROKEN : skip(text, start);
  if (end === BROKEN) return null;
  const value = text.slice(start, end);
  return value.startsWith('"') ? unquoted(text, start, end).replace(LONE, '?') : value === 'null' ? null : compact(value);
};

/** A text as Trino's writer has it: what takes two units of UTF-16 is written as their escapes. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(
    /[\ud800-\udbff][\udc00-\udfff]/g,
    (pair) => `\\u${pair.charCodeAt(0).toString(16).toUpperCase()}\\u${pair.charCodeAt(1).toString(16).toUpperCase()}`,
  );

/** Broken numbers as doubles, and members sorted by name, the last of equal ones: so Trino keeps a text that it casts to json. */
export const canonical = (json: Json, sorted: boolean): string => {
  if (json === null || typeof json === 'boolean') return String(json);
  if (typeof json === 'string') return quoted(json);
  if (json instanceof JsonNumber) return /[.eE]/.test(json.text) ? doubleText(Number(json.text)) : json.text;
  if (json instanceof Map) {
    const members = [...(json as ReadonlyMap<string, Json>)];
    if (sorted) members.sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${members.map(([name, value]) => `${quoted(name)}:${canonical(value, sorted)}`).join(',')}}`;
  }
  return `[${(json as readonly Json[]).map((item) => canonical(item, sorted)).join(',')}]`;
};

/** The whole text as JSON, or null when it is none. */
export const jsonDocument = (text: string): string | null => {
  const start = space(text, 0);
  const end = skip(text, start);
  return end === BROKEN || space(text, end) !== text.length ? null : canonical(parseJson(text), true);
};

/** The value at the path, as json_extract has it: its members stay in their order. */
export const jsonExtracted = (text: string, path: readonly PathStep[]): string | null => {
  const value = jsonValue(text, path);
  return value === null ? null : canonical(parseJson(value), false);
};

/** How many members or items the value at the path has: 0 for a scalar, null where there is none. */
export const jsonSize = (text: string, path: readonly PathStep[]): string | null => {
  const value = jsonValue(text, path);
  if (value === null) return null;
  const json = parseJson(value);
  return String(json instanceof Map ? json.size : Array.isArray(json) ? json.length : 0);
};
