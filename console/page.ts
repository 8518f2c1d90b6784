import type { PageConfig } from '../contracts/console-api';
import type { Member } from '../contracts/member';
import { api, Refused } from './api';
import { announce, byId } from './dom';
import { MemberForm } from './form';
import { openHistory } from './history';
import { MembersList } from './members-list';
import { Removal } from './removal';
import { showOutbox, showOutboxUnknown, showOutcome, waitingOutcomes } from './sent';
import { finishSignIn, forgetToken, SignInFailed, startSignIn, takeDraft, takeTokenFromAddress, token } from './sign-in';

const OUTBOX_MILLIS = 15_000;

const PATH_SENTENCES = {
  true: 'Changes go straight to a Firehose delivery stream, which loads them into the lake.',
  false: 'Changes go to the Kinesis stream: whoever reads it sees them at once, and they are loaded into the lake from there.',
} as const;

const NOT_VALID = 'Your sign-in is not valid any more.';

let isFirehose = false;
let signIn: PageConfig['sign_in'] = null;

const tellAtList = (sentence: string): void => {
  byId('list-state', HTMLParagraphElement).textContent = sentence;
  announce(sentence);
};

/** What was refused is said; a token that is no longer good leads back to the sign-in. Anything else is a bug, and shows in the console. */
const guarded = (work: () => Promise<void>, tell = tellAtList): void => {
  work().catch((thrown: unknown) => {
    if (!(thrown instanceof Refused)) throw thrown;
    if (thrown.status === 401) return showSignedOut(NOT_VALID);
    tell(thrown.message);
  });
};

const showHistory = (member: Member): void => guarded(() => openHistory(member));

const refreshOutbox = (): void =>
  guarded(async () => {
    const asked = waitingOutcomes();
    showOutbox(await api.outbox(), asked);
  }, showOutboxUnknown);

const list = new MembersList({
  edit: (member) => form.edit(member),
  remove: (member) => removal.ask(member),
  history: (member) => showHistory(member),
});

const form = new MemberForm({
  isFirehose: () => isFirehose,
  onDone: (change, { member, send }) => {
    list.put(member);
    showOutcome(change, member, send, showHistory);
    refreshOutbox();
  },
  onSignedOut: () => showSignedOut(NOT_VALID),
});

const removal = new Removal({
  isFirehose: () => isFirehose,
  onDone: (member, { send }) => {
    showOutcome('deleted', member, send, showHistory);
    takeFromList(member);
  },
  onGone: (member, sentence) => {
    takeFromList(member);
    tellAtList(sentence);
  },
  onChanged: (member) => list.put(member),
  onProblem: tellAtList,
  onSignedOut: () => showSignedOut(NOT_VALID),
});

const takeFromList = ({ id }: Member): void => {
  form.forget(id);
  list.take(id);
  byId('list-title', HTMLHeadingElement).focus();
  refreshOutbox();
};

const showPath = (): void => {
  byId('is-firehose', HTMLButtonElement).setAttribute('aria-checked', String(isFirehose));
  byId('path-text', HTMLParagraphElement).textContent = PATH_SENTENCES[String(isFirehose) as 'true' | 'false'];
};

/** Of what the page can show as a whole, one thing at a time. */
const show = (shown: 'starting' | 'trouble' | 'signed-out' | 'work'): void => {
  for (const id of ['starting', 'trouble', 'signed-out', 'work']) byId(id, HTMLElement).hidden = id !== shown;
  byId('sign-out', HTMLButtonElement).hidden = shown !== 'work';
  if (shown !== 'work') for (const dialog of document.querySelectorAll('dialog')) dialog.close();
};

const showSignedOut = (sentence: string): void => {
  forgetToken();
  show('signed-out');
  byId('sign-in', HTMLButtonElement).hidden = signIn === null;
  byId('signed-out-text', HTMLParagraphElement).textContent =
    signIn === null ? `${sentence} Open the address that you were given, with the token at its end.` : sentence;
  announce(`You are not signed in. ${sentence}`);
};

const showTrouble = (sentence: string): void => {
  show('trouble');
  byId('trouble-text', HTMLParagraphElement).textContent = sentence;
  announce(sentence);
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
  onClick('sign-out', () => {
    form.clear();
    showSignedOut('You signed out.');
  });
  onClick('sign-in', () => {
    if (signIn !== null) void startSignIn(signIn, form.draft());
  });
  onClick('retry', begin);
  onClick('history-close', () => byId('history', HTMLDialogElement).close());
  setInterval(() => {
    if (token() !== null && !document.hidden && !byId('work', HTMLDivElement).hidden) refreshOutbox();
  }, OUTBOX_MILLIS);
};

const loadAll = async (): Promise<void> => {
  await list.load();
  refreshOutbox();
};

const start = async (): Promise<void> => {
  show('starting');
  const config = await api.config();
  ({ is_firehose: isFirehose, sign_in: signIn } = config);
  showPath();
  if (signIn !== null) {
    try {
      await finishSignIn(signIn);
    } catch (thrown) {
      if (!(thrown instanceof SignInFailed)) throw thrown;
      return showSignedOut(thrown.message);
    }
  }
  form.restore(takeDraft());
  if (token() === null) return showSignedOut('This page shows and changes members, so it must know who you are.');
  show('work');
  guarded(loadAll);
};

const begin = (): void => guarded(start, showTrouble);

takeTokenFromAddress();
listen();
begin();
