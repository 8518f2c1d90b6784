import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import { column } from '../../contracts/feeds';
import { s3Uri } from '../../contracts/lake';
import { table } from '../catalog';
import { dimensionDefinition } from '../table-definitions';
import type { FeedParts } from './extras';
import { filmLines } from './film-titles';

const PREFIX = 'dimensions/film/';

const COLUMNS = [
  column('film_id', 'bigint', 'Number of the film, 1 to 1,000'),
  column('title', 'string', 'Title'),
  column('category', 'string', 'Category'),
  column('release_year', 'bigint', 'Year of release'),
  column('length_minutes', 'bigint', 'Length in minutes'),
];

/** The films that streamings are of, as a table to join on `film_id`. */
export const films = ({ site, catalog, storage }: FeedParts): { readonly filmTable: pulumi.Output<string> } => {
  new aws.s3.BucketObjectv2(
    'film',
    {
      bucket: storage.lake.bucket,
      key: `${PREFIX}films.json`,
      content: filmLines(),
      contentType: 'application/x-ndjson',
      tags: site.tags,
    },
    { parent: storage },
  );
  const place = { parent: catalog, database: catalog.database.name, bucket: storage.lake.bucket };
  const film = table(place, 'film', (bucket) =>
    dimensionDefinition('film', 'The films that streamings are of', COLUMNS, s3Uri(bucket, PREFIX)),
  );
  return { filmTable: film.name };
};
