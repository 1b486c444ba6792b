/**
 * Signing area: the keys with which mail of our domains is signed (DKIM). Private halves are no part of it.
 */
import { z } from 'zod';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { LIMITS } from './limits.ts';
import { count, time } from './values.ts';

export const signingKey = z.object({
  id: count,
  domain: z.string(),
  selector: z.string(),
  algorithm: z.enum(['rsa-sha256', 'ed25519-sha256']),
  /** `announced`: waits for its record; `retiring`: its record must stay a while; `retired`: the record may go. */
  state: z.enum(['announced', 'active', 'retiring', 'retired']),
  createdAt: time,
  changedAt: time,
  /** Its TXT record. */
  recordName: z.string(),
  record: z.string(),
  /** What DNS has there: this key, another, none; `unknown`: nobody could say. null: not looked for yet. */
  publication: z.enum(['equal', 'different', 'missing', 'unknown']).nullable(),
  checkedAt: time.nullable(),
});
export type SigningKey = z.infer<typeof signingKey>;

const domain = z.string().trim().min(1).max(LIMITS.domainLength);

export const signingContract = {
  watch: callFor('settings.read').output(feedOf(z.array(signingKey).readonly(), noChange)),
  /** Makes an RSA and an Ed25519 key that wait for their records. */
  makeKeys: callFor('settings.change').input(z.object({ domain })).output(z.void()),
  /** Looks into DNS now; keys whose records are there begin to sign. */
  check: callFor('settings.change').input(z.object({ domain })).output(z.void()),
  remove: callFor('settings.change')
    .input(z.object({ id: count }))
    .output(z.void()),
};
