/**
 * Trino's HTTP protocol: a statement is posted, and its pages are fetched one after another until none follows.
 * https://trino.io/docs/current/develop/client-protocol.html
 */
import { QueryFailure, rootReasonOf } from '../failure';
import type { Json } from './json';
import { listMember, member, numberMember, parseJson, textMember } from './json';
import type { TrinoType } from './values';
import { trinoTypeOf } from './values';

/** The name by which Athena knows the Glue catalog, and by which Trino must. */
export const CATALOG = 'awsdatacatalog';
const USER = 'athena';
/** Statuses that ask to be asked again. */
const BUSY = [429, 502, 503, 504];
const BUSY_MILLIS = 100;
const BUSY_TRIES = 50;

export interface TrinoColumn {
  readonly name: string;
  readonly type: TrinoType;
}

export interface TrinoPage {
  readonly id: string;
  /** Undefined until the engine knows them. */
  readonly columns: readonly TrinoColumn[] | undefined;
  readonly rows: readonly (readonly Json[])[];
  readonly physicalInputBytes: number;
  readonly error: TrinoError | undefined;
  /** Undefined on the last page. */
  readonly next: string | undefined;
}

export interface TrinoError {
  readonly name: string;
  readonly type: string;
  readonly message: string;
}

export interface TrinoStatement {
  readonly sql: string;
  readonly schema: string;
  /** Session properties: `awsdatacatalog.compression_codec`. */
  readonly session: Readonly<Record<string, string>>;
}

const pageOf = (json: Json): TrinoPage => {
  const columns = listMember(json, 'columns');
  const error = member(json, 'error');
  return {
    id: textMember(json, 'id') ?? '',
    columns:
      columns.length === 0
        ? undefined
        : columns.map((column) => ({
            name: textMember(column, 'name') ?? '',
            type: trinoTypeOf(member(column, 'typeSignature')),
          })),
    rows: listMember(json, 'data') as readonly (readonly Json[])[],
    physicalInputBytes: numberMember(member(json, 'stats'), 'physicalInputBytes') ?? 0,
    error:
      error === undefined
        ? undefined
        : {
            name: textMember(error, 'errorName') ?? 'GENERIC_INTERNAL_ERROR',
            type: textMember(error, 'errorType') ?? 'INTERNAL_ERROR',
            message: textMember(error, 'message') ?? 'Trino gives no reason',
          },
    next: textMember(json, 'nextUri'),
  };
};

export class TrinoClient {
  constructor(
    /** `http://127.0.0.1:8180`, without a slash at the end. */
    readonly url: string,
  ) {}

  /** The pages of a statement; the first comes before it has run. Throws QueryFailure where Trino does not answer. */
  async *pages(statement: TrinoStatement): AsyncGenerator<TrinoPage> {
    const session = Object.entries(statement.session).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    let page = pageOf(
      await this.#ask('POST', `${this.url}/v1/statement`, statement.sql, {
        'X-Trino-Catalog': CATALOG,
        ...(statement.schema === '' ? {} : { 'X-Trino-Schema': statement.schema }),
        'X-Trino-Time-Zone': 'UTC',
        'X-Trino-Source': 'lithify',
        ...(session.length === 0 ? {} : { 'X-Trino-Session': session.join(',') }),
      }),
    );
    yield page;
    while (page.next !== undefined) {
      page = pageOf(await this.#ask('GET', page.next));
      yield page;
    }
  }

  /** Ends a statement; one that has ended stays as it is. */
  async cancel(id: string): Promise<void> {
    await fetch(`${this.url}/v1/query/${id}`, { method: 'DELETE', headers: { 'X-Trino-User': USER } });
  }

  /** How many splits of tables a statement read: an object is one, or one for every 32 to 64 MB of it. */
  async splitsOf(id: string): Promise<number> {
    const info = await this.#ask('GET', `${this.url}/v1/query/${id}`);
    return listMember(member(info, 'queryStats'), 'operatorSummaries')
      .filter((operator) => /Scan/.test(textMember(operator, 'operatorType') ?? ''))
      .reduce<number>((sum, operator) => sum + (numberMember(operator, 'totalDrivers') ?? 0), 0);
  }

  /** Throws with a sentence where no Trino answers that is ready. */
  async ready(): Promise<void> {
    const answer = await fetch(`${this.url}/v1/info`, { signal: AbortSignal.timeout(10_000) });
    const info = answer.ok ? parseJson(await answer.text()) : undefined;
    if (member(info, 'nodeVersion') === undefined) throw new Error(`what answers there is no Trino (HTTP ${answer.status})`);
    if (member(info, 'starting') === true) throw new Error('it is still starting');
  }

  async #ask(method: string, url: string, body?: string, headers: Readonly<Record<string, string>> = {}): Promise<Json> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await fetch(url, {
          method,
          headers: { ...headers, 'X-Trino-User': USER },
          ...(body === undefined ? {} : { body }),
        });
        const text = await answer.text();
        if (answer.ok) return parseJson(text);
        if (!BUSY.includes(answer.status) || attempt >= BUSY_TRIES)
          throw new QueryFailure(
            'GENERIC_INTERNAL_ERROR',
            `Trino at ${this.url} answered HTTP ${answer.status}: ${text.slice(0, 300)}`,
            1,
          );
      } catch (thrown) {
        if (thrown instanceof QueryFailure) throw thrown;
        throw new QueryFailure('GENERIC_INTERNAL_ERROR', `Trino at ${this.url} does not answer: ${rootReasonOf(thrown)}`, 1);
      }
      await new Promise((resolve) => setTimeout(resolve, BUSY_MILLIS));
    }
  }
}
