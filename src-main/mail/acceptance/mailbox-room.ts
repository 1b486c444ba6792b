/**
 * Whether a recipient's mailbox has room, asked at RCPT: what is accepted is delivered, so this is where a full one is told.
 *
 * RFC 5321 §4.2.3 (452, 552), RFC 3463 §3.3 (X.2.2). A server elsewhere keeps the message and tries again; a person who is
 * writing is told for good.
 */
import type { Account } from '../../directory/port.ts';
import { smtpReply, type SmtpReply } from '../../protocol/smtp/server/reply.ts';
import { amountIn, exceedsQuota, type MailStore } from '../mailstore/port.ts';
import type { Route } from '../routing/port.ts';
import type { Envelope } from './acceptance.ts';

export interface RoomOptions {
  readonly mailStore: Pick<MailStore, 'listMailboxes'>;
}

/** Null while anybody whom the recipient leads to has room. `octets`: what the client has declared, 0 where it has not. */
export async function refuseFullMailbox(
  options: RoomOptions,
  route: Route,
  message: { readonly octets: number; readonly origin: Envelope['origin'] },
): Promise<SmtpReply | null> {
  if (route.kind !== 'local' || route.foreign.length > 0 || route.accounts.length === 0) return null;
  for (const account of route.accounts) if (await hasRoom(options, account, message.octets)) return null;
  const text = 'The mailbox is full';
  return message.origin === 'reception' ? smtpReply(452, '4.2.2', text) : smtpReply(552, '5.2.2', text);
}

async function hasRoom({ mailStore }: RoomOptions, account: Account, octets: number): Promise<boolean> {
  const limits = { octets: account.quotaBytes, messages: account.quotaMessages };
  if (limits.octets === null && limits.messages === null) return true;
  const used = amountIn(await mailStore.listMailboxes(account.id));
  return !exceedsQuota(limits, used, { octets: Math.max(1, octets), messages: 1 });
}
