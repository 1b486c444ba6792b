/** What the settings say about clients: whom we believe, and how much a stranger may do. Asked anew each time. */
import type { ConnectionLimits } from '../protocol/connection/limits.ts';
import { createNetworkList, isLoopback } from '../protocol/connection/network-list.ts';
import type { HostSettings } from './port.ts';

export interface ClientSettings {
  /** Whether its connections begin with a PROXY header. */
  readonly isProxy: (address: string) => boolean;
  /** Whether it may say XCLIENT. */
  readonly maySayXclient: (address: string) => boolean;
  /** Whether the limits do not bind it: this machine, and what the settings name. */
  readonly isExempt: (address: string) => boolean;
  readonly limits: () => HostSettings['clientLimits'] & ConnectionLimits;
}

export function createClientSettings(settings: () => HostSettings): ClientSettings {
  const isNamed = createNetworkList(() => settings().clientLimits.exempt);
  return {
    isProxy: createNetworkList(() => settings().trustedProxies.proxyProtocol),
    maySayXclient: createNetworkList(() => settings().trustedProxies.xclient),
    isExempt: (address) => isLoopback(address) || isNamed(address),
    limits: () => settings().clientLimits,
  };
}
