/**
 * A member of the members page, and the event that each change of one is logged as. No library: the page runs this too, so that browser
 * and function refuse the same things in the same words.
 */
export const MEMBER_ROLES = ['viewer', 'editor', 'admin'] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];

/** What a person fills in. */
export interface MemberFields {
  readonly name: string;
  readonly email: string;
  readonly role: MemberRole;
}

/** A member as it is stored and logged. Times are Unix milliseconds. */
export interface Member extends MemberFields {
  /** UUID, version 7: members sort by the time they were created. */
  readonly id: string;
  /** From 1; every change adds 1, and an update of another version than the current one is refused. */
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

export const MEMBER_CHANGES = ['created', 'updated', 'deleted'] as const;
export type MemberChange = (typeof MEMBER_CHANGES)[number];

/**
 * One change, as it is sent: `{"event_uuid": "…", "event_name": "member:created", "created_at": 1790000000000, "member": {…}}`.
 * A deletion carries the member as it was.
 */
export interface MemberEvent {
  readonly event_uuid: string;
  readonly event_name: `member:${MemberChange}`;
  /** Unix milliseconds of the change. */
  readonly created_at: number;
  readonly member: Member;
}

/** The two ways into the lake; `is_firehose` picks the second. */
export const LOG_PATHS = ['kinesis', 'firehose'] as const;
export type LogPath = (typeof LOG_PATHS)[number];
export const logPath = (isFirehose: boolean): LogPath => (isFirehose ? 'firehose' : 'kinesis');

export const LONGEST_NAME = 100;
/** RFC 5321, 4.5.3.1: a path has at most 256 octets, two of which are its brackets. */
export const LONGEST_EMAIL = 254;
const EMAIL = /^[^\s@<>()[\],;:\\"]+@[^\s@.<>()[\],;:\\"]+(\.[^\s@.<>()[\],;:\\"]+)+$/;
/** Control characters, and those that turn the direction of the text around them. */
const UNPRINTABLE = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

/** One sentence per field that is wrong. */
export type FieldProblems = Partial<Readonly<Record<keyof MemberFields, string>>>;

export type Checked = { readonly fields: MemberFields } | { readonly problems: FieldProblems };

/** What was filled in, with spaces trimmed, or what is wrong with it. */
export const checkMember = (given: Readonly<Record<string, unknown>>): Checked => {
  const name = trimmed(given['name']);
  const email = trimmed(given['email']);
  const role = MEMBER_ROLES.find((known) => known === given['role']);
  const problems = { ...nameProblem(name), ...emailProblem(email), ...(role === undefined ? { role: ROLE_SENTENCE } : {}) };
  return Object.keys(problems).length > 0 || role === undefined ? { problems } : { fields: { name, email, role } };
};

const ROLE_SENTENCE = `Choose a role: ${MEMBER_ROLES.join(', ')}.`;

const trimmed = (value: unknown): string => (typeof value === 'string' ? value.trim().normalize('NFC') : '');

const nameProblem = (name: string): FieldProblems => {
  if (name === '') return { name: 'Enter a name.' };
  if ([...name].length > LONGEST_NAME)
    return { name: `The name has ${[...name].length} characters; at most ${LONGEST_NAME} are allowed.` };
  return UNPRINTABLE.test(name) ? { name: 'The name has a character that cannot be printed; leave it out.' } : {};
};

const emailProblem = (email: string): FieldProblems => {
  if (email === '') return { email: 'Enter an email address.' };
  if (email.length > LONGEST_EMAIL)
    return { email: `The email address has ${email.length} characters; at most ${LONGEST_EMAIL} are allowed.` };
  return EMAIL.test(email) ? {} : { email: `"${email}" is no email address; write it as name@example.com.` };
};

export const memberEvent = (change: MemberChange, eventUuid: string, createdAt: number, member: Member): MemberEvent => ({
  event_uuid: eventUuid,
  event_name: `member:${change}`,
  created_at: createdAt,
  member,
});

/** From event type and time, so that changes spread over the shards: `member:created:1790000000000`. */
export const partitionKeyOf = ({ event_name: name, created_at: at }: Pick<MemberEvent, 'event_name' | 'created_at'>): string =>
  `${name}:${at}`;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Lower case alone: in the lake, UUIDs are compared in it. */
export const isUuid = (text: unknown): text is string => typeof text === 'string' && UUID.test(text);

/**
 * A version 7 UUID (RFC 9562): 48 bits of time, then randomness.
 * @param random 10 bytes
 */
export const uuidAt = (millis: number, random: Uint8Array): string => {
  const hex = [...random].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const time = millis.toString(16).padStart(12, '0');
  const variant = ((random[2]! & 0x3f) | 0x80).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(1, 4)}-${variant}${hex.slice(6, 8)}-${hex.slice(8, 20)}`;
};
