/** What a memory mail store is made of, and how delivery puts messages into it. */
import type { Clock } from '../../base/clock.ts';
import type { MakeId } from '../../base/ids.ts';
import type { StagedContent } from '../content/port.ts';
import type { TraceId } from '../events.ts';
import type { AccountId } from './port.ts';

export interface MemoryMailStoreOptions {
  readonly clock: Clock;
  readonly makeId: MakeId;
  readonly readContent: (content: StagedContent) => Uint8Array;
  /** The limit of an account, null for none. */
  readonly quotaBytesOf?: (accountId: AccountId) => number | null;
}

/** What delivery leaves in a mailbox; the SQLite store does this within the queue's commit. */
export interface MemoryDeposit {
  readonly prefix: string;
  readonly content: StagedContent;
  readonly flags: readonly string[];
  readonly internalDate: number;
  readonly traceId: TraceId;
}
