/**
 * Messages that a delivery gives rise to, as queue entries: forwarded copies, automatic replies, notices.
 *
 * Flow: courier → here → AttemptRecord.following → the queue. Invariants: a forwarded copy shares the content of the message that
 * it came from and has no Return-Path of its own; its reverse-path is one that our name may be used for.
 */
import type { Clock } from '../../base/clock.ts';
import type { MakeId } from '../../base/ids.ts';
import type { Account, Directory } from '../../directory/port.ts';
import type { MessageReceiver } from '../content/message-receiver.ts';
import type { ContentReader, EntryContent, StagedContent } from '../content/port.ts';
import type { FollowingEntry, QueueEntry } from '../queue/port.ts';
import { deliveryFields } from './copy-fields.ts';
import type { FilterMessage } from './port.ts';
import type { SenderRewriting } from './sender-rewriting.ts';

export interface FollowingOptions {
  readonly content: Pick<ContentReader, 'readIndex'>;
  readonly receiver: MessageReceiver;
  readonly directory: Pick<Directory, 'isLocalDomain'>;
  readonly rewriting: SenderRewriting;
  readonly clock: Clock;
  readonly makeId: MakeId;
}

export interface ForwardingOrder {
  readonly entry: QueueEntry;
  readonly account: Account;
  readonly recipient: string;
  readonly to: readonly string[];
  /** The message with other header fields or parts. */
  readonly changed?: StagedContent;
}

/** A copy that goes on to other addresses. */
export async function forwardEntry(
  options: FollowingOptions,
  order: ForwardingOrder,
): Promise<FollowingEntry> {
  const { entry, account, recipient, to, changed } = order;
  const { contentId, sizeBytes } = entry;
  const content = changed ?? { contentId, sizeBytes, index: await options.content.readIndex(contentId) };
  const { smtpUtf8, isEightBit, requireTls, verdict, client } = entry;
  return makeEntry(options, {
    content,
    reversePath: await forwardedSender(options, entry.reversePath, account.domain),
    recipients: to,
    origin: entry.origin,
    smtpUtf8,
    ...(isEightBit === true && { isEightBit }),
    ...(requireTls === true && { requireTls }),
    ...(verdict !== undefined && { verdict }),
    ...(client !== undefined && { client }),
    // A changed message holds what stood above it.
    prefix:
      deliveryFields({ address: account.address, recipient }) +
      (changed === undefined ? (entry.prefix ?? '') : ''),
  });
}

/** A reply or notice. */
export async function messageEntry(
  options: FollowingOptions,
  message: FilterMessage,
): Promise<FollowingEntry> {
  const writer = options.receiver.begin();
  await writer.write(message.octets);
  const { reversePath, recipients, smtpUtf8 } = message;
  return makeEntry(options, {
    content: await writer.finish(),
    reversePath,
    recipients,
    origin: 'submission',
    smtpUtf8,
  });
}

/** Mail of ours, and mail that nobody answers for, keeps its reverse-path; other senders' SPF does not know us. */
async function forwardedSender(
  { directory, rewriting }: FollowingOptions,
  reversePath: string,
  domain: string,
): Promise<string> {
  if (reversePath === '') return '';
  const isOurs = await directory.isLocalDomain(reversePath.slice(reversePath.lastIndexOf('@') + 1));
  return isOurs ? reversePath : rewriting.rewrite(reversePath, domain);
}

function makeEntry(
  { clock, makeId }: FollowingOptions,
  facts: Omit<FollowingEntry, 'id' | 'receivedAt' | 'events'> & { content: EntryContent },
): FollowingEntry {
  const id = makeId();
  const at = clock.now();
  const { reversePath, recipients, content, origin } = facts;
  const about = { traceId: id, at, recipients };
  const received = { type: 'received', via: origin, reversePath, sizeBytes: content.sizeBytes } as const;
  return {
    ...facts,
    id,
    receivedAt: at,
    events: [
      { ...about, ...received },
      { ...about, type: 'queued' },
    ],
  };
}
