import type { Resource } from './graph';

/** The name of the file that Lambda loads: that of the module which the handler names. */
const fileOf = ({ inputs }: Resource): string => `${String(inputs['handler']).split('.')[0]}.js`;

const codeOf = ({ inputs }: Resource): Readonly<Record<string, unknown>> =>
  (inputs['code'] ?? {}) as Readonly<Record<string, unknown>>;

/** The code of a captured function: the text of the file that its handler names. */
export const bundleOf = (resource: Resource): string => {
  const text = codeOf(resource)[fileOf(resource)];
  if (typeof text !== 'string') throw new TypeError(`${resource.type} "${resource.name}" has no ${fileOf(resource)} in its code`);
  return text;
};

/** The files that a captured function has beside its bundle. */
export const filesOf = (resource: Resource): Readonly<Record<string, string>> => {
  const { [fileOf(resource)]: _, ...files } = codeOf(resource);
  return files as Readonly<Record<string, string>>;
};
