import { join, resolve } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { FUNCTION_NAMES, type FunctionName } from '../contracts/environments';
import { compile } from './compile';

/** The program's own checkout. */
export const CHECKOUT = resolve(__dirname, '..');
/** The one file of a function's code; the Lambda handler is `index.handler`. */
export const BUNDLE_FILE = 'index.js';

/** How a function is compiled: for Node 20, so that every supported Node runs it. */
export const NODE_BUNDLE = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: true,
  // The SDK's ES modules leave out what is not used; its CommonJS build cannot.
  mainFields: ['module', 'main'],
  // An absolute path or a comment of some package would make the bytes depend on where they were built.
  sourcemap: false,
  legalComments: 'none',
  logLevel: 'silent',
  // The editor's compiler settings have no say in what is deployed.
  tsconfigRaw: { compilerOptions: { target: 'es2022', strict: true } },
} satisfies BuildOptions;

/**
 * The code of every function, one CommonJS file each with all that it needs inside, the AWS SDK included: what runs is what was tested.
 * The same sources give the same bytes, wherever the checkout lies.
 * @param checkout the folder that holds `handlers/<name>/index.ts`
 * @throws esbuild's BuildFailure, which names file and line
 */
export const bundles = (checkout: string = CHECKOUT): Readonly<Record<FunctionName, string>> =>
  compile(checkout, FUNCTIONS, NODE_BUNDLE);

const entryOf = (handler: string): string => join('handlers', handler, 'index.ts');

export const FUNCTIONS = Object.fromEntries(FUNCTION_NAMES.map((name) => [name, entryOf(name)])) as Readonly<
  Record<FunctionName, string>
>;

/**
 * The code of one more function, of a feed.
 * @throws esbuild's BuildFailure, which names file and line
 */
export const handlerBundle = (checkout: string, handler: string): string =>
  compile(checkout, { [handler]: entryOf(handler) }, NODE_BUNDLE)[handler]!;
