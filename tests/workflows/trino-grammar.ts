import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { buildSync } from 'esbuild';

interface Mistake {
  readonly message: string;
}

/** The parser is published as ES modules that import folders, which Node refuses: it is bundled on first use. */
const load = (): { readonly TrinoSQL: new () => { validate(sql: string): readonly Mistake[] } } => {
  const { outputFiles } = buildSync({
    stdin: { contents: "export { TrinoSQL } from 'dt-sql-parser/dist/parser/trino'", resolveDir: join(__dirname, '../..') },
    bundle: true,
    platform: 'node',
    format: 'iife',
    globalName: 'grammar',
    write: false,
    logLevel: 'silent',
  });
  return runInThisContext(`${outputFiles[0]!.text}\n;grammar`) as ReturnType<typeof load>;
};

let parser: { validate(sql: string): readonly Mistake[] } | undefined;

/** What the Trino grammar has against a statement; nothing where it is valid. */
export const mistakesIn = (sql: string): readonly string[] => {
  parser ??= new (load().TrinoSQL)();
  return parser.validate(sql).map(({ message }) => message);
};
