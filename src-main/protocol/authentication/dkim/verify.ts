/**
 * DKIM verification: one finding for each DKIM-Signature field.
 *
 * RFC 6376 §6.1, with RFC 8301 and RFC 8463. Flow: signed-message.ts (fields, body hashes) → here → DMARC, Authentication-Results.
 * Invariants: never rejects; a signature that covers only the beginning of the body passes, as the RFC says, and its finding
 * tells how much anybody may have added.
 */
import type { DnsResolver } from '../../dns/resolver.ts';
import type { DkimFinding } from '../findings.ts';
import { MAX_CLOCK_SKEW_SECONDS, MAX_SIGNATURES } from '../limits.ts';
import type { SignedMessage } from '../signed-message.ts';
import { canonicalSignatureField, type RawField } from './canonical-header.ts';
import { checkSignature } from './check-signature.ts';
import { parseSignature, readSignatureFacts, type DkimSignature } from './signature.ts';

export interface VerifyContext {
  readonly resolver: DnsResolver;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

/** The fields that are looked at, from the top. */
export function dkimFields(fields: readonly RawField[]): readonly RawField[] {
  return fields.filter(({ name }) => name === 'dkim-signature').slice(0, MAX_SIGNATURES);
}

export function verifyDkim(message: SignedMessage, context: VerifyContext): Promise<DkimFinding[]> {
  return Promise.all(dkimFields(message.fields).map((field) => verifyField(message, field, context)));
}

type Verdict = Pick<DkimFinding, 'result' | 'reason' | 'keyBits' | 'isTesting' | 'unsignedOctets'>;

async function verifyField(
  message: SignedMessage,
  field: RawField,
  context: VerifyContext,
): Promise<DkimFinding> {
  const facts = readSignatureFacts(field);
  const parsed = parseSignature(field, 'dkim');
  if (!parsed.ok) return { ...facts, ...parsed.error, isTesting: false };
  const { identity } = parsed.value;
  return {
    ...facts,
    identity,
    ...(await verifySignature({ message, field, signature: parsed.value }, context)),
  };
}

/** A signature of the message, with the field it stands in. */
export interface PlacedSignature {
  readonly message: SignedMessage;
  readonly field: RawField;
  readonly signature: DkimSignature;
}

/** DKIM-Signature and ARC-Message-Signature alike. */
export async function verifySignature(placed: PlacedSignature, context: VerifyContext): Promise<Verdict> {
  const { message, signature } = placed;
  const untimely = checkTimes(signature, context.now);
  if (untimely !== null) return { ...untimely, isTesting: false };
  const check = await checkSignature(signature, signedData(placed), context.resolver);
  const { key } = check;
  if (key === undefined) return { result: check.result, reason: check.reason, isTesting: false };
  const known = { keyBits: key.bits, isTesting: key.isTesting };
  // RFC 6376 §3.6.1, t=s
  if (key.isStrict && !signature.identity.toLowerCase().endsWith(`@${signature.domain}`))
    return { ...known, result: 'permerror', reason: 'the key is not for names below its domain' };
  const body = message.bodyHash(signature);
  const isBodyWhole = body.hash === signature.bodyHash && body.canonicalOctets >= (signature.bodyLength ?? 0);
  if (!isBodyWhole) return { ...known, result: 'fail', reason: 'the body is not the one that was signed' };
  if (check.result !== 'pass') return { ...known, result: check.result, reason: check.reason };
  const unsigned = body.canonicalOctets - (signature.bodyLength ?? body.canonicalOctets);
  if (unsigned === 0) return { ...known, result: 'pass', reason: check.reason };
  const reason = `${check.reason}, but ${unsigned} octets at the end of the body are not signed (l=)`;
  return { ...known, result: 'pass', unsignedOctets: unsigned, reason };
}

/** RFC 6376 §3.5 (t=, x=) */
function checkTimes(
  { signedAt, expiresAt }: DkimSignature,
  now: number,
): Pick<Verdict, 'result' | 'reason'> | null {
  const seconds = Math.floor(now / 1000);
  if (expiresAt !== undefined && expiresAt < seconds)
    return { result: 'fail', reason: 'the signature has expired' };
  if (signedAt !== undefined && signedAt > seconds + MAX_CLOCK_SKEW_SECONDS)
    return { result: 'policy', reason: 'the signature is from the future' };
  return null;
}

/** RFC 6376 §3.7 */
function signedData({ message, field, signature }: PlacedSignature): string {
  const covered = message.signedFields.textOf(signature.signedFields, signature.header, field);
  return covered + canonicalSignatureField(field, signature.header);
}
