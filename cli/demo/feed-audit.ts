import type { Feed } from '../../contracts/feeds';

/** Against what the generator knows, not against what the pipeline says. */
export interface FeedChecks {
  /** Rows, or copies that rows stand for, which were sent and are not there. */
  readonly lost: number;
  /** Rows beyond those that a record, or its key, has. */
  readonly duplicatesLeft: number;
  /** Rows that nobody sent. */
  readonly unexpected: number;
  /** Rows of what was sent, under another day. */
  readonly misfiled: number;
}

/** A usable record that was acknowledged. */
export interface Arrived {
  /** As sent, without its line break. */
  readonly payload: string;
  /** The day that it belongs to, `yyyy-MM-dd`. */
  readonly date: string;
}

export interface Row extends Arrived {
  readonly copies: number;
}

/**
 * What tells records of a feed apart within a day: the members that its key consists of, where a record has them itself, otherwise its
 * whole text.
 */
const identityOf = (feed: Feed): ((payload: string) => string) => {
  const paths = feed.key === 'none' ? [] : feed.key.columns.map((name) => ownMember(feed, name));
  if (paths.length === 0 || paths.includes(undefined)) return (payload) => payload;
  return (payload) => {
    const record: unknown = JSON.parse(payload);
    return JSON.stringify(
      paths.map((path = []) => path.reduce<unknown>((value, name) => (value as Record<string, unknown> | null)?.[name], record)),
    );
  };
};

/** The path of the member that a column is read from as it stands; undefined where the transform makes it, or it is made of more. */
const ownMember = ({ curatedColumns, transform }: Feed, column: string): readonly string[] | undefined => {
  const reading = curatedColumns.find(({ name }) => name === column)?.reading;
  if (reading?.from !== 'text' || reading.lowerCase === true) return undefined;
  const path = reading.path.split('.');
  return transform?.addedFields.includes(path[0] ?? '') === true ? undefined : path;
};

/** By key and day: a feed with a key has one row for all copies, one without a row for each. */
export const compared = (feed: Feed, arrived: readonly Arrived[], rows: readonly Row[]): FeedChecks => {
  const merges = feed.key !== 'none';
  const identity = identityOf(feed);
  const placeOf = ({ payload, date }: Arrived): string => `${date}\n${identity(payload)}`;
  const expected = new Map<string, { rows: number; copies: number }>();
  for (const each of arrived) {
    const place = placeOf(each);
    const known = expected.get(place);
    expected.set(place, { rows: merges ? 1 : (known?.rows ?? 0) + 1, copies: (known?.copies ?? 0) + 1 });
  }
  const sent = new Set(arrived.map(({ payload }) => identity(payload)));
  const found = new Map<string, { rows: number; copies: number }>();
  let [unexpected, misfiled] = [0, 0];
  for (const row of rows) {
    const place = placeOf(row);
    const known = found.get(place) ?? { rows: 0, copies: 0 };
    found.set(place, { rows: known.rows + 1, copies: known.copies + row.copies });
    if (expected.has(place)) continue;
    if (sent.has(identity(row.payload))) misfiled++;
    else unexpected++;
  }
  let [lost, duplicatesLeft] = [0, 0];
  for (const [place, wanted] of expected) {
    const got = found.get(place) ?? { rows: 0, copies: 0 };
    lost += Math.max(0, wanted.rows - got.rows, wanted.copies - got.copies);
    duplicatesLeft += Math.max(0, got.rows - wanted.rows);
  }
  return { lost, duplicatesLeft, unexpected, misfiled };
};
