/**
 * Sender lists: whom an account, or the office, always or never wants mail from.
 *
 * Invariants: a pattern is an address, a domain (with all below it) or, for the office, a client network; it stands once for each
 * owner, on one of the two lists; it is stored as `parseSenderPattern` writes it, so that finding one is comparing texts.
 */
import { addressKey, parseAddress } from '../../../format/address.ts';
import { domainToAscii } from '../../../format/domain.ts';
import { parseIpNetwork } from '../../../format/ip-network.ts';
import type { BayesOwner } from '../store-port.ts';

export type SenderListKind = 'allow' | 'block';

/** Each in the order of the alphabet. */
export type SenderLists = Readonly<Record<SenderListKind, readonly string[]>>;

export interface ListedSender {
  readonly pattern: string;
  readonly list: SenderListKind;
}

/** An account's id, or OFFICE. */
export type ListOwner = BayesOwner;

/** Storage implements it. */
export interface SenderListStore {
  read(owner: ListOwner): Promise<SenderLists>;
  replace(owner: ListOwner, lists: SenderLists): Promise<void>;
  /** null: on neither list. Answers where it was before. */
  put(owner: ListOwner, pattern: string, list: SenderListKind | null): Promise<SenderListKind | null>;
  /** Those of the patterns that are on a list. */
  find(owner: ListOwner, patterns: readonly string[]): Promise<readonly ListedSender[]>;
  networks(owner: ListOwner): Promise<readonly ListedSender[]>;
}

/** More lines are a mistake of whoever pasted them. */
export const MOST_LISTED_SENDERS = 20_000;

/** As it is stored; null where it is none. `*@` and `*.` before a domain mean what the domain alone means. */
export function parseSenderPattern(text: string): string | null {
  const trimmed = text.trim().replace(/^\*?@|^\*\./u, '');
  if (trimmed.includes('@')) {
    const address = parseAddress(trimmed, { allowUtf8: true });
    return address.ok ? addressKey(address.value) : null;
  }
  if (isNetworkPattern(trimmed)) return trimmed.toLowerCase();
  const domain = domainToAscii(trimmed);
  return domain.ok && domain.value.includes('.') ? domain.value : null;
}

export function isNetworkPattern(pattern: string): boolean {
  return parseIpNetwork(pattern) !== null;
}
