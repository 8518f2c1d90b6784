import type { HistoryEntry } from '../contracts/console-api';
import type { Member } from '../contracts/member';
import { api, Refused } from './api';
import { byId, make, moment, plural } from './dom';

const FIRST_WAIT_MILLIS = 150;
const LONGEST_WAIT_MILLIS = 2_000;
const FIELDS = ['name', 'email', 'role'] as const;
const LABELS = { name: 'Name', email: 'Email address', role: 'Role' } as const;

/** Shows what the lake holds of a member, asked of it in SQL. */
export const openHistory = async ({ id, name }: Member): Promise<void> => {
  const dialog = byId('history', HTMLDialogElement);
  const state = byId('history-state', HTMLParagraphElement);
  const query = byId('history-query', HTMLDetailsElement);
  byId('history-title', HTMLHeadingElement).textContent = `History of ${name}`;
  byId('history-list', HTMLOListElement).replaceChildren();
  query.hidden = true;
  state.textContent = 'Asking the lake …';
  dialog.dataset['member'] = id;
  dialog.showModal();
  // Another member's history may be open by the time an answer comes.
  const isStillAsked = (): boolean => dialog.open && dialog.dataset['member'] === id;
  try {
    const { sql, entries } = await answered(id, isStillAsked);
    if (!isStillAsked()) return;
    byId('history-sql', HTMLPreElement).textContent = sql;
    query.hidden = false;
    byId('history-list', HTMLOListElement).replaceChildren(...entries.map((entry, index) => item(entry, entries[index - 1])));
    state.textContent =
      entries.length === 0
        ? 'The lake has no event of this member yet. Events get there when the next compaction has run.'
        : `${plural(entries.length, 'event', 'events')} in the lake. Newer ones follow when the next compaction has run.`;
  } catch (thrown) {
    if (!(thrown instanceof Refused)) throw thrown;
    if (thrown.status === 401) {
      dialog.close();
      throw thrown;
    }
    if (isStillAsked()) state.textContent = thrown.message;
  }
};

const answered = async (
  id: string,
  isStillAsked: () => boolean,
): Promise<{ readonly sql: string; readonly entries: readonly HistoryEntry[] }> => {
  const { query_id: queryId } = await api.startHistory(id);
  for (let wait = FIRST_WAIT_MILLIS; isStillAsked(); wait = Math.min(LONGEST_WAIT_MILLIS, wait * 1.5)) {
    const answer = await api.history(id, queryId);
    if (answer.state === 'done') return answer;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  throw new Refused(0, 'The history was closed.');
};

const item = (entry: HistoryEntry, before: HistoryEntry | undefined): HTMLLIElement =>
  make(
    'li',
    {},
    make('strong', {}, entry.event_name.replace('member:', '')),
    ' · ',
    moment(entry.created_datetime),
    ` · version ${entry.member.version}`,
    ...(entry.copies > 1 ? [` · arrived ${entry.copies} times`] : []),
    make('dl', {}, ...FIELDS.flatMap((field) => rows(field, entry, before))),
  );

const rows = (field: (typeof FIELDS)[number], { member }: HistoryEntry, before: HistoryEntry | undefined): readonly Node[] => {
  const [was, is] = [before?.member[field], member[field]];
  const changed = was !== undefined && was !== is;
  const value = changed ? [make('del', {}, was), ' → ', make('ins', {}, is)] : [is];
  return [make('dt', {}, LABELS[field]), make('dd', {}, ...value)];
};
