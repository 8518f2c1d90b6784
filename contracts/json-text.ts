/**
 * Reads JSON without building objects: checks the whole text against RFC 8259 in one pass and tells where the members of the top-level
 * object lie. The text itself is what the lake keeps, so it is cut and spliced, never serialised again.
 *
 * It is stricter than JSON.parse where engines disagree: Jackson (Trino, Athena) stops at 1,000 levels and at 1,000 characters
 * per number, and yyjson (DuckDB) refuses a whole statement over one lone surrogate.
 */
export interface ObjectText {
  readonly ok: true;
  /** Index of the opening and of the closing brace. */
  readonly open: number;
  readonly close: number;
  /** Per top-level member four indexes: start and end of the name, start and end of the value; names with their quotes, ends exclusive. */
  readonly spans: readonly number[];
  /** Whether any top-level name is written with an escape. */
  readonly escapedNames: boolean;
  /** Whether line breaks stand between tokens. */
  readonly lineBreaks: boolean;
}

export interface BadText {
  readonly ok: false;
  readonly code: 'json' | 'object' | 'depth' | 'number' | 'surrogate';
  /** Index of the character where reading stopped. */
  readonly at: number;
}

/** Objects and arrays inside each other, the outermost counted. Half of what Jackson's StreamReadConstraints allow (1,000). */
export const MAX_DEPTH = 500;
/** Characters of one number: Jackson's StreamReadConstraints allow 1,000. */
export const MAX_NUMBER_LENGTH = 1_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const LETTER_U = 0x75;
const HIGH_SURROGATES = 0xd800;
const LOW_SURROGATES = 0xdc00;
const AFTER_SURROGATES = 0xe000;

/** What the reader expects next. */
const VALUE = 0;
const VALUE_OR_CLOSE = 1;
const NAME = 2;
const NAME_OR_CLOSE = 3;
const COMMA_OR_CLOSE = 4;

const isDigit = (code: number): boolean => code >= ZERO && code <= NINE;

/** The code at `at`, or -1 past the end. */
const codeAt = (text: string, at: number): number => (at < text.length ? text.charCodeAt(at) : -1);

/** Per level 1 where the container is an object: a scratch pad, since reading neither pauses nor nests and a record has no time for an allocation. */
const objects = new Uint8Array(MAX_DEPTH);

/** Reads `text`, which must be one JSON object with nothing but white space around it. */
export const readObject = (text: string): ObjectText | BadText => {
  const end = text.length;
  const spans: number[] = [];
  let escapedNames = false;
  let lineBreaks = false;
  let open = -1;
  let close = -1;
  let depth = 0;
  let index = 0;
  let expected = VALUE;

  for (;;) {
    let code = index < end ? text.charCodeAt(index) : -1;
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      if (code === 0x0a || code === 0x0d) lineBreaks = true;
      code = ++index < end ? text.charCodeAt(index) : -1;
    }

    if (expected === COMMA_OR_CLOSE) {
      if (depth === 0) {
        if (code !== -1) return bad('json', index);
        return { ok: true, open, close, spans, escapedNames, lineBreaks };
      }
      if (code === COMMA) {
        expected = objects[depth - 1] === 1 ? NAME : VALUE;
        index++;
        continue;
      }
    }
    if (expected !== VALUE && expected !== NAME && code === (objects[depth - 1] === 1 ? CLOSE_BRACE : CLOSE_BRACKET)) {
      depth--;
      if (depth === 0) close = index;
      index++;
      if (depth === 1) spans.push(index);
      expected = COMMA_OR_CLOSE;
      continue;
    }
    if (expected === COMMA_OR_CLOSE) return bad('json', index);

    if (expected >= NAME) {
      if (code !== QUOTE) return bad('json', index);
      const after = endOfString(text, index);
      if (after < 0) return badString(text, after);
      if (depth === 1) {
        spans.push(index, after);
        if (!escapedNames && hasEscape(text, index, after)) escapedNames = true;
      }
      index = after;
      code = codeAt(text, index);
      while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
        if (code === 0x0a || code === 0x0d) lineBreaks = true;
        code = codeAt(text, ++index);
      }
      if (code !== COLON) return bad('json', index);
      index++;
      expected = VALUE;
      continue;
    }

    if (depth === 1) spans.push(index);
    if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (depth === 0 && code === OPEN_BRACKET) return bad('object', index);
      if (depth === 0) open = index;
      if (depth === MAX_DEPTH) return bad('depth', index);
      objects[depth++] = code === OPEN_BRACE ? 1 : 0;
      expected = code === OPEN_BRACE ? NAME_OR_CLOSE : VALUE_OR_CLOSE;
      index++;
      continue;
    }
    if (code === QUOTE) {
      const after = endOfString(text, index);
      if (after < 0) return badString(text, after);
      index = after;
    } else if (code === MINUS || isDigit(code)) {
      const after = endOfNumber(text, index);
      if (after < 0) return bad('json', -after);
      if (after - index > MAX_NUMBER_LENGTH) return bad('number', index);
      index = after;
    } else {
      const after = endOfLiteral(text, index);
      if (after < 0) return bad('json', index);
      index = after;
    }
    if (depth === 0) return bad('object', 0);
    if (depth === 1) spans.push(index);
    expected = COMMA_OR_CLOSE;
  }
};

