/**
 * Reads JSON as Trino's protocol needs it: numbers keep their digits (JavaScript's own parser loses those of a bigint), and objects
 * the order of their members (it would put members named by whole numbers first). Pure.
 */
export type Json = string | boolean | null | JsonNumber | readonly Json[] | ReadonlyMap<string, Json>;

/** A number as it was written. */
export class JsonNumber {
  constructor(readonly text: string) {}
}

const BLANK = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Throws a SyntaxError for what is no JSON. */
export const parseJson = (text: string): Json => {
  let at = 0;
  const fail = (): never => {
    throw new SyntaxError(`not JSON at character ${at}: ${text.slice(at, at + 40)}`);
  };
  const skip = (): void => {
    BLANK.lastIndex = at;
    BLANK.test(text);
    at = BLANK.lastIndex;
  };
  const matched = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const take = (sign: string): boolean => {
    skip();
    if (text[at] !== sign) return false;
    at++;
    return true;
  };
  const word = <T extends Json>(name: string, value: T): T => {
    if (!text.startsWith(name, at)) return fail();
    at += name.length;
    return value;
  };
  const string = (): string => {
    skip();
    const quoted = matched(STRING) ?? fail();
    return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
  };
  const value = (): Json => {
    skip();
    switch (text[at]) {
      case '"':
        return string();
      case '{': {
        at++;
        const members = new Map<string, Json>();
        if (take('}')) return members;
        do {
          const name = string();
          if (!take(':')) fail();
          members.set(name, value());
        } while (take(','));
        return take('}') ? members : fail();
      }
      case '[': {
        at++;
        const items: Json[] = [];
        if (take(']')) return items;
        do items.push(value());
        while (take(','));
        return take(']') ? items : fail();
      }
      case 't':
        return word('true', true);
      case 'f':
        return word('false', false);
      case 'n':
        return word('null', null);
      default:
        return new JsonNumber(matched(NUMBER) ?? fail());
    }
  };
  const whole = value();
  skip();
  return at === text.length ? whole : fail();
};

const NOTHING: ReadonlyMap<string, Json> = new Map();

/** A member of an object; undefined where it is absent or NULL, or where there is no object. */
export const member = (json: Json | undefined, name: string): Json | undefined =>
  (json instanceof Map ? (json as ReadonlyMap<string, Json>) : NOTHING).get(name) ?? undefined;

export const textMember = (json: Json | undefined, name: string): string | undefined => {
  const found = member(json, name);
  return typeof found === 'string' ? found : undefined;
};

export const numberMember = (json: Json | undefined, name: string): number | undefined => {
  const found = member(json, name);
  return found instanceof JsonNumber ? Number(found.text) : undefined;
};

export const listMember = (json: Json | undefined, name: string): readonly Json[] => {
  const found = member(json, name);
  return Array.isArray(found) ? (found as readonly Json[]) : [];
};
