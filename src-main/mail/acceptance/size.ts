/** Whether any relay rule would let a message of the declared size in; said at MAIL, before anybody sends its content. */
import type { MailCommand, SmtpClient } from '../../protocol/smtp/server/policy.ts';
import type { SmtpReply } from '../../protocol/smtp/server/reply.ts';
import { entryClientOf, type AcceptanceOptions } from './acceptance.ts';
import { tooLarge } from './rule-replies.ts';

/** The refusal, or null (RFC 1870 §6.1). */
export async function refuseBySize(
  { ruleBook }: Pick<AcceptanceOptions, 'ruleBook'>,
  client: SmtpClient,
  { declaredOctets = 0 }: MailCommand,
): Promise<SmtpReply | null> {
  if (declaredOctets === 0) return null;
  const bound = await ruleBook.sizeBound(entryClientOf(client));
  return bound === null || declaredOctets <= bound.maxOctets ? null : tooLarge(bound);
}
