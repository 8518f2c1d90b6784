import { dirname, join, relative, sep } from 'node:path';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import tseslint from 'typescript-eslint';

const root = import.meta.dirname;

/** Files that run while the results of others are computed: no clock, no dice, no process. */
const PURE = ['contracts/**/*.ts', 'workflows/**/*.ts', 'handlers/*/core.ts'];

/**
 * Who may import whom: the first entry that matches a file holds. `own` are paths of this repository (a folder, or a file without its
 * ending; `.` is the file's own folder), `packages` are what stands in an import, `node:*` and `@aws-sdk/*` stand for all that begin so.
 */
const DIRECTIONS = [
  {
    files: /^contracts\//,
    own: ['contracts'],
    packages: ['zod'],
    because: 'contracts are what all stages agree on: they know none of them, and zod alone',
  },
  {
    files: /^workflows\//,
    own: ['contracts', 'workflows'],
    packages: ['zod', 'node:buffer', 'node:crypto'],
    because: 'workflows are pure descriptions: they know contracts, and no cloud, no Pulumi, no input or output',
  },
  {
    files: /^handlers\/[^/]+\/core\.ts$/,
    own: ['.', 'contracts', 'workflows'],
    packages: ['zod', 'node:buffer', 'node:crypto', 'node:zlib'],
    because: "a handler's core is pure: the AWS SDK, files and the environment belong into its index.ts",
  },
  {
    files: /^handlers\//,
    own: ['.', 'handlers/aws', 'contracts', 'workflows'],
    packages: ['zod', 'node:*', '@aws-sdk/*', '@types/aws-lambda', 'aws-lambda'],
    because: 'a handler knows its own folder, the shared shell in handlers/aws, contracts, workflows and the AWS SDK',
  },
  {
    files: /^infra\//,
    own: ['infra', 'contracts', 'workflows'],
    packages: ['@pulumi/*', 'zod', 'yaml', 'esbuild', 'node:*'],
    because:
      'the program declares: it bundles handlers as files and never runs their code, nor the AWS SDK, nor the embedded host',
  },
  {
    files: /^local\/capture[^/]*\.ts$/,
    own: ['local', 'infra', 'contracts', 'workflows'],
    packages: ['@pulumi/*', 'zod', 'yaml', 'node:*'],
    because: 'the capture alone runs the program; it needs no AWS SDK and no handler',
  },
  {
    files: /^local\//,
    own: ['local', 'contracts', 'workflows'],
    packages: ['@duckdb/node-api', 'jsonata', 'luxon', 'zod', 'node:*'],
    because:
      'the embedded host interprets the graph: what it knows of the program comes through local/capture, and it speaks the wire itself',
  },
  {
    files: /^corpora\//,
    own: ['corpora', 'contracts'],
    packages: ['@faker-js/*', '@octokit/webhooks-examples', '@octokit/webhooks-examples/*', 'luxon', 'node:*'],
    because: 'corpora generate records and know nothing of the pipeline but its contracts',
  },
  {
    files: /^(cli|console|bench)\//,
    own: ['contracts', 'workflows', 'handlers', 'infra', 'local', 'corpora', 'cli', 'console', 'bench', 'package'],
    packages: ['*'],
    because: 'nothing imports tests',
  },
];

const covers = (pattern, name) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern);
const within = (folder, path) => path === folder || path.startsWith(`${folder}/`);

/** One rule for all directions, with a message that says why. */
const direction = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { wrong: '{{file}} may not import {{what}}: {{because}}.' },
  },
  create(context) {
    const file = relative(root, context.filename).split(sep).join('/');
    const zone = DIRECTIONS.find(({ files }) => files.test(file));
    if (zone === undefined) return {};
    const check = (node, source) => {
      if (typeof source !== 'string') return;
      const inside = source.startsWith('.');
      const path = relative(root, join(dirname(context.filename), source))
        .split(sep)
        .join('/');
      const allowed = inside
        ? zone.own.some((own) => within(own === '.' ? dirname(file) : own, path))
        : zone.packages.some((pattern) => covers(pattern, source));
      if (!allowed)
        context.report({ node, messageId: 'wrong', data: { file, what: inside ? path : source, because: zone.because } });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source.value),
      ExportNamedDeclaration: (node) => check(node, node.source?.value),
      ExportAllDeclaration: (node) => check(node, node.source.value),
      ImportExpression: (node) => check(node, node.source.value),
      TSImportType: (node) => check(node, node.source?.value),
      TSExternalModuleReference: (node) => check(node, node.expression.value),
      'CallExpression[callee.name="require"]': (node) => check(node, node.arguments[0]?.value),
    };
  },
};

const NO_CLOCK_OR_DICE = [
  {
    selector: 'MemberExpression[object.name="Date"][property.name="now"]',
    message: 'Time comes with the input: no Date.now() here.',
  },
  {
    selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
    message: 'Time comes with the input: no new Date() here.',
  },
  { selector: 'CallExpression[callee.name="Date"]', message: 'Time comes with the input: no Date() here.' },
  {
    selector: 'MemberExpression[object.name="Math"][property.name="random"]',
    message: 'Results must not depend on chance: no Math.random() here.',
  },
];
const NO_DICE_FROM_CRYPTO = {
  name: 'node:crypto',
  importNames: ['randomUUID', 'randomBytes', 'randomInt', 'randomFillSync', 'webcrypto'],
  message: 'Results must not depend on chance.',
};

export default tseslint.config(
  { ignores: ['node_modules/', 'coverage/', '.lithify/', '.lithify-demo/', '.pulumi/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { 'import-x': importX, lithify: { rules: { direction } } },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    settings: {
      ...importX.flatConfigs.typescript.settings,
      'import-x/resolver-next': [createTypeScriptImportResolver({ project: join(root, 'tsconfig.json') })],
    },
    linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true },
    rules: {
      'lithify/direction': 'error',
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-default-export': 'error',
      'import-x/no-extraneous-dependencies': 'error',
      'import-x/no-self-import': 'error',
      'import-x/no-duplicates': 'error',
      eqeqeq: 'error',
      // A comment that says why is enough.
      'no-empty': ['error', { allowEmptyCatch: false }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // An empty text may well count as none; 0 and false may not.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      // An async function without an await is how a synchronous implementation of an asynchronous interface throws into its promise.
      '@typescript-eslint/require-await': 'off',
      // A refusal quotes what it was given, of whatever shape.
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
    },
  },
  {
    files: PURE,
    rules: {
      'no-restricted-syntax': ['error', ...NO_CLOCK_OR_DICE],
      'no-restricted-globals': [
        'error',
        ...['process', 'performance', 'crypto', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'console', 'require'].map(
          (name) => ({
            name,
            message: 'This file is pure: what it needs comes with its input.',
          }),
        ),
      ],
      'no-restricted-imports': ['error', { paths: [NO_DICE_FROM_CRYPTO] }],
    },
  },
  {
    files: ['corpora/**/*.ts', 'infra/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...NO_CLOCK_OR_DICE] },
  },
  {
    // Assertions read values of any shape out of answers.
    files: ['tests/**/*.ts'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off', '@typescript-eslint/unbound-method': 'off' },
  },
  {
    files: ['tests/**/*.ts'],
    ignores: ['tests/properties.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'fast-check', message: 'Examples are seeded: import fc from tests/properties.' }] },
      ],
    },
  },
);
