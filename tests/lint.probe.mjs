/** Lints snippets as if they were files of the repository: `[{file, code}]` on stdin, `[[{rule, message}]]` on stdout. Without types. */
import { text } from 'node:stream/consumers';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const WATCHED = [
  'lithify/direction',
  'import-x/no-default-export',
  'no-restricted-syntax',
  'no-restricted-globals',
  'no-restricted-imports',
];

const eslint = new ESLint({
  cwd: new URL('..', import.meta.url).pathname,
  overrideConfig: [tseslint.configs.disableTypeChecked, { languageOptions: { parserOptions: { projectService: false } } }],
  ruleFilter: ({ ruleId }) => WATCHED.includes(ruleId),
});

const snippets = JSON.parse(await text(process.stdin));
const results = [];
for (const { file, code } of snippets) {
  const [result] = await eslint.lintText(code, { filePath: file, warnIgnored: true });
  results.push((result?.messages ?? []).map(({ ruleId, message }) => ({ rule: ruleId, message })));
}
process.stdout.write(JSON.stringify(results));