const bad = (code: BadText['code'], at: number): BadText => ({ ok: false, code, at });

const hasEscape = (text: string, start: number, end: number): boolean => {
  for (let index = start; index < end; index++) if (text.charCodeAt(index) === BACKSLASH) return true;
  return false;
};

/** Past the closing quote of the string that opens at `start`; else minus the index where it goes wrong. */
const endOfString = (text: string, start: number): number => {
  const end = text.length;
  let index = start + 1;
  for (;;) {
    let code = index < end ? text.charCodeAt(index) : -1;
    while (code > QUOTE && code !== BACKSLASH && code < HIGH_SURROGATES) code = ++index < end ? text.charCodeAt(index) : -1;
    if (code === QUOTE) return index + 1;
    if (code < 0x20) return -index;
    if (code === BACKSLASH) {
      const after = endOfEscape(text, index);
      if (after < 0) return after;
      index = after;
    } else if (code >= HIGH_SURROGATES && code < AFTER_SURROGATES) {
      const next = codeAt(text, index + 1);
      if (code >= LOW_SURROGATES || next < LOW_SURROGATES || next >= AFTER_SURROGATES) return -index;
      index += 2;
    } else index++;
  }
};

/** Past the escape at `start`, both halves of a surrogate pair taken together; else minus `start`. */
const endOfEscape = (text: string, start: number): number => {
  const letter = codeAt(text, start + 1);
  if (letter !== LETTER_U) return letter >= 0 && '"\\/bfnrt'.includes(String.fromCharCode(letter)) ? start + 2 : -start;
  const code = hexAt(text, start + 2);
  if (code < 0 || (code >= LOW_SURROGATES && code < AFTER_SURROGATES)) return -start;
  if (code < HIGH_SURROGATES || code >= AFTER_SURROGATES) return start + 6;
  const low = text.startsWith('\\u', start + 6) ? hexAt(text, start + 8) : -1;
  return low >= LOW_SURROGATES && low < AFTER_SURROGATES ? start + 12 : -start;
};

/** The four hexadecimal digits at `start`, or -1. */
const hexAt = (text: string, start: number): number => {
  let value = 0;
  for (let index = start; index < start + 4; index++) {
    const code = codeAt(text, index);
    const lower = code | 0x20;
    if (isDigit(code)) value = value * 16 + code - ZERO;
    else if (lower >= 0x61 && lower <= 0x66) value = value * 16 + lower - 0x57;
    else return -1;
  }
  return value;
};

/** Why the string scanner stopped: at a surrogate without its other half, or at what JSON does not allow. */
const badString = (text: string, result: number): BadText => {
  const at = -result;
  const code = codeAt(text, at);
  const escaped = code === BACKSLASH && codeAt(text, at + 1) === LETTER_U ? hexAt(text, at + 2) : code;
  return bad(escaped >= HIGH_SURROGATES && escaped < AFTER_SURROGATES ? 'surrogate' : 'json', at);
};

/** Past the number at `start`; else minus the index where it goes wrong (never 0: an object's brace comes first). */
const endOfNumber = (text: string, start: number): number => {
  let index = codeAt(text, start) === MINUS ? start + 1 : start;
  if (codeAt(text, index) === ZERO) index++;
  else {
    const after = pastDigits(text, index);
    if (after === index) return -index;
    index = after;
  }
  if (codeAt(text, index) === DOT) {
    const after = pastDigits(text, index + 1);
    if (after === index + 1) return -after;
    index = after;
  }
  if ((codeAt(text, index) | 0x20) === 0x65) {
    const sign = codeAt(text, index + 1);
    const digits = sign === PLUS || sign === MINUS ? index + 2 : index + 1;
    const after = pastDigits(text, digits);
    if (after === digits) return -after;
    index = after;
  }
  return index;
};

const pastDigits = (text: string, start: number): number => {
  let index = start;
  while (isDigit(codeAt(text, index))) index++;
  return index;
};

const LITERALS = ['true', 'false', 'null'] as const;

const endOfLiteral = (text: string, start: number): number => {
  for (const literal of LITERALS) if (text.startsWith(literal, start)) return start + literal.length;
  return -1;
};
