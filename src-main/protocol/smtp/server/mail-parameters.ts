/**
 * The parameters of MAIL: SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531), AUTH (RFC 4954 §5), RET, ENVID (RFC 3461),
 * REQUIRETLS (RFC 8689).
 */
import { err, ok } from '../../../base/result.ts';
import type { Result } from '../../../base/result.ts';
import { parseEnvelopeId } from '../../../format/dsn-request.ts';
import { messageTooLarge } from './content-intake.ts';
import type { EsmtpParameters } from './command-grammar.ts';
import type { MailCommand } from './policy.ts';
import { smtpReply } from './reply.ts';
import type { SmtpReply } from './reply.ts';

type MailParameters = Omit<MailCommand, 'reversePath'>;

interface ParameterOptions {
  readonly maxOctets: number;
  readonly isAuthOffered: boolean;
  readonly isTlsActive: boolean;
}

export function parseMailParameters(
  parameters: EsmtpParameters,
  options: ParameterOptions,
): Result<MailParameters, SmtpReply> {
  const mail: MutableParameters = { declaredOctets: undefined, body: '7BIT', smtpUtf8: false };
  for (const [keyword, value] of parameters) {
    const refusal = READERS.get(keyword)?.(mail, value, options) ?? null;
    if (refusal !== null) return err(refusal);
    if (!READERS.has(keyword)) return err(unknownParameter(keyword));
  }
  return ok(mail);
}

type MutableParameters = { -readonly [Key in keyof MailParameters]: MailParameters[Key] };

/** Notes what a parameter says, or answers the reply that refuses it. */
type Reader = (
  mail: MutableParameters,
  value: string | null,
  options: ParameterOptions,
) => SmtpReply | undefined;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['SIZE', readSize],
  ['BODY', readBody],
  ['SMTPUTF8', readSmtpUtf8],
  ['REQUIRETLS', readRequireTls],
  ['AUTH', readAuth],
  ['RET', readReturns],
  ['ENVID', readEnvelopeId],
]);

function readSize(mail: MutableParameters, value: string | null, { maxOctets }: ParameterOptions) {
  // RFC 1870 §3: 1*20DIGIT
  if (value === null || !/^\d{1,20}$/.test(value)) return malformedValue('SIZE', 'a number of octets');
  if (Number(value) > maxOctets) return messageTooLarge(maxOctets);
  mail.declaredOctets = Number(value);
  return undefined;
}

/** BINARYMIME is not offered: commands/bdat.ts says why. */
function readBody(mail: MutableParameters, value: string | null) {
  const body = value?.toUpperCase();
  if (body !== '7BIT' && body !== '8BITMIME') return malformedValue('BODY', '7BIT or 8BITMIME');
  mail.body = body;
  return undefined;
}

function readSmtpUtf8(mail: MutableParameters, value: string | null) {
  if (value !== null) return noValue('SMTPUTF8');
  mail.smtpUtf8 = true;
  return undefined;
}

function readRequireTls(mail: MutableParameters, value: string | null, { isTlsActive }: ParameterOptions) {
  if (value !== null) return noValue('REQUIRETLS');
  // RFC 8689 §2: offered only under TLS.
  if (!isTlsActive) return smtpReply(530, '5.7.10', 'REQUIRETLS needs STARTTLS first');
  mail.requireTls = true;
  return undefined;
}

/** RFC 4954 §5: whom the client says the message is from; we trust the session's own sign-in only. */
function readAuth(_mail: MutableParameters, value: string | null, { isAuthOffered }: ParameterOptions) {
  if (!isAuthOffered) return unknownParameter('AUTH');
  return value === null ? malformedValue('AUTH', 'an address or <>') : undefined;
}

function readReturns(mail: MutableParameters, value: string | null) {
  const returns = RETURNS.get(value?.toUpperCase() ?? '');
  if (returns === undefined) return malformedValue('RET', 'FULL or HDRS');
  mail.dsn = { ...mail.dsn, returns };
  return undefined;
}

function readEnvelopeId(mail: MutableParameters, value: string | null) {
  const envelopeId = value === null ? null : parseEnvelopeId(value);
  if (envelopeId === null) return malformedValue('ENVID', 'xtext of at most 100 characters');
  mail.dsn = { ...mail.dsn, envelopeId };
  return undefined;
}

/** RFC 3461 §4.3 */
const RETURNS = new Map<string, 'full' | 'headers'>([
  ['FULL', 'full'],
  ['HDRS', 'headers'],
]);

export function malformedValue(keyword: string, expected: string): SmtpReply {
  return smtpReply(501, '5.5.4', `${keyword} needs ${expected}`);
}

function noValue(keyword: string): SmtpReply {
  return smtpReply(501, '5.5.4', `${keyword} takes no value`);
}

/** RFC 5321 §4.1.1.11 */
export function unknownParameter(keyword: string): SmtpReply {
  return smtpReply(555, '5.5.4', `The parameter ${keyword} is not known here`);
}
