/**
 * RuleRates: how many messages each client has brought by each rule in the last hour.
 *
 * Invariants: bounded memory, whatever number of clients come: the one unheard of the longest is forgotten; addresses of one
 * IPv6 subnet are one client. Counts are in memory: a restart begins anew. Of the hour before the current one the part that
 * is still within 60 minutes counts as if its messages had come evenly.
 */
import type { Clock } from '../../../base/clock.ts';
import { parseIpAddress } from '../../../format/ip-network.ts';
import type { EntryClient } from '../../queue/port.ts';

const HOUR_MS = 60 * 60 * 1000;
/** More than an office has; at some 100 octets each. */
const MAX_COUNTS = 10_000;
/** RFC 4291 §2.5.1: 64 bits name the subnet; a device changes the rest at will (RFC 8981). */
const SUBNET_OCTETS = 8;

interface Count {
  readonly hour: number;
  readonly current: number;
  readonly previous: number;
}

export class RuleRates {
  readonly #clock: Clock;
  readonly #counts = new Map<string, Count>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  hasRoom(rule: { name: string; messagesPerHour?: number }, client: EntryClient): boolean {
    if (rule.messagesPerHour === undefined) return true;
    return this.#inLastHour(this.#read(keyOf(rule.name, client))) + 1 <= rule.messagesPerHour;
  }

  take(rule: { name: string; messagesPerHour?: number }, client: EntryClient): boolean {
    if (rule.messagesPerHour === undefined) return true;
    if (!this.hasRoom(rule, client)) return false;
    const key = keyOf(rule.name, client);
    const count = this.#read(key);
    this.#counts.delete(key);
    this.#counts.set(key, { ...count, current: count.current + 1 });
    for (const oldest of this.#counts.keys()) {
      if (this.#counts.size <= MAX_COUNTS) break;
      this.#counts.delete(oldest);
    }
    return true;
  }

  #read(key: string): Count {
    const hour = Math.floor(this.#clock.now() / HOUR_MS);
    const known = this.#counts.get(key);
    if (known === undefined || known.hour < hour - 1) return { hour, current: 0, previous: 0 };
    return known.hour === hour ? known : { hour, current: 0, previous: known.current };
  }

  #inLastHour({ current, previous }: Count): number {
    const passed = (this.#clock.now() % HOUR_MS) / HOUR_MS;
    return current + previous * (1 - passed);
  }
}

function keyOf(rule: string, { address, account }: EntryClient): string {
  return `${rule}\n${account ?? keyOfAddress(address)}`;
}

function keyOfAddress(address: string): string {
  const octets = parseIpAddress(address);
  if (octets === null) return address;
  return (octets.length === 4 ? octets : octets.subarray(0, SUBNET_OCTETS)).join('.');
}
