/** Where an account's or alias's mail goes: words that several areas share. */
import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { time } from './values.ts';

const path = z.string().trim().min(1).max(LIMITS.pathLength);
const address = z.string().trim().min(3).max(LIMITS.addressLength);

const handOvers = [
  z.object({ method: z.literal('mbox'), path }),
  z.object({ method: z.literal('maildir'), path }),
  z.object({
    method: z.literal('pipe'),
    /** A program and its arguments. */
    command: z.array(z.string().max(LIMITS.pathLength)).min(1).max(LIMITS.commandWords).readonly(),
  }),
  z.object({
    method: z.literal('lmtp'),
    host: z.string().trim().min(1).max(LIMITS.domainLength),
    port: z.int().min(1).max(65_535),
  }),
] as const;

export const handOverMethod = z.discriminatedUnion('method', handOvers);
export type HandOverMethod = z.infer<typeof handOverMethod>;

export const deliveryMethod = z.discriminatedUnion('method', [
  z.object({ method: z.literal('mailstore') }),
  ...handOvers,
]);
export type DeliveryMethod = z.infer<typeof deliveryMethod>;

export const forwarding = z.object({
  to: z.array(address).min(1).max(LIMITS.forwardingTargets).readonly(),
  keepsCopy: z.boolean(),
});

export const groupRules = z.object({
  name: z.string().trim().max(LIMITS.personNameLength),
  posting: z.enum(['anyone', 'members', 'domain']),
  /** They decide on the mail of others; nobody decides where there are none. */
  moderators: z.array(address).max(LIMITS.forwardingTargets).readonly(),
});
export type GroupRules = z.infer<typeof groupRules>;

export const aliasSettings = {
  isEnabled: z.boolean(),
  expiresAt: time.nullable(),
  delivery: handOverMethod.nullable(),
  group: groupRules.nullable(),
};

export const accountSettings = {
  /** Further addresses, besides its own. */
  addresses: z.array(address).max(LIMITS.furtherAddresses).readonly(),
  forwarding: forwarding.nullable(),
  delivery: deliveryMethod,
  /** Its password lets no mail program in. */
  requiresAppPassword: z.boolean(),
};
