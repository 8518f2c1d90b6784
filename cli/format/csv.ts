/** RFC 4180: CRLF ends a record, quotes around what needs them. NULL is nothing at all, an empty text is `""`. */
export const csvField = (value: string | null): string => {
  if (value === null) return '';
  return value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
};

export const csvRecord = (values: readonly (string | null)[]): string => {
  // A record of one NULL would be an empty line, which readers skip.
  const record = values.map(csvField).join(',');
  return `${values.length === 1 && record === '' ? '""' : record}\r\n`;
};
