/**
 * What lists of senders say of a message: the office's at RCPT and of the content, an account's of its copy.
 *
 * Invariants: who is blocked is known by what it calls itself, author or reverse-path; who is always accepted only where DMARC, or an
 * SPF or DKIM result that fits, proves the author's domain, or by its address: a name anybody can write lets nobody in. An
 * allow list moves what points decided; what is malicious, forbidden or disowned (DMARC) it does not.
 */
import { tell } from '../../../base/finding-texts.ts';
import { addressKey, parseAddress } from '../../../format/address.ts';
import { isClientOf } from '../../../format/pattern.ts';
import { smtpReply } from '../../../protocol/smtp/server/reply.ts';
import { authorOf } from '../author.ts';
import type { MessageOctets } from '../../content/message-octets.ts';
import { RANK, type CheckFinding } from '../facts.ts';
import type { OutcomeOf } from '../findings.ts';
import { OFFICE } from '../store-port.ts';
import type { ListedSender, ListOwner, SenderListStore } from './port.ts';

export interface ListedFacts {
  readonly reversePath: string;
  readonly octets: MessageOctets;
  /** The author's domain, where it is proved. */
  readonly provenDomain: string | undefined;
  /** Asked of the office's networks. */
  readonly clientAddress?: string;
}

/** At most one finding: who is blocked is not let in by another name. */
export async function judgeSenderByLists(
  store: SenderListStore,
  owner: ListOwner,
  facts: ListedFacts,
): Promise<CheckFinding | null> {
  const { reversePath, octets, provenDomain, clientAddress } = facts;
  const author = authorOf(octets.index)?.address ?? '';
  const network = clientAddress === undefined ? null : await findNetwork(store, clientAddress);
  const ofAuthor = await findSender(store, owner, author);
  const blocking = [network, ofAuthor, await findSender(store, owner, reversePath)].find(
    (found) => found?.list === 'block',
  );
  if (blocking) return toFinding(owner, 'blocked', blocking.pattern);
  if (network !== null) return toFinding(owner, 'allowed', network.pattern);
  if (ofAuthor === null) return null;
  const isProven = provenDomain !== undefined && domainOf(author) === provenDomain;
  return toFinding(owner, isProven ? 'allowed' : 'notProved', ofAuthor.pattern);
}

/** Before there is any content: what the office's lists say of the reverse-path and the client; null: nothing. */
export async function findListedClient(
  store: SenderListStore,
  { reversePath, clientAddress }: { reversePath: string; clientAddress: string },
): Promise<ListedSender | null> {
  const sender = await findSender(store, OFFICE, reversePath);
  if (sender?.list === 'block') return sender;
  return findNetwork(store, clientAddress);
}

/** The most exact one: the address itself, then its domain, then those above. */
async function findSender(
  store: SenderListStore,
  owner: ListOwner,
  address: string,
): Promise<ListedSender | null> {
  const parsed = parseAddress(address, { allowUtf8: true });
  if (!parsed.ok) return null;
  const labels = parsed.value.asciiDomain.split('.');
  const domains = labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
  const patterns = [addressKey(parsed.value), ...domains];
  const found = await store.find(owner, patterns);
  for (const pattern of patterns) {
    const listed = found.find((each) => each.pattern === pattern);
    if (listed !== undefined) return listed;
  }
  return null;
}

async function findNetwork(store: SenderListStore, address: string): Promise<ListedSender | null> {
  const holding = (await store.networks(OFFICE)).filter(({ pattern }) => isClientOf(address, pattern));
  return holding.find(({ list }) => list === 'block') ?? holding[0] ?? null;
}

function domainOf(address: string): string {
  const parsed = parseAddress(address, { allowUtf8: true });
  return parsed.ok ? parsed.value.asciiDomain : '';
}

function toFinding(owner: ListOwner, outcome: OutcomeOf<'ownList'>, pattern: string): CheckFinding {
  const finding = { check: owner === OFFICE ? 'officeList' : 'ownList', outcome, weight: 0 };
  switch (outcome) {
    case 'allowed':
      return {
        ...finding,
        detail: tell('senderAllowed', { sender: pattern }),
        decides: { action: 'accept', rank: RANK.allowed },
      };
    case 'blocked':
      return {
        ...finding,
        detail: tell('senderBlocked', { sender: pattern }),
        decides: blocks(owner, pattern),
      };
    case 'notProved':
      return {
        ...finding,
        detail: tell('senderNotProved', { sender: pattern }),
      };
  }
}

function blocks(owner: ListOwner, pattern: string): CheckFinding['decides'] & object {
  if (owner !== OFFICE) return { action: 'junk', rank: RANK.blocked };
  return { action: 'reject', rank: RANK.blocked, reply: refusalOfListed(pattern) };
}

export function refusalOfListed(pattern: string) {
  return smtpReply(550, '5.7.1', `Mail from ${pattern} is not accepted here`);
}
