/** What an answer says; undefined where it is no JSON object. */
export const jsonOf = async (response: Response): Promise<Readonly<Record<string, unknown>> | undefined> => {
  try {
    const value = (await response.json()) as unknown;
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
};
