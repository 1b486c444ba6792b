/**
 * ARC chains: the sets of fields that forwarders left, in order.
 *
 * RFC 8617 §4.1, §4.2, §5.2 (steps 1 to 3). Invariants: never throws; a chain that is returned has every instance from 1 on,
 * each with its three fields once.
 */
import type { Result } from '../../../base/result.ts';
import { err, ok } from '../../../base/result.ts';
import { unfold } from '../../../format/field-scanner.ts';
import { rawBody, type RawField } from '../dkim/canonical-header.ts';
import { printable, readAlgorithm, readDomain, readSelector, type DkimSignature } from '../dkim/signature.ts';
import type { ArcSet } from '../findings.ts';
import { MAX_ARC_INSTANCES } from '../limits.ts';
import { parseTagList, withoutSpace } from '../tag-list.ts';

/** One instance's fields. */
export interface ArcFields {
  readonly instance: number;
  readonly results: RawField;
  readonly messageSignature: RawField;
  readonly seal: RawField;
}

const SLOT_OF: Readonly<Record<string, 'results' | 'messageSignature' | 'seal'>> = {
  'arc-authentication-results': 'results',
  'arc-message-signature': 'messageSignature',
  'arc-seal': 'seal',
};

/** In order of their instances; empty where there is no ARC field. The error is a sentence without its full stop. */
export function readChain(fields: readonly RawField[]): Result<readonly ArcFields[], string> {
  const sets = new Map<number, { -readonly [Slot in keyof ArcFields]?: ArcFields[Slot] }>();
  for (const field of fields) {
    const slot = SLOT_OF[field.name];
    if (slot === undefined) continue;
    const instance = readInstance(field);
    if (instance === null) return err(`${field.name} has no instance`);
    const set = sets.get(instance) ?? { instance };
    if (set[slot] !== undefined) return err(`instance ${instance} has more than one ${field.name}`);
    set[slot] = field;
    sets.set(instance, set);
  }
  const chain: ArcFields[] = [];
  for (let instance = 1; instance <= sets.size; instance++) {
    const { results, messageSignature, seal } = sets.get(instance) ?? {};
    if (results === undefined || messageSignature === undefined || seal === undefined)
      return err(`instance ${instance} is not complete`);
    chain.push({ instance, results, messageSignature, seal });
  }
  return ok(chain);
}

/** RFC 8617 §4.2.1 */
function readInstance(field: RawField): number | null {
  const text =
    /^\s*i\s*=\s*(\d{1,3})\s*;/.exec(rawBody(field))?.[1] ?? parseTagList(rawBody(field))?.get('i');
  const instance = /^\d{1,3}$/.test(text ?? '') ? Number(text) : 0;
  return instance >= 1 && instance <= MAX_ARC_INSTANCES ? instance : null;
}

/** What a seal says of itself (RFC 8617 §4.1.3). */
export interface ArcSeal extends Pick<DkimSignature, 'algorithm' | 'domain' | 'selector' | 'signature'> {
  readonly chainValidation: string;
}

export function parseSeal({ instance, seal }: ArcFields): Result<ArcSeal, string> {
  const tags = parseTagList(rawBody(seal));
  const domain = readDomain(tags?.get('d') ?? '');
  const selector = readSelector(tags?.get('s') ?? '');
  const algorithm = readAlgorithm(tags?.get('a') ?? '');
  const signature = withoutSpace(tags?.get('b') ?? '');
  if (!algorithm.ok) return err(`seal ${instance}: ${algorithm.error.reason}`);
  if (domain === null || selector === null || signature === '' || tags === null)
    return err(`seal ${instance} is malformed`);
  // RFC 8617 §4.1.3
  if (tags.has('h')) return err(`seal ${instance} has h=`);
  const chainValidation = (tags.get('cv') ?? '').toLowerCase();
  return ok({ algorithm: algorithm.value, domain, selector, signature, chainValidation });
}

/** What is told of a set. */
export function describeSet({ instance, results }: ArcFields, seal: ArcSeal): ArcSet {
  const text = unfold(rawBody(results)).replace(/^i\s*=\s*\d+\s*;\s*/i, '');
  return {
    instance,
    domain: seal.domain,
    selector: seal.selector,
    chainValidation: printable(seal.chainValidation),
    results: text.replace(/[^\x20-\x7e]/g, '?'),
  };
}
