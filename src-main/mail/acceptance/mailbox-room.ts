/**
 * Whether a recipient's mailbox has room, asked at RCPT: what is accepted is delivered, so this is where a full one is told.
 *
 * RFC 5321 §4.2.3 (452, 552), RFC 3463 §3.3 (X.2.2). A server elsewhere keeps the message and tries again; a person who is
 * writing is told for good.
 */
import type { Account, AccountId, Directory } from '../../directory/port.ts';
import { smtpReply, type SmtpReply } from '../../protocol/smtp/server/reply.ts';
import { amountIn, exceedsQuota, type MailAmount, type MailStore } from '../mailstore/port.ts';
import type { Route } from '../routing/port.ts';
import type { Envelope } from './acceptance.ts';

export interface RoomOptions {
  readonly mailStore: Pick<MailStore, 'listMailboxes'>;
  readonly directory: Pick<Directory, 'domainQuota'>;
}

/** Null while anybody whom the recipient leads to has room. `octets`: what the client has declared, 0 where it has not. */
export async function refuseFullMailbox(
  options: RoomOptions,
  route: Route,
  message: { readonly octets: number; readonly origin: Envelope['origin'] },
): Promise<SmtpReply | null> {
  if (route.kind !== 'local' || route.accounts.length === 0) return null;
  if (route.foreign.length > 0 || route.handOvers.length > 0) return null;
  for (const account of route.accounts) if (await hasRoom(options, account, message.octets)) return null;
  const text = 'The mailbox is full';
  return message.origin === 'reception' ? smtpReply(452, '4.2.2', text) : smtpReply(552, '5.2.2', text);
}

async function hasRoom(options: RoomOptions, account: Account, octets: number): Promise<boolean> {
  if (account.delivery.method !== 'mailstore') return true;
  const added = { octets: Math.max(1, octets), messages: 1 };
  const limits = { octets: account.quotaBytes, messages: account.quotaMessages };
  const isLimited = limits.octets !== null || limits.messages !== null;
  if (isLimited && exceedsQuota(limits, await amountOf(options, [account.id]), added)) return false;
  const shared = await options.directory.domainQuota(account.id);
  if (shared === null) return true;
  const used = await amountOf(options, shared.accounts);
  return !exceedsQuota({ octets: shared.quotaBytes, messages: null }, used, added);
}

async function amountOf({ mailStore }: RoomOptions, accounts: readonly AccountId[]): Promise<MailAmount> {
  const mailboxes = await Promise.all(accounts.map((account) => mailStore.listMailboxes(account)));
  return amountIn(mailboxes.flat());
}
