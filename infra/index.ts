import * as pulumi from '@pulumi/pulumi';
import { UsageError } from '../contracts/errors';
import { lake } from './lake';
import { ownConfig, parseSettings, type Settings } from './settings';

/** The CLI hands structured values over as JSON text; anything else is a plain text and is refused as such. */
const decoded = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return text;
  }
};

const settingsOfStack = (): Settings => {
  const config = Object.entries(pulumi.runtime.allConfig()).map(([key, text]) => [key, decoded(text)]);
  try {
    return parseSettings(pulumi.getStack(), ownConfig(Object.fromEntries(config) as Record<string, unknown>));
  } catch (error) {
    // The CLI shows the message alone, without a stack trace.
    if (error instanceof UsageError) throw new pulumi.RunError(error.message);
    throw error;
  }
};

export const {
  streamName,
  deliveryStreamName,
  bucket,
  database,
  rawTable,
  curatedTable,
  workgroup,
  compactionWorkgroup,
  resultsBucket,
  stateMachineArn,
  scheduleName,
  graceHours,
  consoleUrl,
  feeds,
} = lake(settingsOfStack());
