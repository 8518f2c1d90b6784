import type { Random } from '../../corpora/random';

/**
 * Records as a careless or hostile producer sends them: record `index` of a seed is always the same bytes. About half of them are events;
 * the others break one rule or several, and a tenth has bytes of it overwritten, cut out, doubled or cut off.
 */
export const hostileRecord = (random: Random, arrivalMillis: number): Buffer => {
  const roll = random.below(1_000);
  if (roll < 40) return Buffer.from(random.pick(ODDITIES)(random, arrivalMillis));
  const bytes = Buffer.from(encodeWeird(objectText(random, arrivalMillis), random), 'utf8');
  return random.below(10) === 0 ? damaged(bytes, random) : bytes;
};

/** One record in some thousands is as long as a stream takes them: 1 MiB. */
export const longRecord = (random: Random, arrivalMillis: number): Buffer => {
  const filler = random.pick(['x', 'ü', '\\u0041', '😀', '\\\\', ' ']);
  const head = `{${keyMembers(random, arrivalMillis).join(',')},"filler":"`;
  const room = 1024 * 1024 - Buffer.byteLength(head) - 2;
  return Buffer.from(`${head}${filler.repeat(Math.floor(room / Buffer.byteLength(filler)))}"}`);
};

type Maker = (random: Random, arrivalMillis: number) => string;

const ODDITIES: readonly Maker[] = [
  () => '',
  () => ' \t\r\n',
  () => '{}',
  () => '[]',
  () => 'null',
  () => '"{}"',
  () => '17',
  () => '\u0000',
  (random, arrival) => `[${objectText(random, arrival)}]`,
  (random, arrival) => `${objectText(random, arrival)}${objectText(random, arrival)}`,
  (random, arrival) => `${objectText(random, arrival)}\n${objectText(random, arrival)}`,
  (random, arrival) => `\ufeff${objectText(random, arrival)}`,
  (random, arrival) => `${objectText(random, arrival)}\u0000`,
  (random, arrival) => JSON.stringify(objectText(random, arrival)),
  (random, arrival) => `{${keyMembers(random, arrival).join(',')},"deep":${nested(490 + random.below(20))}}`,
  (random, arrival) => `{${keyMembers(random, arrival).join(',')},"digits":${'7'.repeat(990 + random.below(20))}}`,
  (random, arrival) =>
    `{${keyMembers(random, arrival).join(',')},"lone":"\\ud8${hex(random)}${random.pick(['', 'x', '\\n', '\\udc00'])}"}`,
  (random, arrival) => `{${keyMembers(random, arrival).join(',')},}`,
  (random, arrival) =>
    `{${keyMembers(random, arrival).join(',')},"n":${random.pick(['NaN', '01', '+1', '.5', '1.', '0x10', '-', '1e', 'tru'])}}`,
];

const hex = (random: Random): string => random.below(256).toString(16).padStart(2, '0');

const nested = (depth: number): string => `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`;

const NUMBERS = ['0', '-0', '1.10', '1e400', '-1E-400', '9007199254740993', '123456789012345678901234567890', '0.1e+2', '1e5'];
const STRINGS = [
  '',
  'plain',
  'ü',
  '😀',
  '\\n',
  '\\u0000',
  '\\"',
  '\\\\',
  '\\/',
  '\\ud83d\\ude00',
  '}',
  '{',
  '","',
  '":"',
  '\u2028',
  '\u007f',
];
const NAMES = [
  'a',
  'amount',
  '__proto__',
  'constructor',
  'toString',
  '',
  'ingested\\u005fat',
  'café',
  'a b',
  'payload',
  'copies',
  '$',
  'line',
];
const ADDED = ['created_datetime', 'event_type', 'event_subtype', 'ingested_at', 'original_event_type'];

const string = (random: Random): string => `"${Array.from({ length: random.below(4) }, () => random.pick(STRINGS)).join('')}"`;

const value = (random: Random, depth = 0): string => {
  switch (random.below(depth > 3 ? 5 : 7)) {
    case 0:
      return random.pick(NUMBERS);
    case 1:
      return random.pick(['true', 'false', 'null']);
    case 5:
      return `[${Array.from({ length: random.below(3) }, () => value(random, depth + 1)).join(',')}]`;
    case 6:
      return `{${Array.from({ length: random.below(3) }, () => `"${random.pick(NAMES)}":${value(random, depth + 1)}`).join(',')}}`;
    default:
      return string(random);
  }
};

