import type { LogPath, Member, MemberFields } from './member';

/** What the members page and its function say to each other, as JSON. No library: the page runs this too. */
export interface PageConfig {
  readonly is_firehose: boolean;
  readonly sign_in: {
    readonly client_id: string;
    readonly authorize_url: string;
    readonly token_url: string;
    readonly scopes: readonly string[];
  } | null;
}

export interface MemberPage {
  readonly members: readonly Member[];
  /** Ask for what follows with `?after=`; null where nothing does. */
  readonly next: string | null;
}

/** A creation or an update; `request_id` (UUID) makes the same request again the same change. */
export interface ChangeRequest {
  readonly request_id: string;
  readonly is_firehose: boolean;
  readonly member: MemberFields;
  /** The version that an update was made from. */
  readonly version?: number;
}

/** What came of sending one event: acknowledged by its service, or waiting in the outbox for the sweeper. */
export interface SendOutcome {
  readonly event_uuid: string;
  /** Unix milliseconds: the event's own time, by which it stands in the lake. */
  readonly created_at: number;
  readonly path: LogPath;
  readonly state: 'acknowledged' | 'waiting';
  /** How often it was sent; 0 where an earlier request of the same id had done it. */
  readonly attempts: number;
  /** Why the last attempt failed that did. */
  readonly reason: string | null;
}

export interface ChangeAnswer {
  readonly member: Member;
  readonly send: SendOutcome;
}

/** Anything but 2xx. `problems` has a sentence per field; `member` is the current one where another version was expected. */
export interface RefusalAnswer {
  readonly message: string;
  readonly problems?: Readonly<Record<string, string>>;
  readonly member?: Member;
}

export interface OutboxAnswer {
  /** How many events wait to be sent; `more` where there are even more than were counted. */
  readonly waiting: number;
  readonly more: boolean;
  /** Unix milliseconds of the oldest; null where none waits. */
  readonly oldest: number | null;
}

export interface HistoryStarted {
  readonly query_id: string;
}

/** One event of a member, as the lake has it. */
export interface HistoryEntry {
  readonly event_uuid: string;
  readonly event_name: string;
  /** ISO 8601. */
  readonly created_datetime: string;
  /** ISO 8601. */
  readonly ingested_at: string;
  /** How often it arrived. */
  readonly copies: number;
  readonly member: Member;
}

export type HistoryAnswer =
  { readonly state: 'running' } | { readonly state: 'done'; readonly sql: string; readonly entries: readonly HistoryEntry[] };
