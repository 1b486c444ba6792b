/**
 * Reception: takes mail for our users from other servers.
 *
 * Actor: MTA (RFC 5598), port 25. RFC 5321. Flow: strangers' servers → here → queue.
 * Invariants: only recipients in our domains are taken, told one by one at RCPT; nobody signs in here; the header section is
 * not judged (RFC 5321 §3.7.3: no message is refused for defects in it), only traced and counted.
 */
import { ok } from '../../base/result.ts';
import type { MailService } from '../../protocol/connection/mail-service.ts';
import type { SmtpPolicy } from '../../protocol/smtp/server/policy.ts';
import { smtpReply } from '../../protocol/smtp/server/reply.ts';
import { createSmtpService } from '../../protocol/smtp/server/smtp-service.ts';
import type { AcceptanceOptions } from '../acceptance/acceptance.ts';
import { AcceptingTransaction } from '../acceptance/accepting-transaction.ts';
import type { AcceptanceRules } from '../acceptance/accepting-transaction.ts';

export function createReceptionService(options: AcceptanceOptions): MailService {
  const policy: SmtpPolicy = {
    beginTransaction: (client, mail) => ok(new AcceptingTransaction(options, RULES, { client, mail })),
  };
  return createSmtpService({ ...options, protocol: 'smtp', policy });
}

const RULES: AcceptanceRules = {
  origin: 'reception',
  refuseForeign: (recipient) =>
    smtpReply(550, '5.7.1', `Relaying denied: ${recipient} is not in a domain of this server`),
  prepareHeader: ({ section }) => Promise.resolve(ok({ pieces: [section.octets], repairs: [] })),
};