const uuid: Maker = (random) => {
  const id = random.uuid();
  switch (random.below(20)) {
    case 0:
      return `"${id.replaceAll('-', '')}"`;
    case 1:
      return `"${id}0"`;
    case 2:
      return 'null';
    case 3:
      return `"${id.toUpperCase()}"`;
    case 4:
      return `"\\u00${id.charCodeAt(0).toString(16)}${id.slice(1)}"`;
    default:
      return `"${id}"`;
  }
};

const eventName: Maker = (random) => {
  const sound = [
    'payment:order:completed',
    'Push:main',
    'a',
    'user-x_1::z',
    'x:\\u0041',
    'x:\\"',
    `${'t'.repeat(64)}:y`,
    'x:ü:é',
  ];
  const unsound = ['', ':', 'late:x', 'LATE', 'a b:c', '\u212a:x', `${'t'.repeat(65)}:y`, '../x', 'x\\u0000:y', 'é:x'];
  return random.below(12) === 0
    ? random.pick(['7', 'null', '["x"]', ...unsound.map((name) => `"${name}"`)])
    : `"${random.pick(sound)}"`;
};

const createdAt: Maker = (random, arrival) => {
  const millis = arrival - random.below(random.pick([1_000, 86_400_000, 40 * 86_400_000]));
  const seconds = Math.floor(millis / 1_000);
  const forms = [
    `${millis}`,
    `${seconds}`,
    `"${seconds}"`,
    `"${millis}"`,
    `${seconds}.25`,
    `${millis / 1e12}e12`,
    `"${seconds}.5"`,
  ];
  const unsound = [
    'null',
    '""',
    '-1',
    '1e99',
    '"now"',
    `${millis * 1_000}`,
    `${arrival + 90_000_000}`,
    '1',
    '{}',
    '915148800',
    '"1e"',
  ];
  return random.below(12) === 0 ? random.pick(unsound) : random.pick(forms);
};

const keyMembers = (random: Random, arrival: number): string[] => {
  const members = [
    `"event_uuid":${uuid(random, arrival)}`,
    `"${random.below(30) === 0 ? 'event\\u005fname' : 'event_name'}":${eventName(random, arrival)}`,
    `"created_at":${createdAt(random, arrival)}`,
  ];
  const roll = random.below(60);
  if (roll === 0) members.splice(random.below(3), 1);
  if (roll === 1) members.push(random.pick(members));
  return members;
};

const objectText: Maker = (random, arrival) => {
  const members = keyMembers(random, arrival);
  for (let rest = random.below(6); rest > 0; rest--) {
    const name = random.below(15) === 0 ? random.pick(ADDED) : random.pick(NAMES);
    members.splice(random.below(members.length + 1), 0, `"${name}":${value(random)}`);
  }
  return pretty(members, random);
};

/** White space wherever JSON has room for some. */
const pretty = (members: readonly string[], random: Random): string => {
  const gap = random.pick(['', '', '', ' ', '\n  ', '\r\n\t', '\r']);
  const outside = random.pick(['', '', '', ' ', '\n', '\r\n \t']);
  return `${outside}{${gap}${members.join(`${random.pick(['', gap])},${gap}`)}${gap}}${random.pick(['', '', '\n', '\r\n', outside])}`;
};

/** Now and then what no JSON may hold: a raw control character, say. */
const encodeWeird = (text: string, random: Random): string =>
  random.below(60) === 0 ? text.replace('"', `"${random.pick(['\u0001', '\n', '\t', '\u0000', '\ufffd'])}`) : text;

const damaged = (bytes: Buffer, random: Random): Buffer => {
  if (bytes.length === 0) return bytes;
  const at = random.below(bytes.length);
  switch (random.below(5)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(4))]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from([random.below(256)]), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(random.below(at + 1))]);
    default: {
      const copy = Buffer.from(bytes);
      copy[at] = random.below(256);
      return copy;
    }
  }
};
