/**
 * Routing, as the queue and the servers see it: recipient → next hop.
 *
 * Actor: MTA. RFC 5321 §5. Flow: RCPT asks whether we can carry a message on; the queue asks where to.
 */
import type { RecipientResolution } from '../../directory/port.ts';
import type { Credentials } from '../../protocol/sasl/client-exchange.ts';
import type { TlsMode } from '../../protocol/smtp/client/open-session.ts';
import type { EntryClient, QueuePlace, QueueRecipient, RetrySchedule } from '../queue/port.ts';

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
      /** Absent: SMTP. LMTP (RFC 2033) answers for each recipient after the content. */
      readonly protocol?: 'lmtp';
      /** The name of the route of ours that leads there; absent for the smart host. */
      readonly route?: string;
      /** Where the route has times of its own; the rest is the queue's. */
      readonly retry?: Partial<RetrySchedule>;
      /** Sessions at once; absent: as many as to any next hop. */
      readonly maxSessions?: number;
      /** Absent: as many as come. */
      readonly messagesPerMinute?: number;
    };

/** What people call it: a route's name, a smart host, or the domain whose MX hosts take the mail. */
export function nameOfNextHop(nextHop: NextHop): string {
  if (nextHop.kind === 'mx') return nextHop.domain;
  return nextHop.route ?? nextHop.hosts.map(({ host, port }) => `${host}:${port}`).join(', ');
}

/** Accounts of ours, and whatever else an address of ours leads to. */
export type LocalRoute = Extract<RecipientResolution, { kind: 'local' }> & {
  /** The address is where a moderator's answer goes, and leads to nobody. */
  readonly answer?: ModerationAnswer;
};

export type ModerationDecision = 'approve' | 'refuse';

/** What a moderator decides about a recipient that is held, by the address that the answer is written to. */
export interface ModerationAnswer extends QueuePlace {
  readonly decision: ModerationDecision;
}

export interface RelayRoute {
  readonly kind: 'relay';
  readonly nextHop: NextHop;
}

export interface NoRoute {
  readonly kind: 'undeliverable';
  /** Enhanced status code (RFC 3463) of the reply or DSN. */
  readonly status: '5.1.1' | '5.1.2' | '5.1.3' | '5.2.1' | '5.4.4' | '5.7.1' | '5.7.2';
  readonly reason:
    'unknownRecipient' | 'malformedAddress' | 'disabledAccount' | 'relayingOff' | 'closedGroup';
  /** A sentence for the sender. */
  readonly text: string;
}

export type Route = LocalRoute | RelayRoute | NoRoute;

/** What routes may ask of a message besides its recipient; a queue entry has it. */
export interface MessageFacts {
  /** Empty for the null reverse-path. */
  readonly reversePath: string;
  /** Absent where the message was made here. */
  readonly client?: EntryClient;
  /** When it came, in milliseconds since 1970 UTC: a relay rule that expires later counts for it to the end. */
  readonly receivedAt: number;
}

export interface Router {
  /** Without facts of a message, routes that ask for some do not count. */
  route(address: string, message?: MessageFacts): Promise<Route>;
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

/**
 * Certain mail goes to certain hosts. What is asked of the sender and the client must all be so.
 *
 * Of several routes that fit, the one for the narrowest recipient domain counts (exact, then the longest wildcard, then
 * `*`); of those, the one that asks more; of those, the first.
 */
export interface RouteSetting {
  /** Unique; what people and relay rules call it. */
  readonly name: string;
  /** A domain, `*.` and a domain for all below it, or `*` for all. */
  readonly recipientDomain: string;
  /** The address of the account that the client signed in to. */
  readonly senderAccount?: string;
  /** The domain of the reverse-path, or a wildcard as above. */
  readonly senderDomain?: string;
  /** The client's address, or a network: `192.0.2.0/24`. */
  readonly client?: string;
  /** `host` or `host:port`, an IPv6 address with a port in brackets. */
  readonly hosts: readonly string[];
  readonly protocol: 'smtp' | 'lmtp';
  readonly tls: TlsMode;
  /** Whether the certificate must be valid and in the host's name. */
  readonly verifyCertificate: boolean;
  readonly user?: string;
  readonly password?: string;
  readonly retry?: RouteRetry;
  readonly maxSessions?: number;
  readonly messagesPerMinute?: number;
}

/** What of the queue's times is different for a route. */
export interface RouteRetry {
  readonly firstRetrySeconds?: number;
  readonly longestRetrySeconds?: number;
  readonly delayWarningSeconds?: number;
  readonly lifetimeSeconds?: number;
}

export interface RoutingSettings {
  readonly relay: RelaySetting;
  readonly routes: readonly RouteSetting[];
}
