/**
 * Reception: takes mail for our users from other servers.
 *
 * Actor: MTA (RFC 5598), port 25. RFC 5321. Flow: strangers' servers → here → queue.
 * Invariants: only recipients in our domains are taken, told one by one at RCPT; nobody signs in here; the header section is
 * not judged (RFC 5321 §3.7.3: no message is refused for defects in it), only traced and counted.
 */
import { err, ok } from '../../base/result.ts';
import { findFields, rewriteHeaderSection } from '../../format/header-section.ts';
import type { HeaderSection } from '../../format/header-section.ts';
import type { MailService } from '../../protocol/connection/mail-service.ts';
import type { SmtpPolicy } from '../../protocol/smtp/server/policy.ts';
import { smtpReply } from '../../protocol/smtp/server/reply.ts';
import { createSmtpService } from '../../protocol/smtp/server/smtp-service.ts';
import type { AcceptanceOptions } from '../acceptance/acceptance.ts';
import { AcceptingTransaction } from '../acceptance/accepting-transaction.ts';
import type { AcceptanceRules } from '../acceptance/accepting-transaction.ts';
import { refuseWithoutRoom } from '../acceptance/room.ts';

export function createReceptionService(options: AcceptanceOptions): MailService {
  const policy: SmtpPolicy = {
    beginTransaction: (client, mail) => {
      const refusal = refuseWithoutRoom(options);
      if (refusal !== null) return err(refusal);
      return ok(new AcceptingTransaction(options, RULES, { client, mail }));
    },
  };
  return createSmtpService({ ...options, protocol: 'smtp', policy });
}

const RULES: AcceptanceRules = {
  origin: 'reception',
  refuseForeign: (recipient) =>
    smtpReply(550, '5.7.1', `Relaying denied: ${recipient} is not in a domain of this server`),
  prepareHeader: ({ section }) => Promise.resolve(ok({ pieces: traceable(section), repairs: [] })),
};

/** The section as the trace field may stand above it. */
function traceable(section: HeaderSection): readonly Uint8Array[] {
  // RFC 5321 §4.4: the server that makes final delivery writes the one Return-Path.
  const pieces = rewriteHeaderSection(section, { without: findFields(section, 'return-path') });
  // A first line that begins with white space would read as a part of our trace field: it is the body's.
  return section.octets[0] === SPACE || section.octets[0] === TAB ? [EMPTY_LINE, ...pieces] : pieces;
}

const SPACE = 0x20;
const TAB = 0x09;
const EMPTY_LINE = Buffer.from('\r\n');
