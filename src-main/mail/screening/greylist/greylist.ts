/**
 * Greylisting: what nobody here knows is asked to come back once; servers do, most senders of junk do not.
 *
 * RFC 6647. A triplet is the client's network (IPv4 /24, IPv6 /64), the reverse-path and the recipient. Flow: RCPT → here → 450.
 * Invariants: a client that comes back after the delay passes, and is remembered; one that has passed several times is asked no
 * more; where the store fails, mail passes.
 */
import { parseIpAddress } from '../../../format/ip-network.ts';
import { isAddressOf, isClientOf } from '../../../format/pattern.ts';
import type { EnvelopeFacts } from '../port.ts';
import type { GreylistSetting } from '../settings.ts';
import type { GreylistRow, GreylistStore } from '../store-port.ts';

export type GreylistAnswer =
  | { readonly kind: 'pass'; readonly why: 'exempt' | 'knownClient' | 'knownTriplet' | 'cameBack' }
  | { readonly kind: 'wait'; readonly seconds: number };

export class Greylist {
  readonly #store: GreylistStore;
  readonly #setting: () => GreylistSetting;

  constructor(options: { store: GreylistStore; setting: () => GreylistSetting }) {
    this.#store = options.store;
    this.#setting = options.setting;
  }

  /** `facts.recipients` holds the one that is asked for. */
  async ask(facts: EnvelopeFacts): Promise<GreylistAnswer> {
    const setting = this.#setting();
    if (isExempt(facts, setting)) return { kind: 'pass', why: 'exempt' };
    const network = networkOf(facts.client.address);
    const client = await this.#store.find(network);
    if (client !== null && client.passes >= setting.passesToTrust && isFresh(client, facts.at, setting)) {
      await this.#touch(network, client, facts.at);
      return { kind: 'pass', why: 'knownClient' };
    }
    return this.#askTriplet(facts, { network, client });
  }

  async #askTriplet(
    { at, reversePath, recipients }: EnvelopeFacts,
    { network, client }: { network: string; client: GreylistRow | null },
  ): Promise<GreylistAnswer> {
    const setting = this.#setting();
    const key = [network, senderKey(reversePath), (recipients[0] ?? '').toLowerCase()].join(' ');
    const row = await this.#store.find(key);
    if (row === null || !isFresh(row, at, setting)) {
      await this.#store.put(key, { firstAt: at, seenAt: at, passes: 0 });
      return { kind: 'wait', seconds: Math.ceil(setting.delayMs / 1000) };
    }
    if (row.passes > 0) {
      await this.#touch(key, row, at);
      return { kind: 'pass', why: 'knownTriplet' };
    }
    const waitMs = row.firstAt + setting.delayMs - at;
    if (waitMs > 0) return { kind: 'wait', seconds: Math.ceil(waitMs / 1000) };
    await this.#store.put(key, { ...row, seenAt: at, passes: 1 });
    const passes = client !== null && isFresh(client, at, setting) ? client.passes + 1 : 1;
    await this.#store.put(network, { firstAt: client?.firstAt ?? at, seenAt: at, passes });
    return { kind: 'pass', why: 'cameBack' };
  }

  /** Noted at most once an hour: a commit for each message would cost more than the delay saves. */
  async #touch(key: string, row: GreylistRow, at: number): Promise<void> {
    if (at - row.seenAt > TOUCH_EVERY_MS) await this.#store.put(key, { ...row, seenAt: at });
  }
}

const TOUCH_EVERY_MS = 60 * 60_000;

function isFresh({ seenAt, passes }: GreylistRow, at: number, setting: GreylistSetting): boolean {
  return at - seenAt <= (passes > 0 ? setting.rememberMs : setting.retryWindowMs);
}

function isExempt({ client, reversePath, recipients }: EnvelopeFacts, { exempt }: GreylistSetting): boolean {
  return exempt.some(
    (entry) =>
      isClientOf(client.address, entry) ||
      (reversePath !== '' && isAddressOf(reversePath, entry)) ||
      recipients.some((address) => isAddressOf(address, entry)),
  );
}

/** Large hosts send from a neighbour the second time. */
export function networkOf(address: string): string {
  const octets = parseIpAddress(address);
  if (octets === null) return address;
  if (octets.length === 4) return `${[...octets.subarray(0, 3)].join('.')}.0/24`;
  const groups = [0, 2, 4, 6].map((at) => (((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0)).toString(16));
  return `${groups.join(':')}::/64`;
}

/** Lists put a number of the message into the local-part, and BATV a tag before it: the rest is the sender. */
function senderKey(reversePath: string): string {
  const at = reversePath.lastIndexOf('@');
  if (at < 0) return reversePath.toLowerCase();
  const local = reversePath.slice(0, at).replace(/^prvs=[^=]*=/iu, '');
  return `${local.replace(/\d+/gu, '#')}${reversePath.slice(at)}`.toLowerCase();
}
