/** Which recipients go into the next transaction, as many as the server takes at once (RFC 5321 §4.5.3.1.8, RFC 9422). */
import { MAX_TRANSACTION_RECIPIENTS } from '../../protocol/smtp/client/limits.ts';
import type { ServerLimits } from '../../protocol/smtp/client/extensions.ts';

/** The first ones, in their order; at least one where there is one. */
export function takeBatch<T extends { readonly address: string }>(
  recipients: readonly T[],
  { rcptMax, rcptDomainMax }: ServerLimits,
): readonly T[] {
  const most = Math.min(MAX_TRANSACTION_RECIPIENTS, rcptMax ?? MAX_TRANSACTION_RECIPIENTS);
  if (rcptDomainMax === null) return recipients.slice(0, most);
  const domains = new Set<string>();
  const batch: T[] = [];
  for (const recipient of recipients) {
    const domain = recipient.address.slice(recipient.address.lastIndexOf('@') + 1).toLowerCase();
    if (!domains.has(domain) && domains.size >= rcptDomainMax) continue;
    domains.add(domain);
    batch.push(recipient);
    if (batch.length >= most) break;
  }
  return batch;
}
