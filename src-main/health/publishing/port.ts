/**
 * Publishing: whoever keeps a domain's zone, as those who change it see them.
 *
 * Flow: console → host/publishing-desk → DnsPublisher → name server (RFC 2136) or a provider's API. Invariants: a change is made of what was
 * seen, and not at all where that has changed since; refusals are values with a reason; credentials are in no answer and no log.
 */
import type { Result } from '../../base/result.ts';
import type { FoundRecord } from '../records/compare-records.ts';
import type { ZoneRecord, ZoneRecordType } from '../records/zone-record.ts';

/** A name and a type at it: what a change may touch. */
export interface RecordSetName {
  readonly name: string;
  readonly type: ZoneRecordType;
}

/** All of it happens, or nothing, as far as whoever keeps the zone can promise that. */
export interface ChangeSet {
  readonly add: readonly ZoneRecord[];
  readonly remove: readonly ZoneRecord[];
  /** What the sets that it touches held when it was made. */
  readonly basis: readonly ZoneRecord[];
}

export type PublishProblemCode =
  | 'unreachable'
  | 'silent'
  /** The certificate of the API is not in order. */
  | 'untrusted'
  | 'badReply'
  /** The reply is not signed, or not by our key. */
  | 'forgedReply'
  | 'unknownKey'
  | 'wrongKey'
  | 'wrongClock'
  | 'refused'
  /** The server does not keep this zone. */
  | 'notItsZone'
  | 'notInZone'
  | 'changedMeanwhile'
  | 'notSupported'
  | 'notUnderstood'
  | 'serverFailed'
  | 'tokenRefused'
  | 'tokenTooWeak'
  | 'noSuchZone'
  | 'tooManyRequests'
  | 'recordRefused';

export interface PublishProblem {
  readonly code: PublishProblemCode;
  /** In the words of the server, or what it was about; empty: nothing to add. */
  readonly detail: string;
}

export type Published<T> = Result<T, PublishProblem>;

export interface DnsPublisher {
  /** Whether the credentials let us change the zone; answers with the zone's name. */
  test(): Promise<Published<{ readonly zone: string }>>;
  list(sets: readonly RecordSetName[]): Promise<Published<readonly FoundRecord[]>>;
  apply(change: ChangeSet): Promise<Published<void>>;
}
