/**
 * Correspondents: whom an account writes to, noted when its mail is taken; what comes from them is no junk.
 *
 * Flow: submission, message taken → here → ReputationStore. Invariants: noting costs the client nothing: it is done afterwards, and a
 * failure only means that a friend is a stranger a little longer. Addresses to more than MOST_AT_ONCE at once are a mailing.
 */
import type { Logger } from '../../base/logger.ts';
import type { EnvelopeFacts } from './port.ts';
import type { ReputationStore } from './store-port.ts';

const MOST_AT_ONCE = 50;

export function noteCorrespondents(
  { reputation, logger }: { reputation: ReputationStore; logger: Logger },
  { client, recipients, at }: EnvelopeFacts,
): void {
  if (client.account === undefined || recipients.length > MOST_AT_ONCE) return;
  const addresses = recipients.map((address) => address.toLowerCase());
  reputation.noteCorrespondents(client.account.id, addresses, at).catch((error: unknown) => {
    logger.warn('correspondents were not noted', { error });
  });
}
