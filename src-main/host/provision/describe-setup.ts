/**
 * The set-up as a provision file: what `postroom export-setup` writes, and `serve --provision` makes again elsewhere.
 *
 * Invariants: what it writes, parseProvision() takes, and applied to an empty folder it gives the same file again; passwords come as they
 * are kept (keptPassword), never in the clear. NOT_DESCRIBED names what is left out.
 */
import type { AccountId, Account, Alias, Domain } from '../../directory/port.ts';
import type { StoredCredentials } from '../../directory/store-port.ts';
import type { SieveScriptStore } from '../../mail/delivery/sieve/port.ts';
import type { RelayRule, RuleClients } from '../../mail/routing/relay-rules/port.ts';
import type { SettingsStore, HostSettings } from '../port.ts';

/** What goes along with a backup only. */
export const NOT_DESCRIBED = [
  'administrators and API tokens',
  'app passwords',
  'rights on mailboxes that people gave each other, and on shared mailboxes',
  'certificates and signing keys',
  'screening, sender lists and hold rules',
  'further Sieve scripts of accounts (the active one is there)',
] as const;

export interface SetupSources {
  readonly directory: {
    listDomains(): Promise<readonly Domain[]>;
    listAccounts(): Promise<readonly Account[]>;
    listAliases(): Promise<readonly Alias[]>;
    credentialsOf(id: AccountId): StoredCredentials | null;
  };
  readonly settings: Pick<SettingsStore, 'read'>;
  readonly scripts: Pick<SieveScriptStore, 'list' | 'read'>;
}

/** For JSON.stringify(). */
export async function describeSetup(sources: SetupSources): Promise<object> {
  const { directory, settings } = sources;
  const accounts = await directory.listAccounts();
  const aliases = await directory.listAliases();
  const domains = [];
  for (const domain of await directory.listDomains()) {
    const own = { accounts: accounts.filter(isIn(domain)), aliases: aliases.filter(isIn(domain)) };
    domains.push(await describeDomain(domain, own, sources));
  }
  return { ...describeSettings(await settings.read()), domains };
}

function isIn({ name }: Domain) {
  return (each: { readonly domain: string }): boolean => each.domain === name;
}

async function describeDomain(
  { name, aliasOf, catchAll, quotaBytes }: Domain,
  own: { readonly accounts: readonly Account[]; readonly aliases: readonly Alias[] },
  sources: SetupSources,
): Promise<object> {
  const people = own.accounts.filter(({ kind }) => kind === 'person');
  const shared = own.accounts.filter(({ kind }) => kind === 'shared');
  const accounts = [];
  for (const account of people) accounts.push(await describeAccount(account, sources));
  return {
    name,
    ...(aliasOf !== null && { aliasOf }),
    ...(catchAll.length > 0 && { catchAll }),
    ...(quotaBytes !== null && { quotaBytes }),
    accounts,
    aliases: own.aliases.filter(({ group }) => group === null).map(describeAlias),
    groups: own.aliases.flatMap(describeGroup),
    sharedMailboxes: shared.map(({ localPart, name: title }) => ({ localPart, name: title })),
  };
}

async function describeAccount(account: Account, { directory, scripts }: SetupSources): Promise<object> {
  const { id, localPart, name, addresses, quotaBytes, forwarding, delivery, requiresAppPassword } = account;
  const sieve = await activeScript(id, scripts);
  return {
    ...{ localPart, name, keptPassword: directory.credentialsOf(id) },
    ...(addresses.length > 0 && { addresses }),
    ...(quotaBytes !== null && { quotaBytes }),
    ...(forwarding !== null && { forwardTo: forwarding.to, keepCopy: forwarding.keepsCopy }),
    ...(delivery.method !== 'mailstore' && { delivery }),
    ...(requiresAppPassword && { requiresAppPassword }),
    pop3: account.pop3,
    ...(sieve !== null && { sieve }),
  };
}

async function activeScript(id: AccountId, scripts: SetupSources['scripts']): Promise<string | null> {
  const active = (await scripts.list(id)).find(({ use }) => use === 'active');
  return active === undefined ? null : ((await scripts.read(id, active.name))?.text ?? null);
}

function describeAlias({ localPart, targets, isEnabled, expiresAt, delivery }: Alias): object {
  return {
    ...{ localPart, to: targets, enabled: isEnabled },
    ...(expiresAt !== null && { expiresAt: new Date(expiresAt).toISOString() }),
    ...(delivery !== null && { delivery }),
  };
}

function describeGroup({ localPart, targets, group }: Alias): readonly object[] {
  return group === null ? [] : [{ localPart, members: targets, ...group }];
}

function describeSettings(settings: HostSettings): object {
  const { hostname, publicAddresses, tellsDevices, noticeLanguage, detailSeparators } = settings;
  const { relay, routes, relayRules, retrySchedule, dnsServers, allowCleartextAuth, clientLimits } = settings;
  return {
    ...{ hostname, publicAddresses, tellsDevices, noticeLanguage, detailSeparators },
    security: { allowCleartextAuth, limits: clientLimits, trustedProxies: settings.trustedProxies },
    ...(dnsServers.length > 0 && { dns: { servers: dnsServers } }),
    ...{ relay, routes, relayRules: relayRules.map(describeRule) },
    queue: {
      firstRetrySeconds: retrySchedule.firstRetryMs / 1000,
      longestRetrySeconds: retrySchedule.longestRetryMs / 1000,
      delayWarningSeconds: retrySchedule.delayWarningMs / 1000,
      lifetimeSeconds: retrySchedule.lifetimeMs / 1000,
    },
  };
}

function describeRule({ clients, recipients, action, isEnabled, expiresAt, ...rule }: RelayRule): object {
  return {
    ...rule,
    client: describeClients(clients),
    recipients: recipients.kind === 'domains' ? { domains: recipients.domains } : recipients.kind,
    action:
      action.kind === 'route'
        ? { route: action.route }
        : action.kind === 'refuse' && action.text !== undefined
          ? { refuse: action.text }
          : action.kind,
    enabled: isEnabled,
    ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
  };
}

function describeClients(clients: RuleClients): unknown {
  switch (clients.kind) {
    case 'anyone':
      return 'anyone';
    case 'signedIn':
      return 'signed-in';
    case 'accounts':
      return { account: clients.addresses };
    case 'group':
      return { group: clients.address };
    case 'networks':
      return { network: clients.networks };
  }
}
