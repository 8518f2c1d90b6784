/** What the crash matrix found, and what was done about it; a part of docs/faults.md. */
export const MENDED: readonly string[] = [];
