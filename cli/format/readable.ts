const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Bytes in decimal units, as AWS bills them: `0 B`, `1.2 MB`. */
export const readableBytes = (bytes: number): string => {
  let unit = 0;
  let value = bytes;
  while (value >= 1_000 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
};

/** Groups of three: `1,234,567`, whatever the locale. */
export const readableCount = (count: number): string => String(count).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');

export const readableDollars = (dollars: number): string => `$${dollars.toFixed(dollars > 0 && dollars < 0.01 ? 6 : 2)}`;

/** `1 row`, `2 rows`. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${readableCount(count)} ${count === 1 ? noun : plural}`;
