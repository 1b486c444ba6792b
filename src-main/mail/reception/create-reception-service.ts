/**
 * Reception: takes mail for our users from other servers.
 *
 * Actor: MTA (RFC 5598), port 25. RFC 5321. Flow: strangers' servers → here → queue.
 * Invariants: recipients in our domains are taken, and what a relay rule allows the client's address, told one by one at
 * RCPT; nobody signs in here; the header section is not judged (RFC 5321 §3.7.3: no message is refused for defects in it),
 * only traced and counted. What a device of ours brings, that a rule lets in, gets the fields it lacks: we are its MSA.
 */
import { err, ok } from '../../base/result.ts';
import type { MailService } from '../../protocol/connection/mail-service.ts';
import type { SmtpPolicy } from '../../protocol/smtp/server/policy.ts';
import { createSmtpService } from '../../protocol/smtp/server/smtp-service.ts';
import type { AcceptanceOptions } from '../acceptance/acceptance.ts';
import { AcceptingTransaction } from '../acceptance/accepting-transaction.ts';
import type { AcceptanceRules } from '../acceptance/accepting-transaction.ts';
import { completeDeviceHeader, makeTraceable } from '../acceptance/complete-header.ts';
import { refuseWithoutRoom } from '../acceptance/room.ts';
import { refuseBySize } from '../acceptance/size.ts';

export function createReceptionService(options: AcceptanceOptions): MailService {
  const rules = receptionRules(options);
  const policy: SmtpPolicy = {
    beginTransaction: async (client, mail) => {
      const refusal = refuseWithoutRoom(options) ?? (await refuseBySize(options, client, mail));
      if (refusal !== null) return err(refusal);
      return ok(new AcceptingTransaction(options, rules, { client, mail }));
    },
  };
  return createSmtpService({ ...options, protocol: 'smtp', policy });
}

function receptionRules(options: AcceptanceOptions): AcceptanceRules {
  return {
    origin: 'reception',
    refuseAllowed: () => null,
    prepareHeader: (header, envelope, traceId) => {
      const prepared = envelope.isFromDevice
        ? completeDeviceHeader(options, header, { ...envelope, traceId })
        : { pieces: makeTraceable(header.section, options.hostname()), repairs: [] };
      return Promise.resolve(ok(prepared));
    },
  };
}
