/**
 * The listeners there are: names, standard ports, TLS modes, and where to go when the standard port is not to be had.
 *
 * Ports: RFC 5321 §4.5.4.2 (25), RFC 6409 (587), RFC 8314 §7 (465, 993, 995), RFC 9051 (143), RFC 1939 (110),
 * RFC 5804 §1.8 (4190).
 */
import type { ListenerName, WebListenerName } from './port.ts';

export interface ListenerPlan {
  readonly name: ListenerName;
  readonly standardPort: number;
  /** First port tried where the standard one needs rights or is taken. */
  readonly highPort: number;
  readonly tls: 'implicit' | 'starttls' | 'none';
}

export const LISTENER_PLANS: readonly ListenerPlan[] = [
  { name: 'smtp', standardPort: 25, highPort: 2525, tls: 'starttls' },
  { name: 'submission', standardPort: 587, highPort: 2587, tls: 'starttls' },
  { name: 'submissions', standardPort: 465, highPort: 2465, tls: 'implicit' },
  { name: 'pop3', standardPort: 110, highPort: 2110, tls: 'starttls' },
  { name: 'pop3s', standardPort: 995, highPort: 2995, tls: 'implicit' },
  { name: 'imap', standardPort: 143, highPort: 2143, tls: 'starttls' },
  { name: 'imaps', standardPort: 993, highPort: 2993, tls: 'implicit' },
  { name: 'managesieve', standardPort: 4190, highPort: 5190, tls: 'starttls' },
];

/** Open only while they are needed. */
export const WEB_LISTENER_PLANS: readonly (ListenerPlan & { readonly name: WebListenerName })[] = [
  { name: 'http', standardPort: 80, highPort: 8080, tls: 'none' },
  { name: 'https', standardPort: 443, highPort: 8443, tls: 'implicit' },
];

/** A port number (0: any free one), or `off`. Names left out keep their standard port. */
export type PortChoices = Readonly<Partial<Record<ListenerName, number | 'off'>>>;

/** How many ports above `highPort` are tried before we give up. */
export const MOST_PORTS_TRIED = 100;
