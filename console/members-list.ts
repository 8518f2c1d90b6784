import type { Member } from '../contracts/member';
import { api } from './api';
import { button, byId, make, moment, plural } from './dom';

export interface ListActions {
  readonly edit: (member: Member) => void;
  readonly remove: (member: Member) => void;
  readonly history: (member: Member) => void;
}

/** The members, the newest first, page by page. */
export class MembersList {
  readonly #list = byId('members', HTMLUListElement);
  readonly #state = byId('list-state', HTMLParagraphElement);
  readonly #more = byId('more', HTMLButtonElement);
  #members: readonly Member[] = [];
  #next: string | null = null;

  constructor(private readonly actions: ListActions) {}

  /** From the beginning. */
  async load(): Promise<void> {
    this.#state.textContent = 'Loading …';
    const { members, next } = await api.list(null);
    this.#show(members, next);
  }

  async loadMore(): Promise<void> {
    if (this.#next === null) return;
    const { members, next } = await api.list(this.#next);
    const known = new Set(this.#members.map(({ id }) => id));
    this.#show([...this.#members, ...members.filter(({ id }) => !known.has(id))], next);
  }

  put(member: Member): void {
    const isThere = this.#members.some(({ id }) => id === member.id);
    this.#show(
      isThere ? this.#members.map((one) => (one.id === member.id ? member : one)) : [member, ...this.#members],
      this.#next,
    );
  }

  take(memberId: string): void {
    this.#show(
      this.#members.filter(({ id }) => id !== memberId),
      this.#next,
    );
  }

  #show(members: readonly Member[], next: string | null): void {
    this.#members = members;
    this.#next = next;
    this.#list.replaceChildren(...members.map((member) => this.#row(member)));
    this.#more.hidden = next === null;
    this.#state.textContent =
      members.length === 0
        ? 'There are no members yet. Add the first one above.'
        : `${plural(members.length, 'member', 'members')}${next === null ? '' : ' so far'}, the newest first.`;
  }

  #row(member: Member): HTMLLIElement {
    const { name, email, role } = member;
    return make(
      'li',
      { 'data-id': member.id },
      make(
        'div',
        { class: 'who' },
        make('strong', {}, name),
        make('span', {}, email),
        make('span', {}, `Version ${member.version}, changed `, moment(member.updated_at)),
      ),
      make('span', { class: 'tag' }, role),
      make(
        'div',
        { class: 'row-actions' },
        button('Edit', `Edit ${name}`, () => this.actions.edit(member)),
        button('History', `History of ${name}`, () => this.actions.history(member)),
        button('Delete', `Delete ${name}`, () => this.actions.remove(member)),
      ),
    );
  }
}
