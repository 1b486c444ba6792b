/**
 * Accounts area: who has mail here. Lists are filtered and paged in the host.
 */
import { z } from 'zod';
import { accountSettings } from './delivery.ts';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { LIMITS } from './limits.ts';
import { accountId, count, offset, pageSize, searchText, time } from './values.ts';

/** How an account's mail is fetched over POP3. */
export const pop3Settings = z.object({
  /** The mailbox that is the maildrop. */
  mailbox: z.string().trim().min(1).max(LIMITS.mailboxNameLength),
  onDelete: z.enum(['remove', 'moveToTrash']),
  /** Days after its arrival that a fetched message is removed; null: it stays until the client deletes it. */
  keepDays: z.int().min(1).max(LIMITS.keepDays).nullable(),
  /** Between two sign-ins of a client; 0: none. */
  loginDelaySeconds: z.int().nonnegative().max(LIMITS.loginDelaySeconds),
});
export type Pop3Settings = z.infer<typeof pop3Settings>;

export const accountRow = z.object({
  id: accountId,
  localPart: z.string(),
  domain: z.string(),
  /** `localPart@domain`, also the sign-in name of mail clients. */
  address: z.string(),
  /** The person's name, or what a shared mailbox is for. */
  name: z.string(),
  kind: z.enum(['person', 'shared']),
  isEnabled: z.boolean(),
  createdAt: time,
  lastSignInAt: time.nullable(),
  /** null: no limit. */
  quotaBytes: count.nullable(),
  quotaMessages: count.nullable(),
  pop3: pop3Settings,
  ...accountSettings,
  usedBytes: count,
  messages: count,
  unread: count,
  /** Aliases that lead to this account directly. */
  aliases: z.array(z.string()).readonly(),
});
export type AccountRow = z.infer<typeof accountRow>;

export const accountQuery = z.object({
  /** Part of the address or the name. */
  text: searchText.default(''),
  domain: z.string().max(LIMITS.domainLength).nullable().default(null),
  /** Shared mailboxes have a list of their own (sharing.ts). */
  withShared: z.boolean().default(false),
  offset: offset.default(0),
  limit: pageSize.default(200),
});
export type AccountQuery = z.input<typeof accountQuery>;

export const accountPage = z.object({
  items: z.array(accountRow).readonly(),
  /** How many match, on all pages. */
  total: count,
});
export type AccountPage = z.infer<typeof accountPage>;

/** Exactly what goes when the account goes. */
export const removalPreview = z.object({
  address: z.string(),
  messages: count,
  sizeBytes: count,
  mailboxes: count,
  /** Aliases that lose a target, and those that would lead nowhere. */
  aliasesShortened: z.array(z.string()).readonly(),
  aliasesEmptied: z.array(z.string()).readonly(),
});
export type RemovalPreview = z.infer<typeof removalPreview>;

const password = z.string().min(1).max(LIMITS.passwordLength);
const personName = z.string().trim().max(LIMITS.personNameLength);
const quotaBytes = z.int().positive().max(LIMITS.quotaBytes).nullable();
const quotaMessages = z.int().positive().max(LIMITS.quotaMessages).nullable();

export const newAccount = z.object({
  localPart: z.string().trim().min(1).max(LIMITS.localPartLength),
  domain: z.string().trim().min(1).max(LIMITS.domainLength),
  name: personName,
  password,
  quotaBytes,
  quotaMessages: quotaMessages.default(null),
});
export type NewAccount = z.infer<typeof newAccount>;

export const accountChange = z.object({
  id: accountId,
  name: personName.exactOptional(),
  isEnabled: z.boolean().exactOptional(),
  quotaBytes: quotaBytes.exactOptional(),
  quotaMessages: quotaMessages.exactOptional(),
  pop3: pop3Settings.exactOptional(),
  addresses: accountSettings.addresses.exactOptional(),
  forwarding: accountSettings.forwarding.exactOptional(),
  delivery: accountSettings.delivery.exactOptional(),
  requiresAppPassword: accountSettings.requiresAppPassword.exactOptional(),
});
export type AccountChange = z.infer<typeof accountChange>;

export const importProblem = z.enum([
  'noAddress',
  'noPassword',
  'notOurDomain',
  'addressTaken',
  'twice',
  'invalidQuota',
]);
export type ImportProblem = z.infer<typeof importProblem>;

/** What a list of new accounts comes to. */
export const accountImport = z.object({
  rows: z
    .array(
      z.object({
        /** 1-based. */
        line: z.int(),
        address: z.string(),
        name: z.string(),
        problem: importProblem.nullable(),
        /** Added all the same: somebody else has chosen the password already. */
        isPasswordWeak: z.boolean(),
      }),
    )
    .readonly(),
  /** How many were added; 0 where it was only looked at. */
  added: count,
});
export type AccountImport = z.infer<typeof accountImport>;

export const accountsContract = {
  list: callFor('accounts.read', 'view').input(accountQuery).output(accountPage),
  watch: callFor('accounts.read', 'view').input(accountQuery).output(feedOf(accountPage, noChange)),
  add: callFor('accounts.change', { domain: 'domain' }).input(newAccount).output(accountRow),
  /** Lines of address, name, password and quota in MB; those without a problem are added where `isApplied`. */
  importCsv: callFor('accounts.change')
    .input(z.object({ csv: z.string().max(LIMITS.csvLength), isApplied: z.boolean() }))
    .output(accountImport),
  change: callFor('accounts.change', { account: 'id' }).input(accountChange).output(accountRow),
  setPassword: callFor('passwords.change', { account: 'id' })
    .input(z.object({ id: accountId, password }))
    .output(z.void()),
  previewRemoval: callFor('accounts.read', { account: 'id' })
    .input(z.object({ id: accountId }))
    .output(removalPreview),
  /** Removes the account with all its mail, and its address from the aliases that lead there. */
  remove: callFor('accounts.change', { account: 'id' })
    .input(z.object({ id: accountId }))
    .output(removalPreview),
};
