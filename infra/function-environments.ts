import { environment, FUNCTION_NAMES, type FunctionName } from '../contracts/environments';
import { lakeBucketName, namesOf, type Place } from './names';
import type { Settings } from './settings';
import { longestWriteSeconds } from './sizing';

/** The variables of each function: what `contracts/environments.ts` has it read, and checked against it. */
export const functionEnvironments = (
  settings: Settings,
  place: Place,
): Readonly<Record<FunctionName, Readonly<Record<string, string>>>> => {
  const lake = { LAKE_BUCKET: lakeBucketName(settings.stack, place) };
  const catalog = { DATABASE: namesOf(settings.stack).database };
  const policy = { POLICY: JSON.stringify(settings.compaction.policy) };
  const environments: Record<FunctionName, Readonly<Record<string, string>>> = {
    transform: {
      ON_TIME_DAYS_BEFORE: String(settings.events.onTimeDaysBefore),
      EVENT_TYPES: JSON.stringify(settings.events.eventTypes ?? []),
    },
    validate: {},
    lock: {
      ...lake,
      STALE_LOCK_SECONDS: String(machineTimeoutSeconds(settings)),
      LONGEST_WRITE_SECONDS: String(longestWriteSeconds),
    },
    route: lake,
    plan: { ...lake, ...catalog, ...policy },
    attempt: { ...lake, ...catalog, ...policy },
    gather: lake,
    statements: { ...lake, ...catalog },
    verify: lake,
    publish: { ...lake, ...catalog },
    sweep: { ...lake, ...catalog, ...policy },
    report: { ...lake, ...catalog },
    unlock: lake,
  };
  for (const name of FUNCTION_NAMES) environment(name, environments[name]);
  return environments;
};

export const machineTimeoutSeconds = (settings: Settings): number => Math.round(settings.compaction.timeoutHours * 3_600);
