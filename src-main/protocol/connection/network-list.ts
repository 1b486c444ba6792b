/** A list of addresses and networks from the settings, asked whether an address is in it. */
import { isInNetwork, parseIpNetwork, type IpNetwork } from '../../format/ip-network.ts';

/** `texts` is asked each time, so that a change counts at once; what is no network is passed over. */
export function createNetworkList(texts: () => readonly string[]): (address: string) => boolean {
  let known: readonly string[] = [];
  let networks: readonly IpNetwork[] = [];
  return (address) => {
    const now = texts();
    if (now !== known) {
      networks = now.flatMap((text) => parseIpNetwork(text) ?? []);
      known = now;
    }
    return networks.some((network) => isInNetwork(address, network));
  };
}

/** 127.0.0.0/8 and ::1: this machine. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
