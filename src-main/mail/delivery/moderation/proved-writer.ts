/**
 * Who wrote a message, where that is proved: whoever signed in to hand it to us, or its author, where DMARC found the author's
 * domain to answer for it (RFC 9989). An address that anybody can write into MAIL FROM or From proves nothing.
 */
import type { IndexedAddress } from '../../../format/message-index.ts';
import type { QueueEntry } from '../../queue/port.ts';

/** null: nobody knows. */
export function provedWriter(
  { origin, client, verdict }: Pick<QueueEntry, 'origin' | 'client' | 'verdict'>,
  from: readonly IndexedAddress[],
): string | null {
  if (origin === 'submission' && client?.account !== undefined) return client.account;
  const isProved = verdict?.findings.some(({ check, outcome }) => check === 'dmarc' && outcome === 'pass');
  const [author, ...others] = from;
  if (isProved !== true || author === undefined || others.length > 0) return null;
  return author.mailbox === null || author.host === null ? null : `${author.mailbox}@${author.host}`;
}
