/**
 * Content: the bytes of a message, written once and shared by the queue and by every mailbox that holds it.
 *
 * Flow: submission, reception, IMAP APPEND → here → queue, mailstore (which hold a reference each).
 * Invariants: content never changes once stored; its index (MIME tree, envelope) is computed while it arrives;
 * a `StagedContent` is not durable until the enqueue() or appendMessages() it is handed to has committed.
 */
import type { MessageIndex } from '../../format/message-index.ts';

export type ContentId = number;

/** Content that has fully arrived and waits for the commit that gives it its first reference. */
export interface StagedContent {
  readonly sizeBytes: number;
  readonly index: MessageIndex;
  /** Small content travels with the commit; large content already lies, synced, in a file of this name in the spool. */
  readonly body:
    | { readonly kind: 'inline'; readonly bytes: Uint8Array }
    | {
        readonly kind: 'file';
        readonly fileName: string;
        /** Where storage encrypts: the key of this file, for the commit. */
        readonly dataKey?: Uint8Array;
      };
}

/** Content that is committed already and gets a further reference. */
export interface StoredContent {
  readonly contentId: ContentId;
  readonly sizeBytes: number;
  readonly index: MessageIndex;
}

/** What a new queue entry is made of. */
export type EntryContent = StagedContent | StoredContent;

export function isStaged(content: EntryContent): content is StagedContent {
  return !('contentId' in content);
}

/** A large content's file while it is being written. */
export interface SpoolFile {
  readonly fileName: string;
  readonly dataKey?: Uint8Array;
  write(chunk: Uint8Array): Promise<void>;
  /** Syncs the file and its directory, then closes it. */
  finish(): Promise<void>;
  /** Closes and deletes it. */
  abort(): Promise<void>;
}

/** Where large content goes while it arrives; storage implements it. */
export interface ContentSpool {
  create(): Promise<SpoolFile>;
  /** Reads staged content before its commit; as ContentReader.readRange. */
  readRange(content: StagedContent, start: number, end: number): Promise<Uint8Array>;
  /** Deletes the file of a staged content that was never committed. */
  discard(content: StagedContent): Promise<void>;
}

/** Reads stored content. Offsets are octets from the start of the content; `end` is exclusive. */
export interface ContentReader {
  readIndex(id: ContentId): Promise<MessageIndex>;
  readRange(id: ContentId, start: number, end: number): Promise<Uint8Array>;
}
