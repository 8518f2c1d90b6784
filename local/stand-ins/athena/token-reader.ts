/** Finds its way through the tokens of a statement: brackets, the parts of lists, what starts a query. Pure. */
import type { QueryFailure } from './failure';
import { mismatched } from './failure';
import type { Token } from './lexer';
import { isName, isSymbol, isWord } from './lexer';

export abstract class TokenReader {
  constructor(
    protected readonly text: string,
    protected readonly tokens: readonly Token[],
    protected readonly pairs: ReadonlyMap<number, number>,
  ) {}

  /** Index after the token at `index`, or after the bracket that opens there. */
  protected after(index: number): number {
    return isSymbol(this.tokens[index], '(', '[') ? this.pairs.get(index)! + 1 : index + 1;
  }

  /** The parts of [from, to) between commas outside of brackets. */
  protected items(from: number, to: number): readonly (readonly [number, number])[] {
    const found: (readonly [number, number])[] = [];
    let start = from;
    for (let index = from; index < to; index = this.after(index)) {
      if (!isSymbol(this.tokens[index], ',')) continue;
      found.push([start, index]);
      start = index + 1;
    }
    found.push([start, to]);
    for (const [one, other] of found) if (one >= other) throw this.unexpected(one);
    return found;
  }

  /** `a, b`: a list of names. */
  protected names(from: number, to: number): readonly string[] {
    return this.items(from, to).map(([start, end]) => {
      if (end - start !== 1 || !isName(this.tokens[start])) throw this.unexpected(end - start === 1 ? start : start + 1);
      return this.tokens[start]!.value;
    });
  }

  /** Names of columns, which are called as they are written. */
  protected columnNames(from: number, to: number): readonly string[] {
    this.names(from, to);
    return this.items(from, to).map(([start]) => {
      const { kind, text, value } = this.tokens[start]!;
      return kind === 'word' ? text : value;
    });
  }

  protected startsQuery(index: number): boolean {
    let at = index;
    while (isSymbol(this.tokens[at], '(')) at++;
    return isWord(this.tokens[at], 'select', 'with', 'values');
  }

  protected unexpected(index: number): QueryFailure {
    const token = this.tokens[index];
    return mismatched(this.text, token?.start ?? this.text.length, token?.text ?? '<EOF>');
  }
}
