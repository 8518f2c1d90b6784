import { cut, displayWidth, padded, printable } from './width';

export interface TableColumn {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly right?: boolean;
}

const GAP = '  ';
/** Narrower a column tells nothing. */
const NARROWEST = 4;

/** Takes columns' widths from the widest until the row fits. */
export const fittedWidths = (natural: readonly number[], available: number | undefined): readonly number[] => {
  const widths = [...natural];
  if (available === undefined) return widths;
  const room = available - GAP.length * Math.max(0, widths.length - 1);
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) break;
    // Down to the next narrower column at once, shared by all that are this wide.
    const among = widths.flatMap((width, index) => (width === widest ? [index] : []));
    const next = Math.max(NARROWEST, ...widths.filter((width) => width < widest));
    const step = Math.max(1, Math.min(widest - next, Math.floor(excess / among.length)));
    for (const index of among) {
      if (excess <= 0) break;
      const less = Math.min(step, excess);
      widths[index] = widest - less;
      excess -= less;
    }
  }
  return widths;
};

/** Aligned lines under a header; NULL is shown as such. Cut to `width` columns where it is given. */
export const tableLines = (
  columns: readonly TableColumn[],
  rows: readonly (readonly (string | null)[])[],
  width: number | undefined,
): readonly string[] => {
  const cells = rows.map((row) => columns.map((_, index) => printable(row[index] ?? 'NULL')));
  const titles = columns.map(({ title }) => printable(title));
  const natural = titles.map((title, index) =>
    cells.reduce((most, row) => Math.max(most, displayWidth(row[index] ?? '')), displayWidth(title)),
  );
  const widths = fittedWidths(natural, width);
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) => padded(cut(text, widths[index] ?? 0), widths[index] ?? 0, columns[index]?.right === true))
      .join(GAP)
      .trimEnd();
  return [line(titles), widths.map((size) => '-'.repeat(size)).join(GAP), ...cells.map(line)];
};
