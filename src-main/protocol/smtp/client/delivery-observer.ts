/**
 * DeliveryObserver: hears how far a running delivery is, while it runs: for people who watch, never for decisions.
 *
 * Flow: relay, open session, session → here → queue's list of what is active. Calls are cheap and never throw.
 */
export type DeliveryPhase =
  'findingHost' | 'connecting' | 'tls' | 'signIn' | 'envelope' | 'content' | 'waitingForReply';

export interface DeliveryObserver {
  /** `host`: whom it is about, for people, where that has become known. Phases repeat where another host is tried. */
  onPhase(phase: DeliveryPhase, host?: string): void;
  /** Octets of content that the server has taken from us in this transaction, before dot-stuffing. */
  onSent(octets: number): void;
}
