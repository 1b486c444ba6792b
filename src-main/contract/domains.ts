/**
 * Domains and aliases area: which addresses are ours.
 */
import { z } from 'zod';
import { aliasSettings } from './delivery.ts';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { LIMITS } from './limits.ts';
import { count, offset, pageSize, searchText, time } from './values.ts';

const domainSettings = {
  /** The domain whose addresses are valid here too; null: it has addresses of its own. */
  aliasOf: z.string().max(LIMITS.domainLength).nullable(),
  /** Who gets what nobody has the address for. */
  catchAll: z
    .array(z.string().trim().min(3).max(LIMITS.addressLength))
    .max(LIMITS.forwardingTargets)
    .readonly(),
  /** For all accounts together; null: no limit. */
  quotaBytes: z.int().positive().max(LIMITS.quotaBytes).nullable(),
};

export const domainChange = z.object({
  name: z.string().max(LIMITS.domainLength),
  aliasOf: domainSettings.aliasOf.exactOptional(),
  catchAll: domainSettings.catchAll.exactOptional(),
  quotaBytes: domainSettings.quotaBytes.exactOptional(),
});
export type DomainChange = z.infer<typeof domainChange>;

export const domainRow = z.object({
  name: z.string(),
  createdAt: time,
  ...domainSettings,
  accounts: count,
  aliases: count,
});
export type DomainRow = z.infer<typeof domainRow>;

export const aliasRow = z.object({
  localPart: z.string(),
  domain: z.string(),
  address: z.string(),
  targets: z.array(z.string()).readonly(),
  ...aliasSettings,
});
export type AliasRow = z.infer<typeof aliasRow>;

export const aliasQuery = z.object({
  text: searchText.default(''),
  /** Groups have a list of their own. */
  kind: z.enum(['alias', 'group']).default('alias'),
  offset: offset.default(0),
  limit: pageSize.default(200),
});
export type AliasQuery = z.input<typeof aliasQuery>;

export const aliasPage = z.object({ items: z.array(aliasRow).readonly(), total: count });
export type AliasPage = z.infer<typeof aliasPage>;

const domainName = z.string().trim().min(1).max(LIMITS.domainLength);
const address = z.string().trim().min(3).max(LIMITS.addressLength);

export const newAlias = z.object({
  localPart: z.string().trim().min(1).max(LIMITS.localPartLength),
  domain: domainName,
  targets: z.array(address).max(LIMITS.aliasTargets),
  isEnabled: aliasSettings.isEnabled.exactOptional(),
  expiresAt: aliasSettings.expiresAt.exactOptional(),
  delivery: aliasSettings.delivery.exactOptional(),
  group: aliasSettings.group.exactOptional(),
});
export type NewAlias = z.infer<typeof newAlias>;

export const domainsContract = {
  watch: callFor('accounts.read', 'view').output(feedOf(z.array(domainRow).readonly(), noChange)),
  add: callFor('settings.change')
    .input(z.object({ name: domainName }))
    .output(domainRow),
  change: callFor('settings.change').input(domainChange).output(domainRow),
  /** Refused while accounts or aliases are in it. */
  remove: callFor('settings.change')
    .input(z.object({ name: domainName }))
    .output(z.void()),
};

export const aliasesContract = {
  list: callFor('accounts.read', 'view').input(aliasQuery).output(aliasPage),
  watch: callFor('accounts.read', 'view').input(aliasQuery).output(feedOf(aliasPage, noChange)),
  /** Adds the alias or replaces its targets. */
  put: callFor('accounts.change', { domain: 'domain' }).input(newAlias).output(aliasRow),
  remove: callFor('accounts.change', { address: 'address' }).input(z.object({ address })).output(z.void()),
};
