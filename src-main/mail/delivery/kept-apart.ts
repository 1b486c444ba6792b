/**
 * Copies that are kept apart instead of going on: for an account, or for the office where the way leads to none of our accounts.
 *
 * Flow: courier → here → AttemptRecord.quarantined, in the commit that records the outcome. Invariants: no rule, forwarding or reply
 * sees what is kept apart; the copy carries the way that it goes on once somebody releases it, and its verdict then is
 * `accept`, so that nothing keeps it apart twice.
 */
import type { Account } from '../../directory/port.ts';
import type { ContentReader } from '../content/port.ts';
import type { MailEvent } from '../events.ts';
import type { InterruptedWay, QuarantinedCopy, QueueEntry, QueueRecipient } from '../queue/port.ts';
import { reasonOf } from '../screening/quarantine/port.ts';
import type { Verdict } from '../verdict.ts';
import { copyFields } from './copy-fields.ts';

export interface KeptApart {
  readonly copy: QuarantinedCopy;
  /** Belongs to the same commit. */
  readonly event: MailEvent;
}

interface Interruption {
  readonly entry: QueueEntry;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  /** The forward-path that led here. */
  readonly recipient: Pick<QueueRecipient, 'address' | 'dsn'>;
}

type IndexReader = Pick<ContentReader, 'readIndex'>;

/** Goes to INBOX when it is released; where the account keeps its mail elsewhere, as its other mail does. */
export function keepForAccount(
  content: IndexReader,
  { account, verdict, ...interruption }: Interruption & { account: Account; verdict: Verdict },
): Promise<KeptApart> {
  const { address, delivery, forwarding } = account;
  const goesOn = delivery.method !== 'mailstore' || forwarding !== null;
  return keep(content, {
    ...interruption,
    ...{ accountId: account.id, address, verdict },
    way: goesOn ? wayThroughQueue(interruption, address) : { kind: 'inbox' },
  });
}

/** The office's: a copy on its way to an address elsewhere, or to where an alias has its mail handed over. */
export function keepForOffice(
  content: IndexReader,
  { address, verdict, ...interruption }: Interruption & { address: string; verdict: Verdict },
): Promise<KeptApart> {
  const way = wayThroughQueue(interruption, address);
  return keep(content, { ...interruption, accountId: null, address, verdict, way });
}

async function keep(
  content: IndexReader,
  facts: Interruption & Pick<QuarantinedCopy, 'accountId' | 'address' | 'verdict' | 'way'>,
): Promise<KeptApart> {
  const { entry, at, recipient, accountId, address, verdict, way } = facts;
  const { author, subject } = await content.readIndex(entry.contentId);
  const prefix = copyFields(entry, { address, recipient: recipient.address });
  return {
    copy: { accountId, address, prefix, recipient: recipient.address, author, subject, verdict, way },
    event: { type: 'quarantined', traceId: entry.id, at, account: address, reason: reasonOf(verdict) },
  };
}

function wayThroughQueue({ entry, recipient }: Interruption, address: string): InterruptedWay {
  const { origin, client, smtpUtf8, isEightBit, requireTls, dsn, prefix } = entry;
  return {
    kind: 'queue',
    recipient: address,
    origin,
    smtpUtf8,
    ...(recipient.dsn !== undefined && { recipientDsn: recipient.dsn }),
    ...(client !== undefined && { client }),
    ...(isEightBit !== undefined && { isEightBit }),
    ...(requireTls !== undefined && { requireTls }),
    ...(dsn !== undefined && { dsn }),
    ...(prefix !== undefined && { prefix }),
  };
}
