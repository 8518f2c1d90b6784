import type { ChangeAnswer } from '../contracts/console-api';
import { checkMember, type FieldProblems, type Member, MEMBER_ROLES, type MemberFields } from '../contracts/member';
import { api, newRequestId, Refused } from './api';
import { announce, byId, make } from './dom';

const FIELDS = ['name', 'email', 'role'] as const;

export interface FormOptions {
  readonly isFirehose: () => boolean;
  readonly onDone: (change: 'created' | 'updated', answer: ChangeAnswer) => void;
  /** A token that is no longer good. */
  readonly onSignedOut: () => void;
}

type Typed = Readonly<Record<(typeof FIELDS)[number], string>>;

interface Unanswered {
  readonly content: string;
  readonly requestId: string;
}

interface Draft {
  readonly editing: Member | undefined;
  readonly typed: Typed;
  readonly unanswered: Unanswered | undefined;
}

/** The form, to add a member or to edit one. What was typed stays until the change it makes has been written. */
export class MemberForm {
  readonly #form = byId('form', HTMLFormElement);
  readonly #title = byId('form-title', HTMLHeadingElement);
  readonly #save = byId('save', HTMLButtonElement);
  readonly #cancel = byId('cancel', HTMLButtonElement);
  readonly #box = byId('form-problem', HTMLDivElement);
  readonly #inputs = {
    name: byId('name', HTMLInputElement),
    email: byId('email', HTMLInputElement),
    role: byId('role', HTMLSelectElement),
  };
  #editing: Member | undefined;
  /** The last sending that got no answer: sent as it was, it is the same request, and makes one change. */
  #unanswered: Unanswered | undefined;

  constructor(private readonly options: FormOptions) {
    this.#inputs.role.append(...MEMBER_ROLES.map((role) => make('option', { value: role }, role)));
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#cancel.addEventListener('click', () => {
      this.clear();
      byId('list-title', HTMLHeadingElement).focus();
    });
    for (const field of FIELDS) this.#inputs[field].addEventListener('input', () => this.#showProblem(field, undefined));
  }

  edit(member: Member): void {
    this.#fill(member, member);
    this.#inputs.name.focus();
    this.#form.scrollIntoView({ block: 'center' });
  }

  /** What is typed, for `restore`; null where nothing is. */
  draft(): string | null {
    const typed = this.#typed();
    if (this.#editing === undefined && typed.name === '' && typed.email === '') return null;
    return JSON.stringify({ editing: this.#editing, typed, unanswered: this.#unanswered } satisfies Draft);
  }

  restore(draft: string | null): void {
    if (draft === null) return;
    const { editing, typed, unanswered } = JSON.parse(draft) as Draft;
    this.#fill(editing, typed);
    this.#unanswered = unanswered;
  }

  #typed(): Typed {
    const { name, email, role } = this.#inputs;
    return { name: name.value, email: email.value, role: role.value };
  }

  #fill(editing: Member | undefined, typed: Typed): void {
    this.clear();
    for (const field of FIELDS) this.#inputs[field].value = typed[field];
    if (editing === undefined) return;
    this.#editing = editing;
    this.#title.textContent = `Edit ${editing.name}`;
    this.#save.textContent = 'Save changes';
    this.#cancel.hidden = false;
  }

  /** Forgets what is edited if it is this member. */
  forget(memberId: string): void {
    if (this.#editing?.id === memberId) this.clear();
  }

  clear(): void {
    this.#editing = undefined;
    this.#unanswered = undefined;
    this.#form.reset();
    this.#title.textContent = 'Add a member';
    this.#save.textContent = 'Add member';
    this.#cancel.hidden = true;
    this.#showProblems({});
    this.#showSentence(undefined);
  }

  async #submit(): Promise<void> {
    if (this.#save.disabled) return;
    this.#showSentence(undefined);
    const checked = checkMember({ ...this.#typed() });
    if ('problems' in checked) return this.#refuse('Some fields need another look.', checked.problems);
    this.#showProblems({});
    this.#save.disabled = true;
    try {
      const answer = await this.#send(checked.fields);
      const change = this.#editing === undefined ? 'created' : 'updated';
      this.clear();
      this.options.onDone(change, answer);
      if (change === 'created') this.#inputs.name.focus();
      else byId('list-title', HTMLHeadingElement).focus();
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown;
      this.#refused(thrown);
    } finally {
      this.#save.disabled = false;
    }
  }

  async #send(member: MemberFields): Promise<ChangeAnswer> {
    const editing = this.#editing;
    const isFirehose = this.options.isFirehose();
    // By whichever path: what was made already took the one it took, and says so.
    const content = JSON.stringify([editing?.id, editing?.version, member]);
    const requestId = this.#unanswered?.content === content ? this.#unanswered.requestId : newRequestId();
    this.#unanswered = { content, requestId };
    const request = { request_id: requestId, is_firehose: isFirehose, member };
    return editing === undefined ? api.create(request) : api.update(editing.id, { ...request, version: editing.version });
  }

  #refused({ status, message, answer, isUnknown }: Refused): void {
    if (status === 401) {
      this.options.onSignedOut();
      return;
    }
    if (status === 409 && answer.member !== undefined && this.#editing !== undefined) {
      const { name, email, role } = answer.member;
      this.#editing = answer.member;
      this.#refuse(
        `${message} It says ${name}, ${email}, ${role}. What you typed is still here: save again to replace that.`,
        {},
      );
      return;
    }
    if (status === 404 && this.#editing !== undefined) {
      // What was typed can still become a new member.
      this.#editing = undefined;
      this.#title.textContent = 'Add a member';
      this.#save.textContent = 'Add member';
    }
    const more = isUnknown ? ' What you typed is still here; saving it again makes no second change.' : '';
    this.#refuse(`${message}${more}`, answer.problems ?? {});
  }

  #refuse(sentence: string, problems: FieldProblems): void {
    this.#showProblems(problems);
    const first = FIELDS.find((field) => problems[field] !== undefined);
    this.#showSentence(sentence);
    if (first === undefined) announce(sentence);
    else this.#inputs[first].focus();
  }

  #showSentence(sentence: string | undefined): void {
    this.#box.hidden = sentence === undefined;
    this.#box.textContent = sentence ?? '';
  }

  #showProblems(problems: FieldProblems): void {
    for (const field of FIELDS) this.#showProblem(field, problems[field]);
  }

  #showProblem(field: (typeof FIELDS)[number], problem: string | undefined): void {
    byId(`${field}-problem`, HTMLParagraphElement).textContent = problem ?? '';
    if (problem === undefined) this.#inputs[field].removeAttribute('aria-invalid');
    else this.#inputs[field].setAttribute('aria-invalid', 'true');
  }
}
