import { BUNDLE_FILE } from '../infra/bundle';
import type { Resource } from './graph';

/** The code of a captured function: the text of its one file. */
export const bundleOf = (resource: Resource): string => {
  const code = resource.inputs['code'] as Readonly<Record<string, unknown>> | undefined;
  const text = code?.[BUNDLE_FILE];
  if (typeof text !== 'string') throw new TypeError(`${resource.type} "${resource.name}" has no ${BUNDLE_FILE} in its code`);
  return text;
};

/** The files that a captured function has beside its bundle. */
export const filesOf = (resource: Resource): Readonly<Record<string, string>> => {
  const { [BUNDLE_FILE]: _, ...files } = (resource.inputs['code'] ?? {}) as Readonly<Record<string, string>>;
  return files;
};
