/**
 * What the MSA does to a header section: refuses what is malformed or not the sender's, adds what is missing, hides Bcc.
 *
 * RFC 6409 §4.2 (malformed), §6.1 (whose addresses), §8 (Date, Message-ID); RFC 5322 §3.6.
 * Invariants: a refusal says what is wrong and where; fields that are well-formed keep their octets and their order.
 */
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { parseDateTime } from '../../format/date-time.ts';
import { fieldBody, findFields } from '../../format/header-section.ts';
import type { SmtpIdentity } from '../../protocol/smtp/server/policy.ts';
import { smtpReply } from '../../protocol/smtp/server/reply.ts';
import type { SmtpReply } from '../../protocol/smtp/server/reply.ts';
import type { AcceptanceOptions, Envelope } from '../acceptance/acceptance.ts';
import type { PreparedHeader } from '../acceptance/accepting-transaction.ts';
import { completeHeader } from '../acceptance/complete-header.ts';
import { MAX_HEADER_SECTION_OCTETS } from '../acceptance/header-holding-sink.ts';
import type { HeldHeader } from '../acceptance/header-holding-sink.ts';
import type { TraceId } from '../events.ts';
import { checkAddressFields } from './address-fields.ts';
import type { Originator } from './address-fields.ts';

type Submission = Pick<Envelope, 'client' | 'mail'> & { readonly traceId: TraceId };

export async function repairHeader(
  options: AcceptanceOptions,
  header: HeldHeader,
  submission: Submission,
): Promise<Result<PreparedHeader, SmtpReply>> {
  const { section } = header;
  const originators = checkHeader(header, submission);
  if (!originators.ok) return err(smtpReply(550, '5.6.0', originators.error));
  const { identity } = submission.client;
  if (identity === undefined) throw new Error('a message was submitted by nobody');
  const refusal = await checkOwnership(options, identity, originators.value);
  if (refusal !== null) return err(refusal);
  // A program that names nobody writes as the account that it signed in with.
  const { traceId } = submission;
  return ok(completeHeader(options, section, { traceId, author: identity.address, without: ['bcc'] }));
}

/** Everything that makes a header section malformed. */
function checkHeader(header: HeldHeader, submission: Submission): Result<readonly Originator[], string> {
  const { section, isTooLong } = header;
  if (isTooLong) return err(`The header section is longer than ${MAX_HEADER_SECTION_OCTETS} octets`);
  if (section.problem !== null) return err(`Line ${section.problem.line}: ${section.problem.text}`);
  const [date] = findFields(section, 'date');
  if (date !== undefined && parseDateTime(fieldBody(section, date)) === null) {
    return err(`Line ${date.line}: the Date field is not a date as RFC 5322 writes it`);
  }
  return checkAddressFields(section, { allowUtf8: submission.mail.smtpUtf8 });
}

/** RFC 6409 §6.1: every author, and the Sender, must be the account's own. */
async function checkOwnership(
  options: AcceptanceOptions,
  identity: SmtpIdentity,
  originators: readonly Originator[],
): Promise<SmtpReply | null> {
  for (const { fieldName, line, address } of originators) {
    if (await options.directory.mayUseAddress(identity.id, address)) continue;
    const text = `Line ${line}: you are signed in as ${identity.address} and may not write as ${address} (${fieldName} field)`;
    return smtpReply(550, '5.7.1', text);
  }
  return null;
}
