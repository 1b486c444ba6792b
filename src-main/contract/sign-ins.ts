/**
 * Sign-ins area: who signed in from where, who was closed out for wrong passwords, and the devices' own passwords.
 */
import { z } from 'zod';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { LIMITS } from './limits.ts';
import { accountId, count, pageSize, time } from './values.ts';

const mailDoor = z.enum(['submission', 'imap', 'pop3', 'managesieve']);
export type MailDoor = z.infer<typeof mailDoor>;
const door = z.enum([...mailDoor.options, 'console']);

export const signInEntry = z.object({
  accountId: accountId.nullable(),
  /** `*`: many different ones. */
  name: z.string(),
  address: z.string(),
  door,
  method: z.enum(['password', 'appPassword', 'scram', 'token', 'certificate', 'code', 'securityKey']),
  /** The app password's name; null: none was used, or it is gone. */
  appPassword: z.string().nullable(),
  outcome: z.enum(['ok', 'refused', 'disabled', 'notAllowed', 'blocked', 'unavailable']),
  count,
  firstAt: time,
  lastAt: time,
});
export type SignInEntry = z.infer<typeof signInEntry>;

/** What is closed for a while because of wrong passwords. */
export const signInBlock = z.object({
  id: z.string(),
  kind: z.enum(['address', 'network', 'account', 'place']),
  subject: z.string(),
  since: time,
  until: time,
  /** Wrong passwords that led to it. */
  failures: count,
  /** Attempts since then; none was looked at. */
  turnedAway: count,
  lastName: z.string(),
  lastAddress: z.string(),
  lastDoor: door,
});
export type SignInBlock = z.infer<typeof signInBlock>;

const signInView = z.object({
  blocks: z.array(signInBlock).readonly(),
  entries: z.array(signInEntry).readonly(),
});
export type SignInView = z.infer<typeof signInView>;

const signInQuery = z.object({
  accountId: accountId.exactOptional(),
  onlyRefused: z.boolean().default(false),
  limit: pageSize,
});
export type SignInQuery = z.infer<typeof signInQuery>;

export const appPasswordScope = z.enum(['send', 'read', 'rules']);
export type AppPasswordScope = z.infer<typeof appPasswordScope>;

export const appPassword = z.object({
  id: count,
  name: z.string(),
  scopes: z.array(appPasswordScope).readonly(),
  createdAt: time,
  expiresAt: time.nullable(),
  lastUse: z.object({ at: time, address: z.string(), door: mailDoor }).nullable(),
});
export type AppPassword = z.infer<typeof appPassword>;

const newAppPassword = z.object({
  accountId,
  name: z.string().trim().min(1).max(LIMITS.nameLength),
  scopes: z.array(appPasswordScope).min(1).max(appPasswordScope.options.length),
  expiresAt: time.nullable(),
});
export type NewAppPassword = z.infer<typeof newAppPassword>;

/** An OpenID provider whose tokens let people in. */
const tokenIssuer = z.object({
  issuer: z.url({ protocol: /^https?$/ }).max(LIMITS.urlLength),
  audience: z.string().trim().min(1).max(LIMITS.urlLength),
  addressClaim: z.string().trim().min(1).max(LIMITS.nameLength),
});

export const signInSettings = z.object({
  allowScramSha1: z.boolean(),
  tokenIssuer: tokenIssuer.nullable(),
  /** PEM; null: clients' certificates are not asked for. */
  clientAuthorities: z.string().max(LIMITS.pemLength).nullable(),
});
export type SignInSettings = z.infer<typeof signInSettings>;

export const signInsContract = {
  watch: callFor('signIns.read').input(signInQuery).output(feedOf(signInView, noChange)),
  /** Opens again what was closed; what was opened already is no error. */
  unblock: callFor('signIns.unblock')
    .input(z.object({ id: z.string().max(LIMITS.addressLength + LIMITS.nameLength) }))
    .output(z.void()),
  watchAppPasswords: callFor('accounts.read', { account: 'accountId' })
    .input(z.object({ accountId }))
    .output(feedOf(z.array(appPassword).readonly(), noChange)),
  /** The one time that the secret is shown. */
  addAppPassword: callFor('passwords.change', { account: 'accountId' })
    .input(newAppPassword)
    .output(z.object({ appPassword, secret: z.string() })),
  removeAppPassword: callFor('passwords.change', { appPassword: 'id' })
    .input(z.object({ id: count }))
    .output(z.void()),
  settings: callFor('settings.read').output(signInSettings),
  changeSettings: callFor('settings.change').input(signInSettings).output(signInSettings),
};
