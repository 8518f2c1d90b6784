import type { PageConfig } from '../contracts/console-api';
import type { Member } from '../contracts/member';
import { api, newRequestId, Refused } from './api';
import { announce, byId } from './dom';
import { MemberForm } from './form';
import { openHistory } from './history';
import { MembersList } from './members-list';
import { showOutbox, showOutcome } from './sent';
import { finishSignIn, forgetToken, startSignIn, takeTokenFromAddress, token } from './sign-in';

const OUTBOX_MILLIS = 15_000;

const PATH_SENTENCES = {
  true: 'Changes go straight to a Firehose delivery stream, which loads them into the lake.',
  false: 'Changes go to the Kinesis stream: whoever reads it sees them at once, and they are loaded into the lake from there.',
} as const;

let isFirehose = false;
let signIn: PageConfig['sign_in'] = null;

/** What was refused is said; a token that is no longer good leads back to the sign-in. Anything else is a bug, and shows in the console. */
const guarded = (work: () => Promise<void>): void => {
  work().catch((thrown: unknown) => {
    if (!(thrown instanceof Refused)) throw thrown;
    if (thrown.status === 401) return showSignedOut('Your sign-in is not valid any more.');
    byId('list-state', HTMLParagraphElement).textContent = thrown.message;
    announce(thrown.message);
  });
};

const showHistory = (member: Member): void => guarded(() => openHistory(member));

const refreshOutbox = async (): Promise<void> => showOutbox(await api.outbox());

const list = new MembersList({
  edit: (member) => form.edit(member),
  remove: (member) => confirmRemoval(member),
  history: (member) => showHistory(member),
});

const form = new MemberForm({
  isFirehose: () => isFirehose,
  onDone: (change, { member, send }) => {
    list.put(member);
    showOutcome(change, member, send, showHistory);
    guarded(refreshOutbox);
  },
  onSignedOut: () => showSignedOut('Your sign-in is not valid any more.'),
});

const confirmRemoval = (member: Member): void => {
  const dialog = byId('confirm', HTMLDialogElement);
  byId('confirm-text', HTMLParagraphElement).textContent =
    `${member.name} (${member.email}) is taken from the list. Its history stays in the lake, with the deletion as its last event.`;
  const requestId = newRequestId();
  byId('confirm-yes', HTMLButtonElement).onclick = () => {
    dialog.close();
    guarded(() => remove(member, requestId));
  };
  dialog.showModal();
  byId('confirm-no', HTMLButtonElement).focus();
};

const remove = async (member: Member, requestId: string): Promise<void> => {
  try {
    const { send } = await api.remove(member, requestId, isFirehose);
    showOutcome('deleted', member, send, showHistory);
  } catch (thrown) {
    if (!(thrown instanceof Refused) || (thrown.status !== 404 && thrown.status !== 409)) throw thrown;
    announce(thrown.message);
    if (thrown.answer.member !== undefined) {
      list.put(thrown.answer.member);
      byId('list-state', HTMLParagraphElement).textContent =
        `${thrown.message} Look at it, and delete it again if you still want to.`;
      return;
    }
  }
  form.forget(member.id);
  list.take(member.id);
  byId('list-title', HTMLHeadingElement).focus();
  await refreshOutbox();
};

const showPath = (): void => {
  byId('is-firehose', HTMLButtonElement).setAttribute('aria-checked', String(isFirehose));
  byId('path-text', HTMLParagraphElement).textContent = PATH_SENTENCES[String(isFirehose) as 'true' | 'false'];
};

const showSignedOut = (sentence: string): void => {
  forgetToken();
  byId('work', HTMLDivElement).hidden = true;
  byId('sign-out', HTMLButtonElement).hidden = true;
  byId('signed-out', HTMLElement).hidden = false;
  byId('sign-in', HTMLButtonElement).hidden = signIn === null;
  byId('signed-out-text', HTMLParagraphElement).textContent =
    signIn === null ? `${sentence} Open the address that you were given, with the token at its end.` : sentence;
  announce('You are not signed in.');
};

const showWork = (): void => {
  byId('signed-out', HTMLElement).hidden = true;
  byId('work', HTMLDivElement).hidden = false;
  byId('sign-out', HTMLButtonElement).hidden = false;
};

const listen = (): void => {
  const onClick = (id: string, action: () => void): void => byId(id, HTMLButtonElement).addEventListener('click', action);
  onClick('is-firehose', () => {
    isFirehose = !isFirehose;
    showPath();
    announce(PATH_SENTENCES[String(isFirehose) as 'true' | 'false']);
  });
  onClick('reload', () => guarded(loadAll));
  onClick('more', () => guarded(() => list.loadMore()));
  onClick('sign-out', () => showSignedOut('You signed out.'));
  onClick('sign-in', () => {
    if (signIn !== null) void startSignIn(signIn);
  });
  onClick('history-close', () => byId('history', HTMLDialogElement).close());
  onClick('confirm-no', () => byId('confirm', HTMLDialogElement).close());
  setInterval(() => {
    if (token() !== null && !document.hidden) guarded(refreshOutbox);
  }, OUTBOX_MILLIS);
};

const loadAll = async (): Promise<void> => {
  await list.load();
  await refreshOutbox();
};

const start = async (): Promise<void> => {
  takeTokenFromAddress();
  listen();
  const config = await api.config();
  ({ is_firehose: isFirehose, sign_in: signIn } = config);
  showPath();
  if (signIn !== null) {
    try {
      await finishSignIn(signIn);
    } catch (thrown) {
      return showSignedOut(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }
  if (token() === null) return showSignedOut('This page shows and changes members, so it must know who you are.');
  showWork();
  await loadAll();
};

guarded(start);
