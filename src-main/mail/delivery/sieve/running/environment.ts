/**
 * Environment: what a script may know besides the message: envelope, time, verdicts, mailboxes, other scripts.
 *
 * Flow: delivery → here → runScript. Invariant: whatever a script learns comes from here or from the message.
 */
import type { MessageIndex } from '../../../../format/message-index.ts';

/** The message as it would be filed, above its header section what our own checks have said of it. */
export interface SieveMessage {
  readonly sizeBytes: number;
  readonly index: MessageIndex;
  /** `end` is exclusive. */
  readRange(start: number, end: number): Promise<Uint8Array>;
}

export type IncludeLocation = 'personal' | 'global';

export interface SieveEnvironment {
  /** Without angle brackets; `from` is empty for the null reverse-path. */
  readonly envelope: { readonly from: string; readonly to: string };
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** Minutes east of UTC that local clocks show at that time. */
  zoneMinutesAt(ms: number): number;
  /** What may stand between user and detail of a local-part (RFC 5233 §3); each character is one. */
  readonly separators: string;
  /** RFC 5183 §4.1: names in lower case. */
  readonly items: Readonly<Record<string, string>>;
  /** RFC 5235: 0 to 100, the likeness of junk in percent; null: not tested. */
  readonly spamPercent: number | null;
  /** RFC 5235 §3.3: 1 clean, 2 cured, 3 cure failed, 4 suspicious, 5 virus; 0: not tested. */
  readonly virusLevel: 0 | 1 | 2 | 3 | 4 | 5;
  mailboxExists(name: string): Promise<boolean>;
  /** Whether that mailbox, or one of the account's at all where it is null, has the special use (RFC 8579 §3). */
  hasSpecialUse(mailbox: string | null, use: string): Promise<boolean>;
  /** The annotation of a mailbox, or of the server where it is null; null where there is none (RFC 5490 §4). */
  readAnnotation(mailbox: string | null, name: string): Promise<string | null>;
  /** Whether a message with this key has come before (RFC 7352). */
  isDuplicate(key: string): Promise<boolean>;
  /** The text of a script; null where there is none of that name (RFC 6609). */
  readScript(location: IncludeLocation, name: string): Promise<string | null>;
}
