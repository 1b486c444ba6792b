/**
 * MailService: a protocol engine joined to its policy, as the host runs it behind a listener.
 *
 * Flow: the host creates one per service and hands each accepted connection to serve(). Invariants: serve() never rejects;
 * after closeAll() has resolved no session is open and no transaction of this service is running.
 */
import type { ServeConnection } from './accepted-connection.ts';

export interface MailService {
  readonly serve: ServeConnection;
  /** Tells every client why (421, BYE, -ERR), lets transactions that are running finish, and closes. */
  closeAll(reason: string): Promise<void>;
  readonly sessionCount: number;
}
