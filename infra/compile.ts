import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync, version, type BuildOptions } from 'esbuild';
import { keptCompilation, type Compilation } from './compilation-cache';

/** Entry points, relative to the checkout, by the name of the one file that each becomes. */
export type EntryPoints = Readonly<Record<string, string>>;

/** What came out, by the names of the entry points. */
export type Texts<Names extends EntryPoints> = Readonly<Record<keyof Names & string, string>>;

/**
 * Compiles each entry point to one file with all that it needs inside. Takes seconds, so what came out is kept beside the packages and used
 * again as long as not a byte of what went in has changed.
 * @param checkout the folder that the entry points lie in
 * @throws esbuild's BuildFailure, which names file and line
 */
export const compile = <const Names extends EntryPoints>(
  checkout: string,
  entryPoints: Names,
  options: BuildOptions,
): Texts<Names> =>
  keptCompilation(checkout, JSON.stringify([version, entryPoints, options]), () => compileAnew(checkout, entryPoints, options));

/** The same without looking for what was kept. */
export const compileAnew = (folder: string, entryPoints: EntryPoints, options: BuildOptions): Compilation => {
  const checkout = realpathSync(folder);
  const names = Object.keys(entryPoints);
  const { outputFiles, metafile } = buildSync({
    ...options,
    absWorkingDir: checkout,
    entryPoints: names.map((name) => ({ in: entryPoints[name]!, out: name })),
    outdir: FOLDER,
    write: false,
    metafile: true,
  });
  const texts = new Map(outputFiles.map(({ path, text }) => [path, text]));
  const textOf = (name: string): string => {
    const text = texts.get(join(checkout, FOLDER, `${name}.js`));
    if (text === undefined || texts.size !== names.length)
      throw new Error(`no single file came out for ${name}; got ${[...texts.keys()].join(', ')}`);
    return text;
  };
  return { texts: Object.fromEntries(names.map((name) => [name, textOf(name)])), inputs: Object.keys(metafile.inputs) };
};

/** Only a name: nothing is written. */
const FOLDER = 'bundles';
