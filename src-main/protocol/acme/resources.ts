/** An authority's resources (RFC 8555 §7.1), read strictly where we rely on them and generously elsewhere. */
import { z } from 'zod';

export const directory = z.object({
  newNonce: z.url(),
  newAccount: z.url(),
  newOrder: z.url(),
  meta: z
    .object({
      termsOfService: z.string().optional(),
      externalAccountRequired: z.boolean().optional(),
    })
    .default({}),
});
export type AcmeDirectory = z.infer<typeof directory>;

export const order = z.object({
  status: z.enum(['pending', 'ready', 'processing', 'valid', 'invalid']),
  authorizations: z.array(z.url()),
  finalize: z.url(),
  certificate: z.url().optional(),
  error: z.unknown().optional(),
});
export type AcmeOrder = z.infer<typeof order>;

export const challenge = z.object({
  type: z.string(),
  url: z.url(),
  status: z.enum(['pending', 'processing', 'valid', 'invalid']),
  token: z
    .string()
    .regex(/^[A-Za-z0-9_-]*$/u)
    .default(''),
  error: z.unknown().optional(),
});
export type AcmeChallenge = z.infer<typeof challenge>;

export const authorization = z.object({
  identifier: z.object({ type: z.string(), value: z.string() }),
  status: z.enum(['pending', 'valid', 'invalid', 'deactivated', 'expired', 'revoked']),
  challenges: z.array(challenge),
  wildcard: z.boolean().optional(),
});
export type AcmeAuthorization = z.infer<typeof authorization>;
