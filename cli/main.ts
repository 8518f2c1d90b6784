import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { runCli } from './run';

const CHECKOUT = resolve(__dirname, '..');

const version = (): string => {
  const { version: number } = JSON.parse(readFileSync(resolve(CHECKOUT, 'package.json'), 'utf8')) as { readonly version: string };
  return number;
};

// Whoever reads the output may have seen enough (`lithify query … | head`): nobody is left to be told anything.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

void runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  readInput: () => text(process.stdin),
  inputLines: () => createInterface({ input: process.stdin, crlfDelay: Infinity }),
  projectDirectory: CHECKOUT,
  version: version(),
}).then((exitCode) => {
  process.exitCode = exitCode;
});
