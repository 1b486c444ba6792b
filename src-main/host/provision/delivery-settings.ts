/**
 * What a provision file says of ways of delivery: further addresses, forwarding, methods, aliases, groups, catch-all.
 *
 * Invariants: what is so already stays untouched; what the file does not name is left alone.
 */
import { canonicalDomain, isValidLocalPart, keyOfAddress } from '../../directory/address-key.ts';
import {
  NEW_ALIAS,
  type Account,
  type AccountSettings,
  type Alias,
  type AliasSettings,
  type DirectoryAdmin,
  type DomainSettings,
} from '../../directory/port.ts';
import { parseAddress } from '../../format/address.ts';
import { expectOk } from './expect-ok.ts';
import type { Provision } from './schema.ts';

type ProvisionedDomain = Provision['domains'][number];
type ProvisionedAccount = ProvisionedDomain['accounts'][number];
type WantedAlias = Pick<Alias, 'localPart' | 'targets'> & Partial<AliasSettings>;

export async function applyDeliverySettings(
  domain: ProvisionedDomain,
  directory: DirectoryAdmin,
): Promise<void> {
  for (const alias of wantedAliases(domain)) await applyAlias(domain.name, alias, directory);
  await applyDomainSettings(domain, directory);
  const accounts = new Map(
    (await directory.listAccounts()).map((account) => [keyOfAddress(account.address), account]),
  );
  for (const wanted of domain.accounts) {
    const account = accounts.get(keyOfAddress(inDomain(wanted.localPart, domain.name)));
    if (account !== undefined) await applyAccountSettings(account, wanted, directory);
  }
}

async function applyAccountSettings(
  account: Account,
  wanted: ProvisionedAccount,
  directory: DirectoryAdmin,
): Promise<void> {
  const { addresses, quotaBytes, forwardTo, keepCopy, delivery, requiresAppPassword } = wanted;
  const change: Partial<AccountSettings> & { quotaBytes?: number | null } = {
    ...(addresses !== undefined && { addresses: addresses.map((each) => inDomain(each, account.domain)) }),
    ...(quotaBytes !== undefined && { quotaBytes }),
    ...(forwardTo !== undefined && {
      forwarding: { to: forwardTo.map((each) => inDomain(each, account.domain)), keepsCopy: keepCopy },
    }),
    ...(delivery !== undefined && { delivery }),
    ...(requiresAppPassword !== undefined && { requiresAppPassword }),
  };
  if (!isSame(account, change)) expectOk(await directory.changeAccount(account.id, change), account.address);
}

async function applyDomainSettings(domain: ProvisionedDomain, directory: DirectoryAdmin): Promise<void> {
  const name = canonicalDomain(domain.name);
  const known = (await directory.listDomains()).find((each) => each.name === name);
  const { catchAll, aliasOf, quotaBytes } = domain;
  const change: Partial<DomainSettings> = {
    ...(catchAll !== undefined && { catchAll: catchAll.map((each) => inDomain(each, domain.name)) }),
    ...(aliasOf !== undefined && { aliasOf: canonicalDomain(aliasOf) }),
    ...(quotaBytes !== undefined && { quotaBytes }),
  };
  if (known === undefined || isSame(known, change)) return;
  expectOk(await directory.changeDomain(domain.name, change), domain.name);
}

function wantedAliases({ name, aliases, groups }: ProvisionedDomain): readonly WantedAlias[] {
  const plain = aliases.map(({ localPart, to, enabled, expiresAt, delivery }) => ({
    localPart,
    targets: to,
    ...(enabled !== undefined && { isEnabled: enabled }),
    ...(expiresAt !== undefined && { expiresAt: Date.parse(expiresAt) }),
    ...(delivery !== undefined && { delivery }),
  }));
  const ofGroups = groups.map(({ localPart, members, moderators, ...rules }) => ({
    localPart,
    targets: members.map((each) => inDomain(each, name)),
    group: { ...rules, moderators: moderators.map((each) => inDomain(each, name)) },
  }));
  return [...plain, ...ofGroups];
}

async function applyAlias(domain: string, wanted: WantedAlias, directory: DirectoryAdmin): Promise<void> {
  const address = inDomain(wanted.localPart, domain);
  const key = keyOfAddress(address);
  const known = (await directory.listAliases()).find((alias) => keyOfAddress(alias.address) === key);
  if (known !== undefined && isSame(known, { ...wanted, localPart: known.localPart })) return;
  expectOk(await directory.putAlias({ ...(known ?? NEW_ALIAS), ...wanted, domain }), address);
}

function isSame<T extends object>(known: T, change: Partial<T>): boolean {
  return JSON.stringify({ ...known, ...change }) === JSON.stringify(known);
}

function inDomain(named: string, domain: string): string {
  return named.includes('@') ? named : `${named}@${domain}`;
}

/** The first thing wrong, as a sentence with its path, or null. */
export function findDeliveryProblem(
  domains: Provision['domains'],
  existing: readonly string[],
): string | null {
  const own = new Set([...existing, ...domains.flatMap(({ name }) => canonicalDomain(name) ?? [])]);
  for (const [index, domain] of domains.entries()) {
    const path = `domains[${index}]`;
    const { aliasOf } = domain;
    if (aliasOf !== undefined && !own.has(canonicalDomain(aliasOf) ?? '')) {
      return `${path}.aliasOf: ${JSON.stringify(aliasOf)} is no domain of ours`;
    }
    const problem = findNameProblem(domain, path) ?? findFurtherAddressProblem(domain, own, path);
    if (problem !== null) return problem;
  }
  return null;
}

function findNameProblem(domain: ProvisionedDomain, path: string): string | null {
  const lists: (readonly [string, readonly string[]])[] = [
    [`${path}.catchAll`, domain.catchAll ?? []],
    ...domain.groups.flatMap(
      ({ members, moderators }, at) =>
        [
          [`${path}.groups[${at}].members`, members],
          [`${path}.groups[${at}].moderators`, moderators],
        ] as const,
    ),
    ...domain.accounts.map(
      ({ forwardTo = [] }, at) => [`${path}.accounts[${at}].forwardTo`, forwardTo] as const,
    ),
  ];
  for (const [list, names] of lists) {
    const index = names.findIndex(
      (name) => !parseAddress(inDomain(name, domain.name), { allowUtf8: true }).ok,
    );
    if (index >= 0) return `${list}[${index}]: ${JSON.stringify(names[index])} is not an address`;
  }
  return null;
}

function findFurtherAddressProblem(
  domain: ProvisionedDomain,
  own: ReadonlySet<string>,
  path: string,
): string | null {
  for (const [at, { addresses = [] }] of domain.accounts.entries()) {
    const index = addresses.findIndex((address) => !isOurs(inDomain(address, domain.name), own));
    if (index < 0) continue;
    return `${path}.accounts[${at}].addresses[${index}]: ${JSON.stringify(addresses[index])} is no address in a domain of ours`;
  }
  return null;
}

function isOurs(address: string, own: ReadonlySet<string>): boolean {
  const at = address.lastIndexOf('@');
  const domain = canonicalDomain(address.slice(at + 1));
  if (domain === null || !own.has(domain)) return false;
  return isValidLocalPart(address.slice(0, at));
}
