import { parse } from 'yaml';
import { messageOf, UsageError } from '../contracts/errors';
import { ownConfig, parseSettings, type Settings } from './settings';

/** What a `Pulumi.<stack>.yaml` says, read without the Pulumi CLI. */
export interface StackFile {
  readonly settings: Settings;
  /** `aws:region`; undefined where the stack leaves it to the environment. */
  readonly region: string | undefined;
}

/**
 * Reads the text of a stack's YAML.
 * @param otherwise what holds where the stack says nothing, by the keys of the `lithify:` namespace
 * @throws UsageError with one sentence per mistake.
 */
export const readStackFile = (stack: string, stackYaml: string, otherwise: Readonly<Record<string, unknown>> = {}): StackFile => {
  const config = configOf(stack, stackYaml);
  const region = config['aws:region'];
  if (region !== undefined && (typeof region !== 'string' || !REGION.test(region))) {
    throw new UsageError(`aws:region is ${JSON.stringify(region)}; it must be the name of a region such as eu-west-1`);
  }
  return { settings: parseSettings(stack, { ...otherwise, ...ownConfig(config) }), region };
};

export const readSettings = (stack: string, stackYaml: string): Settings => readStackFile(stack, stackYaml).settings;

const configOf = (stack: string, text: string): Readonly<Record<string, unknown>> => {
  const file = `Pulumi.${stack}.yaml`;
  const document = parsed(file, text);
  const config = isRecord(document) ? document['config'] : undefined;
  if (!isRecord(config)) throw new UsageError(`${file} has no group of keys named "config"`);
  return config;
};

/** `eu-west-1`, `us-gov-east-1`, `ap-southeast-3`. */
const REGION = /^[a-z]{2}(-[a-z]+){1,3}-\d+$/;

const parsed = (file: string, text: string): unknown => {
  try {
    return parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not YAML: ${messageOf(error).split('\n')[0]?.replace(/:$/, '')}`, { cause: error });
  }
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
