/** Asks the servers that the settings name, or the system's, one after the other, until one of them knows. */
import { getServers } from 'node:dns';
import type { Packet } from 'dns-packet';
import { askServer, type AskOptions, type DnsQuestion } from './ask-server.ts';
import { parseNameServer } from './name-servers.ts';

export interface AskServersOptions extends Omit<AskOptions, 'server'> {
  /** Empty: the system's. */
  readonly servers: () => readonly string[];
}

/** Each server is asked so often. */
const ROUNDS = 2;

/** null where nobody could say. */
export async function askServers(question: DnsQuestion, options: AskServersOptions): Promise<Packet | null> {
  const inTurn = Array.from({ length: ROUNDS }, () => readServers(options.servers())).flat();
  for (const server of inTurn) {
    const packet = await askServer(question, { ...options, server });
    if (packet?.rcode === 'NOERROR' || packet?.rcode === 'NXDOMAIN') return packet;
  }
  return null;
}

/** `named` empty: the system's. */
export function readServers(named: readonly string[]) {
  return (named.length > 0 ? named : getServers()).flatMap((text) => parseNameServer(text) ?? []);
}
