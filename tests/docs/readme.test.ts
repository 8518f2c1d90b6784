import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkPositionals, findCommand, parseValues, readArguments } from '../../cli/arguments';
import { COMMANDS, type TableEntry } from '../../cli/table';
import { FUNCTION_NAMES } from '../../contracts/environments';
import { runOf } from '../../handlers/validate/core';
import { CHECKOUT, commandsIn, textOf, wordsOf, type DocumentedCommand } from './shell-blocks';

const DOCUMENTS = [
  'README.md',
  'docs/operations.md',
  'docs/templates.md',
  'docs/console.md',
  'docs/telemetry.md',
  'docs/add-a-feed.md',
  'docs/stream-or-firehose.md',
];
const documented = DOCUMENTS.flatMap(commandsIn);
const commands: Readonly<Record<string, TableEntry>> = COMMANDS;
const { scripts } = JSON.parse(textOf('package.json')) as { readonly scripts: Readonly<Record<string, string>> };

/** What npm itself understands without a script of the package. */
const NPM_ITSELF = ['ci'];

/** Parses a `lithify …` as the command would, up to the point where it would begin. Throws where it would refuse. */
const parseLithify = (args: readonly string[]): void => {
  const { command: name, rest } = findCommand(args);
  const entry = name === undefined ? undefined : commands[name];
  if (name === undefined || entry === undefined) throw new Error(`no command ${String(name)}`);
  const command = entry.load();
  const given = readArguments(rest, command.options, `lithify ${name}`);
  checkPositionals(command, given.positionals);
  parseValues(command.options, given);
};

const parseNpm = ([verb = '', ...rest]: readonly string[]): void => {
  const name = verb === 'run' ? (rest[0] ?? '') : verb;
  if (NPM_ITSELF.includes(name)) return;
  const script = scripts[name];
  if (script === undefined) throw new Error(`package.json has no script ${name}`);
  const passed = rest.includes('--') ? rest.slice(rest.indexOf('--') + 1) : [];
  const own = /^node bin\/lithify\.cjs(?: (.*))?$/.exec(script);
  if (own !== null) parseLithify([...wordsOf(own[1] ?? ''), ...passed]);
};

const parse = ({ words }: DocumentedCommand): void => {
  if (words[0] === 'npm') parseNpm(words.slice(1));
  if (words[0] === 'lithify') parseLithify(words.slice(1));
  if (words[0] === 'npx' && words[1] === 'lithify') parseLithify(words.slice(2));
};

const ours = documented.filter(({ words }) => words[0] === 'npm' || words[0] === 'npx' || words[0] === 'lithify');

describe('the commands that the documents show', () => {
  it.each(ours.map((command) => [`${command.file}: ${command.line}`, command] as const))('%s', (_, command) => {
    expect(() => parse(command)).not.toThrow();
  });

  it.each([
    'npx lithify compcat',
    'npx lithify compact --rebiuld',
    'npx lithify produce events --count many',
    'npm start -- --evnets 5',
    'npm run tset',
    'npx lithify rollback',
  ])('would be refused if they said %s', (line) => {
    expect(() => parse({ file: '', line, words: wordsOf(line) })).toThrow();
  });

  it('include every command of lithify, in the table of the README', () => {
    const listed = [...textOf('README.md').matchAll(/^\| `lithify ([a-z]+)`/gm)].map(([, name]) => name);
    expect(listed).toEqual(Object.keys(commands));
  });

  it('start executions whose input the first state accepts', () => {
    const starts = documented.filter(({ words }) => words.includes('start-execution'));
    expect(starts.length).toBeGreaterThanOrEqual(6);
    for (const { words } of starts) {
      const input = JSON.parse(words[words.indexOf('--input') + 1] ?? '') as unknown;
      expect(() =>
        runOf({ input, executionArn: 'arn:aws:states:eu-west-1:000000000000:execution:m:x', startedAt: '2026-11-21T00:30:00Z' }),
      ).not.toThrow();
    }
  });

  it('ask the stack for outputs that it has', () => {
    const exported = /export const \{([^}]*)\}/
      .exec(textOf('infra/index.ts'))![1]!
      .split(',')
      .map((name) => name.trim());
    const asked = DOCUMENTS.flatMap((file) => [...textOf(file).matchAll(/pulumi stack output (\w+)/g)].map(([, name]) => name!));
    expect(asked.length).toBeGreaterThan(4);
    expect(asked.filter((name) => !exported.includes(name))).toEqual([]);
  });
});

const markdown = [...DOCUMENTS, 'CHANGELOG.md', ...readdirSync(join(CHECKOUT, 'docs/adr')).map((name) => `docs/adr/${name}`)];

describe('the documents', () => {
  it.each(markdown)('%s links to files that are there', (file) => {
    const targets = [...textOf(file).matchAll(/\]\(([^)]+)\)/g)]
      .map(([, target]) => target!)
      .filter((target) => !target.startsWith('http'));
    expect(targets.filter((target) => !existsSync(join(CHECKOUT, dirname(file), target.split('#')[0]!)))).toEqual([]);
  });

  it('lists every folder of source code in the README', () => {
    const folders = readdirSync(CHECKOUT, { withFileTypes: true })
      .filter(
        (entry) =>
          entry.isDirectory() && !entry.name.startsWith('.') && !['node_modules', 'docs', 'coverage', 'bin'].includes(entry.name),
      )
      .map(({ name }) => name);
    const listed = [...textOf('README.md').matchAll(/^\| `([a-z]+)\/`/gm)].map(([, name]) => name!);
    expect(listed.sort()).toEqual(folders.sort());
  });

  it('shows one picture of how it works', () => {
    expect(textOf('README.md').match(/^```mermaid$/gm)).toHaveLength(1);
  });

  it('counts the functions right where a decision speaks of them', () => {
    expect(FUNCTION_NAMES).toHaveLength(13);
    expect(textOf('docs/adr/0004-an-embedded-host-on-the-wire.md')).toContain('thirteen functions');
  });
});
