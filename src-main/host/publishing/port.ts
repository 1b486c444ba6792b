/** What storage keeps for the publishing desk: the last change of each domain's zone, so that it can be taken back. */
import type { ChangeSet } from '../../health/publishing/port.ts';

export interface AppliedChange {
  readonly domain: string;
  readonly change: ChangeSet;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  /** Who made it. */
  readonly by: string;
}

export interface AppliedChangeStore {
  read(domain: string): Promise<AppliedChange | null>;
  put(change: AppliedChange): Promise<void>;
  remove(domain: string): Promise<void>;
}
