/**
 * Outcome: what a script wants done with a message (RFC 5228 §2.10).
 *
 * Flow: runScript → here → delivery. Invariants: plain data; nothing has been done yet. Where a script failed, the only thing
 * it wants is that the message is kept (§2.10.6).
 */

/** A message that the script has changed: these octets, and after them a range of the message as it came. */
export interface EditedContent {
  readonly head: Uint8Array;
  /** First octet of the original that follows; null where nothing of it does. */
  readonly restFrom: number | null;
}

/** How a copy is to lie in a mailbox. */
export interface Filing {
  readonly mailbox: string;
  readonly flags: readonly string[];
  /** RFC 5490 §3.2 */
  readonly mayCreate: boolean;
  /** Rather into the mailbox of this use, where there is one (RFC 8579 §4). */
  readonly specialUse: string | null;
}

export interface VacationAction {
  readonly kind: 'vacation';
  readonly reason: string;
  /** The reason is a MIME entity with its own header fields. */
  readonly isMime: boolean;
  readonly periodSeconds: number;
  readonly subject: string | null;
  readonly from: string | null;
  readonly addresses: readonly string[];
  /** What a second answer is told by (RFC 5230 §4.2). */
  readonly handle: string;
  readonly fileCopy: Filing | null;
}

export interface NotifyAction {
  readonly kind: 'notify';
  readonly method: string;
  readonly from: string | null;
  readonly message: string | null;
  readonly importance: 1 | 2 | 3;
  readonly options: readonly string[];
  readonly fileCopy: Filing | null;
}

export type SieveAction =
  | ({ readonly kind: 'fileinto'; readonly content: EditedContent | null } & Filing)
  | { readonly kind: 'redirect'; readonly address: string; readonly content: EditedContent | null }
  /** `ereject` rather says it in the SMTP dialogue (RFC 5429 §2.1). */
  | { readonly kind: 'reject' | 'ereject'; readonly reason: string }
  | VacationAction
  | NotifyAction;

/** Something that `duplicate` is to know the next time. */
export interface DuplicateMark {
  readonly key: string;
  readonly seconds: number;
}

export interface SieveFailure {
  /** 1-based line of the script that ran. */
  readonly line: number;
  /** A sentence without its full stop. */
  readonly text: string;
}

export interface SieveOutcome {
  readonly actions: readonly SieveAction[];
  /** The message stays in INBOX, by `keep` or because nothing said otherwise; null where it does not. */
  readonly keep: { readonly flags: readonly string[]; readonly content: EditedContent | null } | null;
  readonly duplicates: readonly DuplicateMark[];
  readonly failure: SieveFailure | null;
}
