import { type AttributeValue, validation } from './values';

/** A place in an item: `a`, `a.b`, `a.b[0]`. */
export type Path = readonly (string | number)[];

export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'size'; readonly path: Path };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'compare'; readonly comparator: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly of: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly of: Operand; readonly among: readonly Operand[] }
  | { readonly kind: 'exists'; readonly path: Path; readonly wanted: boolean }
  | { readonly kind: 'type'; readonly path: Path; readonly type: Operand }
  | { readonly kind: 'begins' | 'contains'; readonly of: Operand; readonly part: Operand };

export type UpdateValue =
  | Operand
  | { readonly kind: 'ifNotExists'; readonly path: Path; readonly otherwise: UpdateValue }
  | { readonly kind: 'sum'; readonly left: UpdateValue; readonly right: UpdateValue; readonly sign: 1 | -1 };

export type UpdateAction =
  { readonly kind: 'set'; readonly path: Path; readonly value: UpdateValue } | { readonly kind: 'remove'; readonly path: Path };

/** What `#name` and `:value` stand for; each must be used, and everything used must be there. */
export class Placeholders {
  readonly #used = new Set<string>();

  constructor(
    private readonly names: Readonly<Record<string, string>>,
    private readonly values: Readonly<Record<string, AttributeValue>>,
  ) {}

  name(placeholder: string, expression: string): string {
    this.#used.add(placeholder);
    const name = Object.hasOwn(this.names, placeholder) ? this.names[placeholder] : undefined;
    if (name === undefined)
      throw validation(
        `Invalid ${expression}: An expression attribute name used in the document path is not defined; attribute name: ${placeholder}`,
      );
    return name;
  }

  value(placeholder: string, expression: string): AttributeValue {
    this.#used.add(placeholder);
    const value = Object.hasOwn(this.values, placeholder) ? this.values[placeholder] : undefined;
    if (value === undefined)
      throw validation(
        `Invalid ${expression}: An expression attribute value used in expression is not defined; attribute value: ${placeholder}`,
      );
    return value;
  }

