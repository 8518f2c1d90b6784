import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Graph } from '../local/graph';
import { LOCAL_CONSOLE } from '../local/local-console';

export const CHECKOUT = resolve(__dirname, '..');

/** The folder that the test files of one run share; tests/graphs-setup.cjs makes it. */
const shared = (): string => {
  const folder = process.env['LITHIFY_TEST_GRAPHS'];
  if (folder === undefined) throw new Error('LITHIFY_TEST_GRAPHS is not set: these tests run under jest alone');
  return folder;
};

const graphs = new Map<string, Promise<Graph>>();

/**
 * The graph of a stack of this checkout. The first test file of a run that asks captures it; the others read what that one found, since
 * a capture compiles every function and takes longer than most tests.
 */
export const programGraph = (
  stack: 'dev' | 'prod',
  page: 'with the page' | 'without the page' = 'without the page',
): Promise<Graph> => {
  const name = page === 'with the page' ? `${stack}-page` : stack;
  const found = graphs.get(name) ?? read(join(shared(), `${name}.json`), stack, page);
  graphs.set(name, found);
  return found;
};

const read = async (path: string, stack: string, page: string): Promise<Graph> => {
  if (!existsSync(path)) {
    const { capture } = await import('../local/capture');
    const graph = await capture({
      stack,
      projectDir: CHECKOUT,
      ...(page === 'with the page' ? { console: LOCAL_CONSOLE } : {}),
    });
    // Two files may do so at the same time; the graphs are the same.
    const own = `${path}.${process.pid}`;
    writeFileSync(own, JSON.stringify(graph));
    renameSync(own, path);
  }
  return JSON.parse(readFileSync(path, 'utf8')) as Graph;
};
