/**
 * Routing, as the queue and the servers see it: recipient → next hop.
 *
 * Actor: MTA. RFC 5321 §5. Flow: RCPT asks whether we can carry a message on; the queue asks where to.
 */
import type { Account } from '../../directory/port.ts';

export type Route =
  | {
      readonly kind: 'local';
      readonly accounts: readonly Account[];
      /** Aliases passed through, outermost first. */
      readonly via: readonly string[];
    }
  | {
      readonly kind: 'undeliverable';
      /** Enhanced status code (RFC 3463) of the reply or DSN. */
      readonly status: '5.1.1' | '5.1.2' | '5.1.3' | '5.2.1' | '5.4.4' | '5.7.1';
      readonly reason: 'unknownRecipient' | 'malformedAddress' | 'disabledAccount' | 'relayingNotAvailable';
      /** A sentence for the sender. */
      readonly text: string;
    };

export interface Router {
  route(address: string): Promise<Route>;
}
