import { UsageError } from '../contracts/errors';
import type { EngineChoice } from '../local/host-types';
import { choice, optionalValue } from './command';

const EXAMPLE = 'http://127.0.0.1:8180';

/** What runs Athena's statements: options of every command that starts a host. */
export const ENGINE_OPTIONS = {
  engine: choice(['embedded', 'trino'], 'what runs the SQL; trino needs --trino', 'embedded'),
  trino: optionalValue('URL', 'a running Trino that reads the Glue and S3 endpoints of this host', (given, name) => {
    const url = URL.canParse(given) ? new URL(given) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '' || url.hash !== '')
      throw new UsageError(`${name} is "${given}"; it must be a URL such as ${EXAMPLE}.`);
    return url.origin;
  }),
} as const;

/** Throws a UsageError where one of the two options is given without the other. */
export const engineChoice = ({
  engine,
  trino,
}: {
  readonly engine: 'embedded' | 'trino';
  readonly trino: string | undefined;
}): EngineChoice => {
  if (engine === 'trino' && trino === undefined)
    throw new UsageError(`--engine is "trino", which needs --trino URL, such as --trino ${EXAMPLE}.`);
  if (engine === 'embedded' && trino !== undefined)
    throw new UsageError(`--trino is "${trino}", which only --engine trino takes; give both or neither.`);
  return engine === 'trino' && trino !== undefined ? { kind: 'trino', url: trino } : { kind: 'embedded' };
};