  /** Throws where something was given and stands in no expression. */
  checkUsed(): void {
    const unused = (given: object): string => {
      const names = Object.keys(given).filter((name) => !this.#used.has(name));
      return names.length === 0 ? '' : `{${names.join(', ')}}`;
    };
    const [names, values] = [unused(this.names), unused(this.values)];
    if (names !== '') throw validation(`Value provided in ExpressionAttributeNames unused in expressions: keys: ${names}`);
    if (values !== '') throw validation(`Value provided in ExpressionAttributeValues unused in expressions: keys: ${values}`);
  }
}

/** "The maximum length of any expression string is 4 KB". */
const LONGEST_BYTES = 4_096;
const TOKEN = /\s*(?:([A-Za-z_][A-Za-z0-9_]*)|(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|(\d+)|(<>|<=|>=|[=<>(),.[\]+-]))/y;

/** A parser of one expression; `label` is how DynamoDB's sentences call it. */
class Parser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(
    source: string,
    private readonly label: string,
    private readonly placeholders: Placeholders,
  ) {
    if (source === '') throw validation(`Invalid ${label}: The expression can not be empty;`);
    if (Buffer.byteLength(source) > LONGEST_BYTES)
      throw validation(
        `Invalid ${label}: Expression size has exceeded the maximum allowed size; expression size: ${Buffer.byteLength(source)}`,
      );
    const tokens: string[] = [];
    const pattern = new RegExp(TOKEN);
    const trimmed = source.trimEnd();
    while (pattern.lastIndex < trimmed.length) {
      const at = pattern.lastIndex;
      const match = pattern.exec(trimmed);
      if (match === null)
        throw validation(
          `Invalid ${label}: Syntax error; token: "${trimmed.slice(at).trim().charAt(0)}", near: "${trimmed.slice(at, at + 12).trim()}"`,
        );
      tokens.push(match[0].trim());
    }
    this.#tokens = tokens;
  }

  condition(): Condition {
    const found = this.#or();
    this.#end();
    return found;
  }

  paths(): readonly Path[] {
    const found = [this.#path()];
    while (this.#take(',')) found.push(this.#path());
    this.#end();
    return found;
  }

  update(): readonly UpdateAction[] {
    const actions: UpdateAction[] = [];
    const seen = new Set<string>();
    while (this.#peek() !== undefined) {
      const clause = this.#next().toUpperCase();
      if (clause !== 'SET' && clause !== 'REMOVE') {
        if (clause === 'ADD' || clause === 'DELETE')
          throw validation(
            `Invalid ${this.label}: the clause ${clause} is not modelled by the embedded host; modelled: SET, REMOVE`,
          );
        throw this.#syntax(clause);
      }
      if (seen.has(clause))
        throw validation(`Invalid ${this.label}: The "${clause}" section can only be used once in an update expression;`);
      seen.add(clause);
      do {
        const path = this.#path();
        if (clause === 'REMOVE') actions.push({ kind: 'remove', path });
        else {
          this.#expect('=');
          actions.push({ kind: 'set', path, value: this.#sum() });
        }
      } while (this.#take(','));
    }
    return actions;
  }

  #sum(): UpdateValue {
    const left = this.#updateOperand();
    const sign = this.#take('+') ? 1 : this.#take('-') ? -1 : undefined;
    return sign === undefined ? left : { kind: 'sum', left, right: this.#updateOperand(), sign };
  }

  #updateOperand(): UpdateValue {
    if (this.#peek()?.toLowerCase() !== 'if_not_exists' || this.#peek(1) !== '(') return this.#operand();
    this.#at += 2;
    const path = this.#path();
    this.#expect(',');
    const otherwise = this.#updateOperand();
    this.#expect(')');
    return { kind: 'ifNotExists', path, otherwise };
  }

  #or(): Condition {
    let left = this.#and();
    while (this.#word('OR')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Condition {
    let left = this.#not();
    while (this.#word('AND')) left = { kind: 'and', left, right: this.#not() };
    return left;
  }

  #not(): Condition {
    return this.#word('NOT') ? { kind: 'not', of: this.#not() } : this.#primary();
  }

  #primary(): Condition {
    if (this.#take('(')) {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    const name = this.#peek() ?? '';
    if (this.#peek(1) === '(' && name !== 'size') return this.#function(name);
    const left = this.#operand();
    if (this.#word('BETWEEN')) {
      const low = this.#operand();
      if (!this.#word('AND')) throw this.#syntax(this.#peek());
      return { kind: 'between', of: left, low, high: this.#operand() };
    }
    if (this.#word('IN')) {
      this.#expect('(');
      const among = [this.#operand()];
      while (this.#take(',')) among.push(this.#operand());
      this.#expect(')');
      return { kind: 'in', of: left, among };
    }
    const comparator = this.#next();
    if (!['=', '<>', '<', '<=', '>', '>='].includes(comparator)) throw this.#syntax(comparator);
    return { kind: 'compare', comparator: comparator as Comparator, left, right: this.#operand() };
  }

  #function(name: string): Condition {
    this.#at += 2;
    const done = <T>(result: T): T => {
      this.#expect(')');
      return result;
    };
    switch (name) {
      case 'attribute_exists':
      case 'attribute_not_exists':
        return done({ kind: 'exists', path: this.#path(), wanted: name === 'attribute_exists' });
      case 'attribute_type': {
        const path = this.#path();
        this.#expect(',');
        return done({ kind: 'type', path, type: this.#operand() });
      }
      case 'begins_with':
      case 'contains': {
        const of = this.#operand();
        this.#expect(',');
        return done({ kind: name === 'contains' ? 'contains' : 'begins', of, part: this.#operand() });
      }
      default:
        throw validation(`Invalid ${this.label}: Invalid function name; function: ${name}`);
    }
  }

  #operand(): Operand {
    const token = this.#peek() ?? '';
    if (token.startsWith(':')) {
      this.#at++;
      return { kind: 'value', value: this.placeholders.value(token, this.label) };
    }
    if (token === 'size' && this.#peek(1) === '(') {
      this.#at += 2;
      const path = this.#path();
      this.#expect(')');
      return { kind: 'size', path };
    }
    return { kind: 'path', path: this.#path() };
  }

  #path(): Path {
    const path: (string | number)[] = [this.#attribute()];
    for (;;) {
      if (this.#take('.')) path.push(this.#attribute());
      else if (this.#take('[')) {
        const index = this.#next();
        if (!/^\d+$/.test(index)) throw this.#syntax(index);
        path.push(Number(index));
        this.#expect(']');
      } else return path;
    }
  }

  #attribute(): string {
    const token = this.#next();
    if (token.startsWith('#')) return this.placeholders.name(token, this.label);
    if (!/^[A-Za-z_]/.test(token)) throw this.#syntax(token);
    if (RESERVED.has(token.toUpperCase()))
      throw validation(`Invalid ${this.label}: Attribute name is a reserved keyword; reserved keyword: ${token}`);
    return token;
  }

  #peek(ahead = 0): string | undefined {
    return this.#tokens[this.#at + ahead];
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw this.#syntax(undefined);
    return token;
  }

  #take(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#at++;
    return true;
  }

  #word(word: string): boolean {
    if (this.#peek()?.toUpperCase() !== word) return false;
    this.#at++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw this.#syntax(this.#peek());
  }

  #end(): void {
    if (this.#peek() !== undefined) throw this.#syntax(this.#peek());
  }

  #syntax(token: string | undefined) {
    const near = this.#tokens.slice(Math.max(0, this.#at - 2), this.#at + 2).join(' ');
    return validation(`Invalid ${this.label}: Syntax error; token: "${token ?? '<EOF>'}", near: "${near}"`);
  }
}

/**
 * Reserved words that a table of people and events is likely to meet, out of the 573 of
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
 */
const RESERVED = new Set(
  (
    'ACTION ADD ALL AND ANY AS ATTRIBUTE BETWEEN BY CONDITION CONNECTION COUNT CREATE CURRENT DATA DATE DATETIME DELETE DESC DESCRIBE DOMAIN ' +
    'EVENT EXISTS FILTER FIRST FROM FUNCTION GROUP HASH IN INDEX INSERT ITEM ITEMS KEY KEYS LAST LEVEL LIKE LIMIT LIST LOCATION MAP MEMBER ' +
    'METHOD NAME NAMES NEXT NOT NULL NUMBER OF OFFSET OPERATION OPTION OR ORDER OWNER PARTITION PATH PLAN POSITION PUT QUERY RANGE READ RECORD ' +
    'REGION REPLACE REQUEST RESOURCE ROLE ROLES ROW SCAN SELECT SEQUENCE SESSION SET SIZE SOURCE START STATE STATUS STRING TABLE TEXT TIME ' +
    'TIMESTAMP TO TOKEN TOTAL TRANSACTION TTL TYPE UPDATE USER USERS USING UUID VALUE VALUES VERSION VIEW WHERE WITH YEAR ZONE'
  ).split(' '),
);

export const parseCondition = (source: string, label: string, placeholders: Placeholders): Condition =>
  new Parser(source, label, placeholders).condition();

export const parsePaths = (source: string, label: string, placeholders: Placeholders): readonly Path[] =>
  new Parser(source, label, placeholders).paths();

export const parseUpdate = (source: string, label: string, placeholders: Placeholders): readonly UpdateAction[] =>
  new Parser(source, label, placeholders).update();
