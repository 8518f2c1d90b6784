import { isUtf8 } from 'node:buffer';

/**
 * Why a record is no event, by a reading that shares nothing with the transform's: JSON.parse, and tokens cut by one regular expression.
 * Undefined for an event. Slow and plain on purpose.
 */
export const verdictExpected = (bytes: Buffer, arrivalMillis: number): string | undefined => {
  if (!isUtf8(bytes)) return 'it is not UTF-8';
  const text = bytes.toString('utf8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return 'it is no object';
  const read = membersOf(text);
  if (read.depth > 500) return 'it is nested too deep';
  if (read.longestNumber > 1_000) return 'a number is too long';
  if (hasLoneSurrogate(text)) return 'it has half a surrogate pair';
  for (const name of ['event_uuid', 'event_name', 'created_at'])
    if (read.members.filter((member) => member.name === name).length > 1) return `${name} is repeated`;
  const { event_uuid: uuid, event_name: name } = parsed as Record<string, unknown>;
  if (typeof uuid !== 'string' || !/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(uuid)) return 'its UUID is none';
  const type = typeof name === 'string' ? name.split(':')[0]! : '';
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(type) || type.toLowerCase() === 'late') return 'its type is none';
  const token = read.members.find((member) => member.name === 'created_at')?.value ?? '';
  const digits = token.startsWith('"') ? (JSON.parse(token) as string) : token;
  if (!/^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(digits)) return 'its time is no number';
  const number = Number(digits);
  const millis = number < 1e11 ? number * 1_000 : number;
  if (!(number >= 0 && number < 1e14)) return 'its time is out of range';
  if (millis < Date.UTC(2000, 0, 1) || Math.round(millis) > arrivalMillis + 86_400_000)
    return 'its time is not between 2000 and tomorrow';
  return undefined;
};

interface Member {
  readonly name: string;
  /** The first token of the value. */
  readonly value: string;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/gs;

const membersOf = (
  text: string,
): { readonly members: readonly Member[]; readonly depth: number; readonly longestNumber: number } => {
  const tokens = text.match(TOKEN) ?? [];
  const members: Member[] = [];
  let level = 0;
  let depth = 0;
  let longestNumber = 0;
  for (const [index, token] of tokens.entries()) {
    if (token === '{' || token === '[') depth = Math.max(depth, ++level);
    else if (token === '}' || token === ']') level -= 1;
    else if (/^[-\d]/.test(token)) longestNumber = Math.max(longestNumber, token.length);
    else if (level === 1 && token === ':')
      members.push({ name: JSON.parse(tokens[index - 1]!) as string, value: tokens[index + 1]! });
  }
  return { members, depth, longestNumber };
};

const ESCAPE = /\\(?:u([\da-fA-F]{4})|[^u])/g;

const hasLoneSurrogate = (text: string): boolean => {
  let high = -1;
  for (const match of text.matchAll(ESCAPE)) {
    const code = match[1] === undefined ? 0 : Number.parseInt(match[1], 16);
    const isLow = code >= 0xdc00 && code <= 0xdfff;
    if (high >= 0 && !(isLow && match.index === high)) return true;
    if (high < 0 && isLow) return true;
    high = code >= 0xd800 && code <= 0xdbff ? match.index + match[0].length : -1;
  }
  return high >= 0;
};
