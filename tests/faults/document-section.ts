import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CHECKOUT = join(__dirname, '..', '..');
const DOCUMENT = join(CHECKOUT, 'docs', 'faults.md');
const PRETTIER = join(CHECKOUT, 'node_modules', 'prettier', 'bin', 'prettier.cjs');

/** Puts a section of the document in place of the one of the same name, or at its end. */
export const replaceSection = (name: string, text: string): void => {
  const [from, to] = [`<!-- ${name}: written by \`npm run test:faults -- --all\` -->`, `<!-- end of ${name} -->`];
  const document = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, 'utf8') : '# Faults\n';
  const section = `${from}\n\n${text}\n\n${to}`;
  const [start, end] = [document.indexOf(from), document.indexOf(to)];
  const replaced =
    start === -1 ? `${document.trimEnd()}\n\n${section}\n` : document.slice(0, start) + section + document.slice(end + to.length);
  writeFileSync(DOCUMENT, replaced);
  execFileSync(process.execPath, [PRETTIER, '--write', '--log-level', 'warn', DOCUMENT], { cwd: CHECKOUT });
};
