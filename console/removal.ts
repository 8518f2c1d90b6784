import type { ChangeAnswer } from '../contracts/console-api';
import type { Member } from '../contracts/member';
import { api, newRequestId, Refused } from './api';
import { announce, byId } from './dom';

export interface RemovalOptions {
  readonly isFirehose: () => boolean;
  readonly onDone: (member: Member, answer: ChangeAnswer) => void;
  /** Somebody else was faster. */
  readonly onGone: (member: Member, sentence: string) => void;
  readonly onChanged: (member: Member) => void;
  /** What went wrong, after the dialog was closed. */
  readonly onProblem: (sentence: string) => void;
  /** A token that is no longer good. */
  readonly onSignedOut: () => void;
}

/** Asks before a member is deleted, and stays until the answer is known. */
export class Removal {
  readonly #dialog = byId('confirm', HTMLDialogElement);
  readonly #text = byId('confirm-text', HTMLParagraphElement);
  readonly #problem = byId('confirm-problem', HTMLDivElement);
  readonly #yes = byId('confirm-yes', HTMLButtonElement);
  readonly #no = byId('confirm-no', HTMLButtonElement);
  #asked: Member | undefined;
  /** Of deletions without an answer, by member and version: asked for again, each is the same request, which is made once. */
  readonly #requestIds = new Map<string, string>();

  constructor(private readonly options: RemovalOptions) {
    this.#yes.addEventListener('click', () => {
      if (this.#asked !== undefined) void this.#remove(this.#asked);
    });
    this.#no.addEventListener('click', () => this.#dialog.close());
    this.#dialog.addEventListener('close', () => {
      this.#asked = undefined;
    });
  }

  ask(member: Member): void {
    this.#show(member, undefined);
    this.#yes.disabled = false;
    this.#dialog.showModal();
    this.#no.focus();
  }

  #show(member: Member, problem: string | undefined): void {
    this.#asked = member;
    this.#text.textContent = `${member.name} (${member.email}) is taken from the list. Its history stays in the lake, with the deletion as its last event.`;
    this.#problem.hidden = problem === undefined;
    this.#problem.textContent = problem ?? '';
  }

  async #remove(member: Member): Promise<void> {
    const key = `${member.id} ${member.version}`;
    const requestId = this.#requestIds.get(key) ?? newRequestId();
    this.#requestIds.set(key, requestId);
    this.#yes.disabled = true;
    try {
      const answer = await api.remove(member, requestId, this.options.isFirehose());
      this.#close(member);
      this.options.onDone(member, answer);
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown;
      this.#refused(member, thrown);
    } finally {
      this.#yes.disabled = false;
    }
  }

  #refused(member: Member, { status, message, answer, isUnknown }: Refused): void {
    if (status === 401) {
      this.#close(member);
      this.options.onSignedOut();
    } else if (status === 404) {
      this.#close(member);
      this.options.onGone(member, `${member.name} was deleted by somebody else.`);
    } else if (answer.member !== undefined) {
      const { name, email, role } = answer.member;
      this.options.onChanged(answer.member);
      this.#tell(member, answer.member, `${message} It says ${name}, ${email}, ${role}. Delete it again if you still want to.`);
    } else {
      const doubt = `Whether ${member.name} was deleted is not known. Delete it again to find out; it happens once.`;
      this.#tell(member, member, isUnknown ? `${message} ${doubt}` : message);
    }
  }

  /** In the dialog, while that still asks about the member. */
  #tell(asked: Member, now: Member, sentence: string): void {
    if (this.#asked?.id === asked.id) this.#show(now, sentence);
    else this.options.onProblem(sentence);
    announce(sentence);
  }

  #close({ id }: Member): void {
    if (this.#asked?.id === id) this.#dialog.close();
  }
}
