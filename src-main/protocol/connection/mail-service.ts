/** MailService: a protocol's server as the host starts and stops it. */
import type { ServeConnection } from './accepted-connection.ts';

export interface MailService {
  readonly serve: ServeConnection;
  /** Tells every open session goodbye in its protocol's words, lets a running transaction end, and closes. */
  closeAll(reason: string): Promise<void>;
  readonly sessionCount: number;
}
