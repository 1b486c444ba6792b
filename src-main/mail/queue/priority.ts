/**
 * Which mail gives way: what is large or goes to many. A DSN never does, and no mail does for ever.
 */
import type { NewQueueEntry } from './port.ts';

/** More recipients are a mailing; a letter to a whole office is not. */
const MOST_ORDINARY_RECIPIENTS = 20;
/** As much as an attached scan or two: it is sent within seconds over most lines. */
const MOST_ORDINARY_OCTETS = 4 * 1024 * 1024;

/** Bulk that has waited this much longer than other mail goes first. */
export const BULK_PATIENCE_MS = 10 * 60_000;
/** Share of the attempts under way that bulk may take, so that other mail begins at once. */
export const MOST_BULK_SHARE = 0.75;

export function isBulk({ origin, recipients, content }: NewQueueEntry): boolean {
  if (origin === 'bounce') return false;
  return recipients.length > MOST_ORDINARY_RECIPIENTS || content.sizeBytes > MOST_ORDINARY_OCTETS;
}
