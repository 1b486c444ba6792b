/**
 * ARC sealing: what we found of a message from elsewhere, sealed before it leaves again.
 *
 * RFC 8617 §5.1. Flow: relay (forwarded mail) → here → above the content. Invariants: a chain that did not hold is not gone on
 * with: another seal on it would say no more than the last; the seal covers every set there is.
 */
import type { RawField } from '../dkim/canonical-header.ts';
import {
  chooseSignedFields,
  keyTags,
  messageTags,
  signedData,
  signField,
  type SigningKey,
} from '../dkim/sign.ts';
import { MAX_ARC_INSTANCES } from '../limits.ts';
import type { SignedMessage } from '../signed-message.ts';
import { readChain } from './chain.ts';
import { sealedData } from './verify.ts';

export interface SealRequest {
  readonly key: SigningKey;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** What stands in our Authentication-Results: authserv-id and results. */
  readonly results: string;
  /** What we found of the chain that is there. */
  readonly chain: 'none' | 'pass';
}

/** The three fields, each ended by CRLF; empty where the chain cannot go on. */
export async function sealMessage(message: SignedMessage, request: SealRequest): Promise<string> {
  const { key, now, chain } = request;
  const sets = readChain(message.fields);
  if (!sets.ok || (sets.value.length === 0) !== (chain === 'none')) return '';
  const instance = sets.value.length + 1;
  if (instance > MAX_ARC_INSTANCES) return '';
  const results = `ARC-Authentication-Results: i=${instance}; ${request.results}\r\n`;
  const names = [...chooseSignedFields(message.fields), ...namesOf(message.fields, 'dkim-signature')];
  const instanceTag = ['i', String(instance)] as const;
  const signature = await signField(
    {
      name: 'ARC-Message-Signature',
      tags: [instanceTag, ...keyTags(key), ...messageTags(message, now, names)],
      key,
    },
    (field) => signedData(message, field, names),
  );
  const sealTags = [
    instanceTag,
    ...keyTags(key),
    ['t', String(Math.floor(now / 1000))],
    ['cv', chain],
  ] as const;
  const seal = await signField({ name: 'ARC-Seal', tags: sealTags, key }, (field) =>
    sealedData([
      ...sets.value,
      {
        instance,
        results: { name: 'arc-authentication-results', text: results },
        messageSignature: { name: 'arc-message-signature', text: signature },
        seal: field,
      },
    ]),
  );
  return seal + signature + results;
}

function namesOf(fields: readonly RawField[], name: string): readonly string[] {
  return fields.filter((field) => field.name === name).map(() => name);
}
