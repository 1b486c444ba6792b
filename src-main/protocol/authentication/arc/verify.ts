/**
 * ARC verification: whether every forwarder's seal holds, and whether the message is still what the last one saw.
 *
 * RFC 8617 §5.2. Flow: signed-message.ts → here → screening (which may believe a forwarder it trusts), and sealing.
 * Invariants: never rejects; a key that nobody could look up is temperror, not a broken chain.
 */
import { canonicalField, canonicalSignatureField, type RawField } from '../dkim/canonical-header.ts';
import { checkSignature } from '../dkim/check-signature.ts';
import { parseSignature } from '../dkim/signature.ts';
import { verifySignature, type VerifyContext } from '../dkim/verify.ts';
import type { ArcFinding, DkimResult } from '../findings.ts';
import type { SignedMessage } from '../signed-message.ts';
import { describeSet, parseSeal, readChain, type ArcFields, type ArcSeal } from './chain.ts';

export async function verifyArc(message: SignedMessage, context: VerifyContext): Promise<ArcFinding> {
  const chain = readChain(message.fields);
  if (!chain.ok) return failed(chain.error);
  const last = chain.value.at(-1);
  if (last === undefined) return { result: 'none', sets: [], reason: 'nobody has sealed the message' };
  const seals: ArcSeal[] = [];
  for (const fields of chain.value) {
    const seal = parseSeal(fields);
    if (!seal.ok) return failed(seal.error);
    const problem = checkChainValidation(fields.instance, seal.value.chainValidation);
    if (problem !== null) return failed(problem);
    seals.push(seal.value);
  }
  const sets = chain.value.map((fields, index) => describeSet(fields, seals[index] as ArcSeal));
  const newest = await verifyMessageSignature(message, last, context);
  if (newest.result !== 'pass') return { ...verdictOf(newest, `signature ${last.instance}`), sets };
  let before = '';
  for (const [index, fields] of chain.value.entries()) {
    const data = before + setData(fields, 'unsigned');
    const check = await checkSignature(seals[index] as ArcSeal, data, context.resolver);
    if (check.result !== 'pass') return { ...verdictOf(check, `seal ${index + 1}`), sets };
    before += setData(fields, 'signed');
  }
  const oldestPass = await findOldestPass(message, chain.value, context);
  const reason = `${last.instance === 1 ? 'the seal holds' : `all ${last.instance} seals hold`}`;
  return { result: 'pass', sets, oldestPass, reason };
}

function failed(reason: string): ArcFinding {
  return { result: 'fail', sets: [], reason };
}

function verdictOf(
  check: { result: DkimResult; reason: string },
  what: string,
): Pick<ArcFinding, 'result' | 'reason'> {
  return { result: check.result === 'temperror' ? 'temperror' : 'fail', reason: `${what}: ${check.reason}` };
}

/** RFC 8617 §5.2, steps 2 and 3.3 */
function checkChainValidation(instance: number, value: string): string | null {
  if (value === 'fail') return `instance ${instance} found the chain broken`;
  const wanted = instance === 1 ? 'none' : 'pass';
  return value === wanted ? null : `instance ${instance} says cv=${value === '' ? 'nothing' : value}`;
}

async function verifyMessageSignature(
  message: SignedMessage,
  { messageSignature: field }: ArcFields,
  context: VerifyContext,
): Promise<{ result: DkimResult; reason: string }> {
  const parsed = parseSignature(field, 'arc');
  return parsed.ok ? verifySignature({ message, field, signature: parsed.value }, context) : parsed.error;
}

/** RFC 8617 §5.1.1: the sets in order; the last seal without its signature. */
export function sealedData(chain: readonly ArcFields[]): string {
  return chain
    .map((fields, index) => setData(fields, index === chain.length - 1 ? 'unsigned' : 'signed'))
    .join('');
}

/** Results, message signature and seal: the seal with its signature, or as it was when it was made. */
function setData({ results, messageSignature, seal }: ArcFields, kind: 'signed' | 'unsigned'): string {
  const before = canonicalField(results, 'relaxed') + canonicalField(messageSignature, 'relaxed');
  return before + (kind === 'signed' ? canonicalField : canonicalSignatureField)(seal, 'relaxed');
}

/** RFC 8617 §5.2, step 5: going back, the last instance whose message signature still fits; 0 where all do. */
async function findOldestPass(
  message: SignedMessage,
  chain: readonly ArcFields[],
  context: VerifyContext,
): Promise<number> {
  for (const fields of chain.slice(0, -1).reverse()) {
    const { result } = await verifyMessageSignature(message, fields, context);
    if (result !== 'pass') return fields.instance + 1;
  }
  return 0;
}

/** Message signatures whose body hash is wanted. */
export function arcMessageSignatures(fields: readonly RawField[]): readonly RawField[] {
  return fields.filter(({ name }) => name === 'arc-message-signature');
}
