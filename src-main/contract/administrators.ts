/**
 * Administrators area: who may steer this server, as what, and what signing in asks of them.
 */
import { z } from 'zod';
import { callFor, role } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { LIMITS } from './limits.ts';
import { apiToken, consoleSession } from './profile.ts';
import { credentials } from './session.ts';
import { count, id, time } from './values.ts';

export const administratorRow = z.object({
  name: z.string(),
  role,
  domains: z.array(z.string()).readonly(),
  createdAt: time,
  passwordChangedAt: time,
  lastSignIn: z.object({ at: time, address: z.string() }).nullable(),
  hasTotp: z.boolean(),
  passkeys: count,
  sessions: count,
});
export type AdministratorRow = z.infer<typeof administratorRow>;

const administratorsView = z.object({
  administrators: z.array(administratorRow).readonly(),
  sessions: z.array(consoleSession).readonly(),
  tokens: z.array(apiToken).readonly(),
  /** Roles that must have a second factor. */
  factorRequiredFor: z.array(role).readonly(),
});
export type AdministratorsView = z.infer<typeof administratorsView>;

const { name, password } = credentials.shape;
const roleChange = z.object({
  name,
  role,
  domains: z.array(z.string().trim().min(1).max(LIMITS.domainLength)).max(LIMITS.rulePatterns).readonly(),
});
export type RoleChange = z.infer<typeof roleChange>;

const change = () => callFor('administrators.change');

export const administratorsContract = {
  watch: callFor('administrators.read').output(feedOf(administratorsView, noChange)),
  add: change().input(roleChange.extend({ password })).output(z.void()),
  /** Ends their sessions. The last owner stays one. */
  change: change().input(roleChange).output(z.void()),
  setPassword: change().input(z.object({ name, password })).output(z.void()),
  /** For somebody who lost phone and recovery codes. */
  resetSecondFactor: change().input(z.object({ name })).output(z.void()),
  remove: change().input(z.object({ name })).output(z.void()),
  endSession: change().input(z.object({ id })).output(z.void()),
  removeToken: change()
    .input(z.object({ id: count }))
    .output(z.void()),
  requireSecondFactor: change()
    .input(z.object({ roles: z.array(role).max(role.options.length).readonly() }))
    .output(z.void()),
};
