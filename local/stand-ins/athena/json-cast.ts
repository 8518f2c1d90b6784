/**
 * A cast from json, as Trino does it: numbers as varchars are doubles unless whole, whole numbers are rounded, rows are read by name
 * without regard to case or by position, and what is missing is NULL. The engine's own cast is stricter here and looser there. Pure.
 */
import { canonical } from './json-scalar';
import { sqlDoubleText } from './text';
import type { Json } from './trino/json';
import { JsonNumber, parseJson } from './trino/json';

type Target =
  | { readonly kind: 'list'; readonly item: Target }
  | { readonly kind: 'map'; readonly key: Target; readonly value: Target }
  | { readonly kind: 'row'; readonly fields: readonly { readonly name: string; readonly type: Target }[] }
  | { readonly kind: 'scalar'; readonly name: string };

const closing = (text: string, from: number): number => {
  let [depth, quoted] = [0, false];
  for (let at = from; at < text.length; at++) {
    const sign = text.charAt(at);
    if (sign === '"') quoted = !quoted;
    if (quoted) continue;
    if (sign === '(') depth++;
    else if (sign === ')' && --depth < 0) return at;
    else if (sign === ',' && depth === 0) return at;
  }
  return text.length;
};

const partsOf = (text: string): readonly string[] => {
  const found: string[] = [];
  for (let at = 0; at < text.length;) {
    const end = closing(text, at);
    found.push(text.slice(at, end).trim());
    at = end + 1;
  }
  return found;
};

/** Reads a type as the engine writes it: `STRUCT("a" INTEGER)[]`. */
const targetOf = (type: string): Target => {
  if (type.endsWith('[]')) return { kind: 'list', item: targetOf(type.slice(0, -2)) };
  const [, outer, inner = ''] = /^(MAP|STRUCT)\(([\s\S]*)\)$/.exec(type) ?? [];
  const parts = partsOf(inner);
  if (outer === 'MAP') return { kind: 'map', key: targetOf(parts[0]!), value: targetOf(parts[1]!) };
  if (outer === 'STRUCT') {
    const fields = parts.map((part) => {
      const [, name = '', of = ''] = /^"((?:[^"]|"")*)" ([\s\S]*)$/.exec(part) ?? [];
      return { name: name.replaceAll('""', '"'), type: targetOf(of) };
    });
    return { kind: 'row', fields };
  }
  return { kind: 'scalar', name: type.replace(/\(.*/, '') };
};

const targets = new Map<string, Target>();

const target = (type: string): Target => {
  const known = targets.get(type) ?? targetOf(type);
  targets.set(type, known);
  return known;
};

class Uncastable extends Error {}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const LOGICAL: Readonly<Record<string, string>> = {
  true: 'true',
  t: 'true',
  '1': 'true',
  false: 'false',
  f: 'false',
  '0': 'false',
};

/** The text of a scalar; undefined for NULL. */
const scalar = (json: Json, type: string): string | undefined => {
  const wrong = (): never => {
    throw new Uncastable(`Cannot cast '${canonical(json, false)}' to ${type.toLowerCase()}`);
  };
  if (json === null) return undefined;
  if (type === 'JSON') return canonical(json, false);
  if (typeof json !== 'string' && typeof json !== 'boolean' && !(json instanceof JsonNumber)) return wrong();
  const number = json instanceof JsonNumber ? json.text : undefined;
  switch (type) {
    case 'VARCHAR':
      if (number === undefined) return String(json);
      return /[.eE]/.test(number) ? sqlDoubleText(Number(number)) : number;
    case 'BOOLEAN':
      if (number !== undefined) return String(Number(number) !== 0);
      return LOGICAL[String(json).toLowerCase()] ?? wrong();
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
      if (typeof json === 'boolean') return json ? '1' : '0';
      if (number === undefined) return /^[+-]?\d+$/.test(String(json)) ? String(json) : wrong();
      if (!/[.eE]/.test(number)) return number;
      return String(BigInt(Math.sign(Number(number)) * Math.round(Math.abs(Number(number)))));
    case 'DOUBLE':
    case 'FLOAT':
    case 'DECIMAL':
      if (typeof json === 'boolean') return json ? '1' : '0';
      return number ?? (NUMBER.test(String(json)) ? String(json) : wrong());
    default:
      throw new Uncastable(`type mismatch: Cannot cast json to ${type.toLowerCase()}`);
  }
};

const PLAIN = ['BOOLEAN', 'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'DOUBLE', 'FLOAT', 'DECIMAL', 'JSON'];

const converted = (json: Json, to: Target): string => {
  if (json === null) return 'null';
  switch (to.kind) {
    case 'scalar': {
      const text = scalar(json, to.name);
      return text === undefined ? 'null' : PLAIN.includes(to.name) ? text.replace(/^\+/, '') : JSON.stringify(text);
    }
    case 'list': {
      if (!Array.isArray(json)) throw new Uncastable(`Expected a json array, but got ${canonical(json, false)}`);
      return `[${(json as readonly Json[]).map((item) => converted(item, to.item)).join(',')}]`;
    }
    case 'map': {
      if (!(json instanceof Map)) throw new Uncastable(`Expected a json object, but got ${canonical(json, false)}`);
      const members = [...(json as ReadonlyMap<string, Json>)].map(
        ([key, value]) => `${JSON.stringify(scalarKey(key, to.key))}:${converted(value, to.value)}`,
      );
      return `{${members.join(',')}}`;
    }
    case 'row': {
      const of = rowReader(json, to.fields.length);
      const members = to.fields.map(({ name, type }, index) => `${JSON.stringify(name)}:${converted(of(name, index), type)}`);
      return `{${members.join(',')}}`;
    }
  }
};

const scalarKey = (key: string, to: Target): string => {
  if (to.kind !== 'scalar') throw new Uncastable('type mismatch: Cannot cast json to such a map');
  return scalar(key, to.name) ?? '';
};

const rowReader = (json: Json, fields: number): ((name: string, index: number) => Json) => {
  if (json instanceof Map) {
    const folded = new Map([...(json as ReadonlyMap<string, Json>)].map(([key, value]) => [key.toLowerCase(), value]));
    return (name) => folded.get(name.toLowerCase()) ?? null;
  }
  if (!Array.isArray(json)) throw new Uncastable(`Expected a json array or object, but got ${canonical(json, false)}`);
  const items = json as readonly Json[];
  if (items.length !== fields) throw new Uncastable(`A json array of ${items.length} items is no row of ${fields} fields`);
  return (_, index) => items[index] ?? null;
};

const cast = <T>(text: string, work: (json: Json) => T): T => {
  try {
    return work(parseJson(text));
  } catch (thrown) {
    if (thrown instanceof Uncastable) throw new Error(`lithify json cast ${thrown.message}`);
    throw thrown;
  }
};

/** The text of a json scalar as a value of `type`; null for a json null. */
export const jsonScalarAs = (text: string, type: string): string | null =>
  cast(text, (json) => scalar(json, type.replace(/\(.*/, '')) ?? null);

/** A json text that the engine's own cast reads as a value of `type`, an array, a map or a row; null for a json null. */
export const jsonAs = (text: string, type: string): string | null =>
  cast(text, (json) => (json === null ? null : converted(json, target(type))));
