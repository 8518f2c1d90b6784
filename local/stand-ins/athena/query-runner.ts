/** Runs one statement: what the catalog alone answers here, queries in the engine. */
import { catalogAnswer } from './catalog-statements';
import { QueryFailure } from './failure';
import type { ObjectStore } from './object-store';
import { locationOf } from './object-store';
import type { Catalog, CreateTableAs, Interruption, Outcome, Query, StatementEngine } from './statement-engine';
import { NO_ROWS } from './statement-engine';

export interface RunnerParts {
  readonly engine: StatementEngine;
  readonly catalog: Catalog;
  readonly store: ObjectStore;
}

export class QueryRunner {
  constructor(private readonly parts: RunnerParts) {}

  /** Throws QueryFailure, BytesScannedExceeded or Stopped. */
  async run(query: Query, interruption: Interruption): Promise<Outcome> {
    const { statement } = query;
    switch (statement.kind) {
      case 'select':
        return this.parts.engine.select(query, statement, interruption);
      case 'ctas':
        return this.#createTable(query, statement, interruption);
      default: {
        const { columns, lines } = catalogAnswer(statement, this.parts.catalog);
        const body = lines.map((line) => `${line.join('\t')}\n`).join('');
        await this.parts.store.put(query.caller, { ...query.output, body, contentType: 'text/plain' });
        return { ...NO_ROWS, columns, rows: lines.length, outputBytes: Buffer.byteLength(body) };
      }
    }
  }

  /** Refuses, in Athena's words, what is there already. */
  async #createTable(query: Query, statement: CreateTableAs, interruption: Interruption): Promise<Outcome> {
    const { name, properties } = statement;
    const { catalog, store, engine } = this.parts;
    if (catalog.database(name.database) === undefined)
      throw new QueryFailure('SCHEMA_NOT_FOUND', `line 1:1: Schema '${name.database}' not found`);
    if (catalog.table(name.database, name.table) !== undefined) {
      if (statement.ifNotExists) return NO_ROWS;
      throw new QueryFailure(
        'TABLE_ALREADY_EXISTS',
        `line 1:1: Destination table 'awsdatacatalog.${name.database}.${name.table}' already exists`,
      );
    }
    const location = properties.externalLocation ?? `${query.tables}${query.id}/`;
    const { bucket, prefix } = locationOf(location)!;
    if ((await store.list(query.caller, { bucket, prefix })).length > 0) {
      throw new QueryFailure(
        'HIVE_PATH_ALREADY_EXISTS',
        `Target directory for table '${name.database}.${name.table}' already exists: ${location}. You may need to manually clean the data at location '${query.tables}${query.id}' before retrying. Athena will not delete data in your account.`,
      );
    }
    const manifest = `${query.tables}${query.id}-manifest.csv`;
    return engine.createTable(query, statement, { location, bucket, prefix, manifest }, interruption);
  }
}
