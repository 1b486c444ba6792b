/**
 * MessageIndex: what is computed once about a message when it enters the store: its MIME tree with the octet
 * offsets of every part, and the decoded fields that lists, envelopes and timelines show.
 *
 * RFC 5322 (header section), RFC 2045-2047 (MIME), RFC 9051 §7.5.2 (ENVELOPE and BODYSTRUCTURE, which derive from this).
 * Invariants: plain JSON data; offsets are octets from the start of the message; an end is exclusive.
 */

/** One mailbox of an address list, or the start or end of a group (RFC 5322 §3.4, RFC 9051 §7.5.2 "address"). */
export interface IndexedAddress {
  /** Display name, still as it stands in the header field (encoded words not decoded), unquoted. */
  readonly name: string | null;
  /** The local-part; for a group start, the group's name. */
  readonly mailbox: string | null;
  /** The domain; null marks the start (mailbox set) or the end (mailbox null) of a group. */
  readonly host: string | null;
  /** The source route of an obsolete address, e.g. `@relay.example` (RFC 9051's addr-adl); left out where there is none. */
  readonly route?: string;
}

/** The fields of RFC 9051's ENVELOPE, as they stand in the header section: unfolded, encoded words kept. */
export interface IndexedEnvelope {
  readonly date: string | null;
  readonly subject: string | null;
  readonly from: readonly IndexedAddress[];
  readonly sender: readonly IndexedAddress[];
  readonly replyTo: readonly IndexedAddress[];
  readonly to: readonly IndexedAddress[];
  readonly cc: readonly IndexedAddress[];
  readonly bcc: readonly IndexedAddress[];
  readonly inReplyTo: string | null;
  readonly messageId: string | null;
}

export interface IndexedDisposition {
  /** Lower case, e.g. `attachment`. */
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** One body part. The root part is the message itself. */
export interface IndexedPart {
  /** Start of the part's header section (for a root or message/rfc822 child: of the message). */
  readonly headerStart: number;
  /** First octet after the empty line that ends the header section. */
  readonly bodyStart: number;
  readonly bodyEnd: number;
  /** Lines in the body (RFC 9051 body-fld-lines). */
  readonly lines: number;
  /** Lower case, e.g. `text` and `plain`. */
  readonly type: string;
  readonly subtype: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly id: string | null;
  readonly description: string | null;
  /** Lower case, e.g. `base64`; `7bit` where the field is missing. */
  readonly encoding: string;
  readonly disposition: IndexedDisposition | null;
  readonly language: readonly string[];
  readonly location: string | null;
  readonly md5: string | null;
  /** The parts of a multipart; empty for others. */
  readonly children: readonly IndexedPart[];
  /** For message/rfc822 and message/global: the message within. */
  readonly message: { readonly envelope: IndexedEnvelope; readonly root: IndexedPart } | null;
}

export interface MessageIndex {
  readonly sizeBytes: number;
  readonly envelope: IndexedEnvelope;
  readonly root: IndexedPart;
  /** Subject with encoded words decoded, for people. */
  readonly subject: string;
  /** First address of From for people: `Name <address>` with the name decoded, or the address alone; empty without From. */
  readonly author: string;
  /** The Date field as milliseconds since 1970 UTC, or null where it is missing or malformed. */
  readonly sentAt: number | null;
  /** Message-IDs of References (or In-Reply-To where there is none), oldest first. */
  readonly references: readonly string[];
  /** The first text of the message, decoded, at most 200 characters, for lists and previews. */
  readonly preview: string;
}
