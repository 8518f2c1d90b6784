import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { keptCompilation } from '../../infra/compilation-cache';
import { compile, compileAnew } from '../../infra/compile';

const ENTRY = { lock: 'handlers/lock/index.ts' };
const OPTIONS = { bundle: true, format: 'cjs', logLevel: 'silent' } as const;

let checkout: string;
let compilations: number;

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(checkout, path)), { recursive: true });
  writeFileSync(join(checkout, path), text);
};

beforeEach(() => {
  checkout = realpathSync(mkdtempSync(join(tmpdir(), 'lithify-compile-')));
  compilations = 0;
  write(
    'handlers/lock/index.ts',
    "import { a } from 'a';\nimport { b } from '../../contracts/b';\nexport const handler = [a, b];\n",
  );
  write('contracts/b.ts', "export const b = 'bee';\n");
  write('node_modules/.package-lock.json', '{"packages":{"node_modules/a":{"version":"1.0.0"}}}');
  write('node_modules/a/package.json', '{"name":"a","main":"first.js"}');
  write('node_modules/a/first.js', "exports.a = 'first';\n");
  write('node_modules/a/second.js', "exports.a = 'second';\n");
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

const compiled = (how = 'plainly', from = checkout): string =>
  keptCompilation(from, how, () => {
    compilations++;
    return compileAnew(from, ENTRY, OPTIONS);
  })['lock']!;
const cache = (): string[] => readdirSync(join(checkout, 'node_modules', '.cache', 'lithify'));

it('gives what it gave before while nothing has changed', () => {
  const first = compiled();
  expect(first).toContain('first');
  expect(compiled()).toBe(first);
  expect(compilations).toBe(1);
});

it('compiles, and finds again, what is reached by a link', () => {
  const link = `${checkout}-link`;
  symlinkSync(checkout, link);
  try {
    const first = compile(link, ENTRY, OPTIONS);
    expect(first.lock).toContain('first');
    expect(cache()).toHaveLength(1);
    expect(compile(checkout, ENTRY, OPTIONS)).toEqual(first);
    expect(cache()).toHaveLength(1);
  } finally {
    rmSync(link);
  }
});

it('tells options and entry points apart', () => {
  const plain = compile(checkout, ENTRY, OPTIONS).lock;
  const short = compile(checkout, ENTRY, { ...OPTIONS, minify: true }).lock;
  expect(short.length).toBeLessThan(plain.length);
  expect(compile(checkout, { other: 'contracts/b.ts' }, OPTIONS).other).not.toContain('first');
  expect(compile(checkout, ENTRY, OPTIONS).lock).toBe(plain);
});

it.each<[string, () => void, RegExp]>([
  ['a source', () => write('contracts/b.ts', "export const b = 'wasp';\n"), /wasp/],
  ['a file of a package', () => write('node_modules/a/first.js', "exports.a = 'third';\n"), /third/],
])('keeps nothing where %s changes while it compiles', (_, change, expected) => {
  const before = keptCompilation(checkout, 'plainly', () => {
    const compilation = compileAnew(checkout, ENTRY, OPTIONS);
    change();
    return compilation;
  })['lock'];
  expect(before).not.toMatch(expected);
  expect(cache()).toEqual([]);
  expect(compiled()).toMatch(expected);
});

it.each<[string, () => void, RegExp]>([
  ['a source', () => write('contracts/b.ts', "export const b = 'wasp';\n"), /wasp/],
  ['a file that comes before the one that was found', () => write('contracts/b.tsx', "export const b = 'fly';\n"), /fly/],
  ['a file of a package', () => write('node_modules/a/first.js', "exports.a = 'third';\n"), /third/],
  ['where a package begins', () => write('node_modules/a/package.json', '{"name":"a","main":"second.js"}'), /second/],
  ['what the checkout says of its files', () => write('package.json', '{"sideEffects":false}'), /first/],
  ['the list of packages', () => write('node_modules/.package-lock.json', '{}'), /first/],
])('compiles anew where %s has changed', (_, change, expected) => {
  compiled();
  change();
  expect(compiled()).toMatch(expected);
  expect(compiled()).toMatch(expected);
  expect(compilations).toBe(2);
});

it('tells ways to compile apart', () => {
  compiled();
  compiled('otherwise');
  expect(compilations).toBe(2);
  expect(cache()).toHaveLength(2);
});

it.each<[string, (text: string) => string]>([
  ['cut in half', (text) => text.slice(0, text.length / 2)],
  ['changed', (text) => text.replace('bee', 'boo')],
  ['something else', () => '[]'],
])('does not use what is kept where it was %s', (_, damage) => {
  const whole = compiled();
  const path = join(checkout, 'node_modules', '.cache', 'lithify', cache()[0]!);
  const text = readFileSync(path, 'utf8');
  expect(damage(text)).not.toBe(text);
  writeFileSync(path, damage(text));
  expect(compiled()).toBe(whole);
  expect(compiled()).toBe(whole);
  expect(compilations).toBe(2);
});

it.each<[string, () => void]>([
  ['nobody says which packages are installed', () => rmSync(join(checkout, 'node_modules', '.package-lock.json'))],
  ['nothing can be kept', () => write('node_modules/.cache', 'a file')],
  [
    'a package lies elsewhere',
    () => {
      write('elsewhere/index.js', "exports.a = 'linked';\n");
      rmSync(join(checkout, 'node_modules', 'a'), { recursive: true });
      symlinkSync(join(checkout, 'elsewhere'), join(checkout, 'node_modules', 'a'));
    },
  ],
])('compiles every time where %s', (_, change) => {
  change();
  expect(compiled()).toContain('bee');
  expect(compiled()).toContain('bee');
  expect(compilations).toBe(2);
});

it('keeps nothing of a compilation that failed', () => {
  write('contracts/b.ts', 'export const b = ;\n');
  expect(() => compiled()).toThrow(/contracts\/b\.ts:1:17/);
  expect(() => compiled()).toThrow(/contracts\/b\.ts:1:17/);
  expect(cache()).toEqual([]);
  write('contracts/b.ts', "export const b = 'mended';\n");
  expect(compiled()).toContain('mended');
});

it('forgets the oldest of many', () => {
  const folder = join(checkout, 'node_modules', '.cache', 'lithify');
  const order: string[] = [];
  for (let state = 0; state < 20; state++) {
    compiled(`way ${state}`);
    const written = cache().find((name) => !order.includes(name))!;
    order.push(written);
    utimesSync(join(folder, written), state, state);
  }
  compiled('way 20');
  expect(cache()).toHaveLength(16);
  expect(order.slice(5).every((name) => cache().includes(name))).toBe(true);
});
