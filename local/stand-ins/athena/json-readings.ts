/**
 * The texts that json_extract_scalar reads, each with all the paths that the statement asks of it: the engine parses a text once for
 * all of them. While the statement is translated a mark stands for each reading.
 */
import { quoteText } from './lexer';
import { duckPath } from './literals';

/** Occurs in no statement that the engine takes. */
const MARK = '\u0000';

export class JsonReadings {
  readonly #paths = new Map<string, string[]>();
  readonly #marks: { readonly source: string; readonly path: string }[] = [];

  /** `source` is translated, and may hold marks itself. */
  mark(source: string, path: string): string {
    const paths = this.#paths.get(source) ?? [];
    this.#paths.set(source, paths);
    if (!paths.includes(path)) paths.push(path);
    this.#marks.push({ source, path });
    return `${MARK}${this.#marks.length - 1}${MARK}`;
  }

  /** Puts the readings where their marks are, when all paths are known. */
  put(sql: string): string {
    return sql.replace(new RegExp(`${MARK}(\\d+)${MARK}`, 'g'), (_, number: string) => {
      const { source, path } = this.#marks[Number(number)]!;
      const [text, paths] = [this.put(source), this.#paths.get(source)!];
      const list = paths.map((one) => quoteText(duckPath(one)!)).join(', ');
      return `lithify_json_text(TRY(json_extract(${text}, [${list}]))[${paths.indexOf(path) + 1}], ${text}, ${quoteText(path)})`;
    });
  }
}
