/**
 * Routing, as the queue and the servers see it: recipient → next hop.
 *
 * Actor: MTA. RFC 5321 §5. Flow: RCPT asks whether we can carry a message on; the queue asks where to.
 */
import type { Account } from '../../directory/port.ts';
import type { Credentials } from '../../protocol/smtp/client/authenticate.ts';
import type { TlsMode } from '../../protocol/smtp/client/open-session.ts';
import type { QueueRecipient } from '../queue/port.ts';

export interface HostPort {
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Where mail for others goes next. */
export type NextHop =
  /** The hosts that DNS names for the domain (RFC 5321 §5.1); A-labels, or an address literal with its brackets. */
  | { readonly kind: 'mx'; readonly domain: string }
  /** Hosts that the administrator named, tried in this order. */
  | {
      readonly kind: 'hosts';
      readonly hosts: readonly HostPort[];
      readonly tls: TlsMode;
      readonly mustVerify: boolean;
      readonly credentials?: Credentials;
    };

export interface LocalRoute {
  readonly kind: 'local';
  readonly accounts: readonly Account[];
  /** Addresses elsewhere that an alias leads to. */
  readonly foreign: readonly string[];
  /** Aliases passed through, outermost first. */
  readonly via: readonly string[];
}

export interface RelayRoute {
  readonly kind: 'relay';
  readonly nextHop: NextHop;
}

export interface NoRoute {
  readonly kind: 'undeliverable';
  /** Enhanced status code (RFC 3463) of the reply or DSN. */
  readonly status: '5.1.1' | '5.1.2' | '5.1.3' | '5.2.1' | '5.4.4' | '5.7.1';
  readonly reason: 'unknownRecipient' | 'malformedAddress' | 'disabledAccount' | 'relayingOff';
  /** A sentence for the sender. */
  readonly text: string;
}

export type Route = LocalRoute | RelayRoute | NoRoute;

export interface Router {
  route(address: string): Promise<Route>;
}

/** A recipient of a queue entry, and where its mail goes. */
export interface RoutedRecipient<R extends Route = Route> {
  readonly recipient: QueueRecipient;
  readonly route: R;
}

/** How mail for others leaves where no route of its own is set. */
export type RelaySetting =
  | { readonly mode: 'direct' }
  | { readonly mode: 'off' }
  | {
      readonly mode: 'smarthost';
      readonly host: string;
      readonly port: number;
      /** `starttls` is required, not tried. */
      readonly tls: 'starttls' | 'implicit' | 'none';
      /** Whether its certificate must be valid and in its name. */
      readonly verifyCertificate: boolean;
      readonly user?: string;
      readonly password?: string;
    };

/** Mail for certain domains goes to certain hosts. */
export interface RouteSetting {
  /** A domain, `*.` and a domain for all below it, or `*` for all. */
  readonly recipientDomain: string;
  /** `host` or `host:port`, an IPv6 address with a port in brackets. */
  readonly hosts: readonly string[];
  readonly tls: 'opportunistic' | 'required' | 'none';
}

export interface RoutingSettings {
  readonly relay: RelaySetting;
  readonly routes: readonly RouteSetting[];
}
