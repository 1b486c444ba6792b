/** What mail programs may use here: protocols, ports and how they are secured, from the listeners that listen. */
import type { ListenerName, ListenerStatus } from '../port.ts';

export interface OfferedService {
  readonly protocol: 'imap' | 'pop3' | 'smtp';
  readonly port: number;
  /** `implicit`: TLS from the beginning. */
  readonly tls: 'implicit' | 'starttls';
}

export interface DeviceFacts {
  /** Where mail programs find us. */
  readonly hostname: string;
  /** The best first (RFC 8314 §3): IMAP before POP3, TLS from the beginning before STARTTLS. */
  readonly services: readonly OfferedService[];
  /** Where the pages of this folder are, without a slash at the end. */
  readonly origin: string;
}

const IN_ORDER: readonly {
  readonly listener: ListenerName;
  readonly protocol: OfferedService['protocol'];
}[] = [
  { listener: 'imaps', protocol: 'imap' },
  { listener: 'imap', protocol: 'imap' },
  { listener: 'pop3s', protocol: 'pop3' },
  { listener: 'pop3', protocol: 'pop3' },
  { listener: 'submissions', protocol: 'smtp' },
  { listener: 'submission', protocol: 'smtp' },
];

const HTTPS_PORT = 443;

export function deviceFactsOf(hostname: string, listeners: readonly ListenerStatus[]): DeviceFacts {
  const open = (name: ListenerName) =>
    listeners.find((status) => status.name === name && status.state === 'listening');
  const services = IN_ORDER.flatMap(({ listener, protocol }) => {
    const { port = null, tls = 'none' } = open(listener) ?? {};
    return port === null || tls === 'none' ? [] : [{ protocol, port, tls }];
  });
  const port = open('https')?.port ?? HTTPS_PORT;
  return {
    hostname,
    services,
    origin: `https://${hostname}${port === HTTPS_PORT ? '' : `:${String(port)}`}`,
  };
}

export function bestOf(
  facts: DeviceFacts,
  ...protocols: readonly OfferedService['protocol'][]
): OfferedService | null {
  return facts.services.find(({ protocol }) => protocols.includes(protocol)) ?? null;
}
