/** Checks of one field each: what is wrong with a value that stands at a place, as sentences. */
export type Check = (value: unknown, at: string) => readonly string[];

export interface Field {
  readonly check: Check;
  readonly required: boolean;
}

export const required = (check: Check): Field => ({ check, required: true });
export const optional = (check: Check): Field => ({ check, required: false });

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
};

export const oneOf =
  (...allowed: readonly unknown[]): Check =>
  (value, at) =>
    allowed.includes(value) ? [] : [`${at} is ${shown(value)}; modelled: ${allowed.map(shown).join(', ')}`];

export const text: Check = (value, at) =>
  typeof value === 'string' && value !== '' ? [] : [`${at} is ${shown(value)}, not a text`];

export const numberBetween =
  (least: number, most: number, whole: boolean): Check =>
  (value, at) =>
    typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value))
      ? []
      : [`${at} is ${shown(value)}, not ${whole ? 'a whole number' : 'a number'} from ${least} to ${most}`];

export const listOf =
  (check: Check): Check =>
  (value, at) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => check(item, `${at}[${index}]`))
      : [`${at} is ${shown(value)}, not a list`];

export const nonEmpty =
  (check: Check): Check =>
  (value, at) =>
    Array.isArray(value) && value.length === 0 ? [`${at} is empty`] : check(value, at);

export const mapOf =
  (check: Check): Check =>
  (value, at) =>
    isRecord(value)
      ? Object.entries(value).flatMap(([name, member]) => check(member, `${at}.${name}`))
      : [`${at} is ${shown(value)}, not an object`];

/** An object of exactly these fields. */
export const fields =
  (known: Readonly<Record<string, Field>>): Check =>
  (value, at) => {
    if (!isRecord(value)) return [`${at} is ${shown(value)}, not an object`];
    return [
      ...Object.keys(value)
        .filter((name) => known[name] === undefined)
        .map((name) => `${at} has the field "${name}", which is not modelled`),
      ...Object.entries(known).flatMap(([name, field]) => {
        if (value[name] !== undefined) return field.check(value[name], `${at}.${name}`);
        return field.required ? [`${at} has no "${name}"`] : [];
      }),
    ];
  };
