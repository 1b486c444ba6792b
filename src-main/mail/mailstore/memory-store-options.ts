/** What a memory mail store is made of, and how delivery puts messages into it. */
import type { Clock } from '../../base/clock.ts';
import type { MakeId } from '../../base/ids.ts';
import type { StagedContent } from '../content/port.ts';
import type { TraceId } from '../events.ts';
import { shiftIndex } from './mailbox-rules.ts';
import type { MemoryMessage } from './memory-mailbox.ts';
import type { AccountId } from './port.ts';
import type { QuotaLimits } from './quota-rules.ts';

export interface MemoryMailStoreOptions {
  readonly clock: Clock;
  readonly makeId: MakeId;
  readonly readContent: (content: StagedContent) => Uint8Array;
  /** The limit of an account, null for none. */
  readonly quotaBytesOf?: (accountId: AccountId) => number | null;
  /** The same of messages. */
  readonly quotaMessagesOf?: (accountId: AccountId) => number | null;
}

/** What delivery leaves in a mailbox; the SQLite store does this within the queue's commit. */
export interface MemoryDeposit {
  readonly prefix: string;
  readonly content: StagedContent;
  readonly flags: readonly string[];
  readonly internalDate: number;
  readonly traceId: TraceId;
}

export function limitsOf(
  { quotaBytesOf, quotaMessagesOf }: MemoryMailStoreOptions,
  accountId: AccountId,
): QuotaLimits {
  return { octets: quotaBytesOf?.(accountId) ?? null, messages: quotaMessagesOf?.(accountId) ?? null };
}

/** A message as it lies in a mailbox: the copy's own fields above the content. */
export function makeMessage(
  { readContent, makeId }: MemoryMailStoreOptions,
  { prefix, content }: { readonly prefix: Uint8Array; readonly content: StagedContent },
): MemoryMessage {
  const bytes = new Uint8Array(prefix.length + content.sizeBytes);
  bytes.set(prefix);
  bytes.set(readContent(content), prefix.length);
  return { bytes, index: shiftIndex(content.index, prefix.length), emailId: makeId() };
}
