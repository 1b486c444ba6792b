/** How much of a message its DSN brings back: RET (RFC 3461 §4.3) and what is reasonable. */
import type { RecipientStatus } from '../../format/dsn-status.ts';
import type { ReturnedPart } from '../../format/dsn-texts.ts';
import type { MessageIndex } from '../../format/message-index.ts';
import type { QueueEntry } from '../queue/port.ts';

/** Octets from the message's start. */
export interface ReturnedRange {
  readonly part: ReturnedPart;
  readonly octets: number;
}

/** Without RET a message of this size, which is a letter without large attachments, comes back whole. */
const MAX_UNASKED_OCTETS = 64 * 1024;

/** RFC 3461 §4.3 lets an MTA return less than RET=FULL asks: beyond this many mailboxes refuse the DSN itself. */
const MAX_ASKED_OCTETS = 10 * 1024 * 1024;

/** Header sections of honest mail are shorter; a longer one comes back cut off. */
const MAX_HEADER_OCTETS = 64 * 1024;

/** RFC 3461 §4.3: a DSN that tells of no failure returns the header section at most, whatever RET says. */
export function chooseReturnedRange(
  entry: QueueEntry,
  index: MessageIndex,
  statuses: readonly RecipientStatus[],
): ReturnedRange {
  const hasFailure = statuses.some(({ action }) => action === 'failed');
  const returns = entry.dsn?.returns;
  const limit = returns === 'full' ? MAX_ASKED_OCTETS : MAX_UNASKED_OCTETS;
  // RFC 8689 §5 recommends RET=HDRS for a message that must not be read on its way.
  const mayBeWhole = returns !== 'headers' && entry.requireTls !== true;
  if (hasFailure && mayBeWhole && entry.sizeBytes <= limit) {
    return { part: 'message', octets: entry.sizeBytes };
  }
  return { part: 'headers', octets: Math.min(index.root.bodyStart, MAX_HEADER_OCTETS) };
}
