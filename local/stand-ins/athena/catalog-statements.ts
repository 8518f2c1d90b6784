/** SHOW, DESCRIBE and DROP TABLE: answered from the catalog alone, as lines of text without a header. */
import { NULL_PARTITION } from '../catalog/expression';
import type { GlueTable } from '../catalog/shapes';
import { hiveFolder } from './ctas';
import { notSupported, QueryFailure } from './failure';
import type { Catalog, ResultColumn } from './statement-engine';
import type { Statement, TableName } from './statements';

type CatalogStatement = Exclude<Statement, { kind: 'select' | 'ctas' }>;

const text = (column: string): ResultColumn => ({ column, name: 'string', precision: 0, scale: 0 });

const hivePattern = (pattern: string | undefined): RegExp =>
  pattern === undefined
    ? /^/
    : new RegExp(
        `^(?:${pattern
          .split('|')
          .map((part) =>
            part
              .split(/[*%]/)
              .map((piece) => piece.replace(/[\\^$.+?()[\]{}]/g, '\\$&'))
              .join('.*'),
          )
          .join('|')})$`,
        'i',
      );

const found = (catalog: Catalog, { database, table }: TableName): GlueTable => {
  const there = catalog.table(database, table);
  if (there === undefined)
    throw new QueryFailure(
      'FAILED',
      `SemanticException [Error 10001]: Table not found ${database === '' ? '' : `${database}.`}${table}`,
    );
  return there;
};

const padded = (value: string): string => value.padEnd(20);

export const catalogAnswer = (
  statement: CatalogStatement,
  catalog: Catalog,
): { readonly columns: readonly ResultColumn[]; readonly lines: readonly (readonly string[])[] } => {
  switch (statement.kind) {
    case 'dropTable': {
      const { name, ifExists } = statement;
      if (catalog.table(name.database, name.table) === undefined && ifExists) return { columns: [], lines: [] };
      found(catalog, name);
      catalog.deleteTable(name.database, name.table);
      return { columns: [], lines: [] };
    }
    case 'showDatabases': {
      const pattern = hivePattern(statement.pattern);
      return {
        columns: [text('database_name')],
        lines: catalog
          .databases()
          .filter(({ Name }) => pattern.test(Name))
          .map(({ Name }) => [Name]),
      };
    }
    case 'showTables': {
      if (catalog.database(statement.database) === undefined)
        throw new QueryFailure('FAILED', `SemanticException [Error 10072]: Database does not exist: ${statement.database}`);
      const pattern = hivePattern(statement.pattern);
      return {
        columns: [text('tab_name')],
        lines: catalog
          .tables(statement.database)
          .filter(({ Name }) => pattern.test(Name))
          .map(({ Name }) => [Name]),
      };
    }
    case 'showPartitions': {
      const table = found(catalog, statement.name);
      if (table.PartitionKeys.length === 0)
        throw new QueryFailure('FAILED', `Execution Error: Table ${statement.name.table} is not a partitioned table`);
      if (table.Parameters['projection.enabled'] === 'true')
        throw notSupported('SHOW PARTITIONS of a table with partition projection');
      const folder = (value: string): string => (value === NULL_PARTITION ? value : hiveFolder(value));
      return {
        columns: [text('partition')],
        lines: catalog
          .partitions(table)
          .map(({ Values }) => [table.PartitionKeys.map(({ Name }, index) => `${Name}=${folder(Values[index]!)}`).join('/')]),
      };
    }
    case 'showColumns': {
      const table = found(catalog, statement.name);
      return {
        columns: [text('field')],
        lines: [...(table.StorageDescriptor?.Columns ?? []), ...table.PartitionKeys].map(({ Name }) => [padded(Name)]),
      };
    }
    case 'describe': {
      const table = found(catalog, statement.name);
      const line = ({ Name, Type = 'string', Comment = '' }: GlueTable['PartitionKeys'][number]): readonly string[] => [
        padded(Name),
        padded(Type),
        padded(Comment),
      ];
      const keys =
        table.PartitionKeys.length === 0
          ? []
          : [
              ['', '', ''],
              ['# Partition Information', '', ''],
              [padded('# col_name'), padded('data_type'), padded('comment')],
              ['', '', ''],
              ...table.PartitionKeys.map(line),
            ];
      return {
        columns: [text('col_name'), text('data_type'), text('comment')],
        lines: [...(table.StorageDescriptor?.Columns ?? []), ...table.PartitionKeys].map(line).concat(keys),
      };
    }
  }
};
