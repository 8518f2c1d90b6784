import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Graph } from '../local/graph';
import { LOCAL_CONSOLE } from '../local/local-console';

export const CHECKOUT = resolve(__dirname, '..');

/** The folder that the test files of one run of jest share; tests/graphs-setup.cjs makes it. */
const shared: string | undefined = process.env['LITHIFY_TEST_GRAPHS'];

const graphs = new Map<string, Promise<Graph>>();

/**
 * The graph of a stack of this checkout. The first test file of a run that asks captures it; the others read what that one found, since
 * a capture compiles every function and takes longer than most tests.
 */
export const programGraph = (
  stack: 'dev' | 'prod' | 'films',
  page: 'with the page' | 'without the page' = 'without the page',
): Promise<Graph> => {
  const name = page === 'with the page' ? `${stack}-page` : stack;
  const found =
    graphs.get(name) ?? (shared === undefined ? captured(stack, page) : read(join(shared, `${name}.json`), stack, page));
  graphs.set(name, found);
  return found;
};

// A `require` rather than `import()`, which tsx leaves to Node; and not at the top, so that who reads a graph does not load Pulumi.
const lazily = createRequire(__filename);
const captured = (stack: string, page: string): Promise<Graph> => {
  const { capture } = lazily('../local/capture') as typeof import('../local/capture');
  return capture({ stack, projectDir: CHECKOUT, ...(page === 'with the page' ? { console: LOCAL_CONSOLE } : {}) });
};

const read = async (path: string, stack: string, page: string): Promise<Graph> => {
  if (!existsSync(path)) {
    const graph = await captured(stack, page);
    // Two files may do so at the same time; the graphs are the same.
    const own = `${path}.${process.pid}`;
    writeFileSync(own, JSON.stringify(graph));
    renameSync(own, path);
  }
  return JSON.parse(readFileSync(path, 'utf8')) as Graph;
};
