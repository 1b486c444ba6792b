/**
 * Profile area: what administrators do with their own sign-in: password, second factor, sessions, API tokens.
 */
import { z } from 'zod';
import { callFor, role, tokenScope } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { LIMITS } from './limits.ts';
import { passkeyJson } from './session.ts';
import { count, id, time } from './values.ts';

export const consoleSession = z.object({
  id: z.string(),
  administrator: z.string(),
  isThis: z.boolean(),
  startedAt: time,
  lastUsedAt: time,
  /** When it ends if nobody uses it, and however much it is used. */
  idleEndsAt: time,
  endsAt: time,
  address: z.string(),
  /** As the browser names itself; cut. */
  userAgent: z.string(),
});
export type ConsoleSessionRow = z.infer<typeof consoleSession>;

export const apiToken = z.object({
  id: count,
  administrator: z.string(),
  name: z.string(),
  scopes: z.array(tokenScope).readonly(),
  createdAt: time,
  expiresAt: time.nullable(),
  lastUse: z.object({ at: time, address: z.string() }).nullable(),
});
export type ApiTokenRow = z.infer<typeof apiToken>;

export const factorState = z.object({
  hasTotp: z.boolean(),
  recoveryCodesLeft: count,
  passkeys: z
    .array(z.object({ id: z.string(), name: z.string(), createdAt: time, lastUsedAt: time.nullable() }))
    .readonly(),
});
export type FactorState = z.infer<typeof factorState>;

export const profile = z.object({
  name: z.string(),
  role,
  domains: z.array(z.string()).readonly(),
  passwordChangedAt: time,
  factor: factorState,
  mustEnrol: z.boolean(),
  sessions: z.array(consoleSession).readonly(),
  tokens: z.array(apiToken).readonly(),
});
export type Profile = z.infer<typeof profile>;

const password = z.string().min(1).max(LIMITS.passwordLength);
const name = z.string().trim().min(1).max(LIMITS.nameLength);
const recoveryCodes = z.object({ recoveryCodes: z.array(z.string()).readonly() });
const change = () => callFor('self.change');

export const newToken = z.object({
  name,
  scopes: z.array(tokenScope).min(1).max(tokenScope.options.length).readonly(),
  expiresAt: time.nullable(),
});
export type NewToken = z.infer<typeof newToken>;

export const profileContract = {
  watch: callFor('self.read').output(feedOf(profile, noChange)),
  /** Ends all other sessions. */
  changePassword: change()
    .input(z.object({ current: password, password }))
    .output(z.void()),
  /** A key for an authenticator app; nothing changes until a code of it was confirmed. */
  beginTotp: callFor('self.read').output(z.object({ secret: z.string(), uri: z.string() })),
  /** The one time that recovery codes are shown. */
  confirmTotp: change()
    .input(z.object({ code: z.string().trim().min(1).max(LIMITS.codeLength) }))
    .output(recoveryCodes),
  removeTotp: change().input(z.object({ password })).output(z.void()),
  renewRecoveryCodes: change().input(z.object({ password })).output(recoveryCodes),
  beginPasskey: callFor('self.read').output(passkeyJson),
  confirmPasskey: change()
    .input(z.object({ name, response: passkeyJson }))
    .output(z.void()),
  removePasskey: change()
    .input(z.object({ id: z.string().max(LIMITS.passkeyIdLength), password }))
    .output(z.void()),
  endSession: change().input(z.object({ id })).output(z.void()),
  endOtherSessions: change().output(z.void()),
  /** The one time that the secret is shown. */
  addToken: change()
    .input(newToken)
    .output(z.object({ token: apiToken, secret: z.string() })),
  removeToken: change()
    .input(z.object({ id: count }))
    .output(z.void()),
};
