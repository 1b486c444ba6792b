/**
 * Applies a checked provision file. Declarative and idempotent: what is so already stays untouched; what the file does
 * not name is left alone.
 */
import { randomBytes } from 'node:crypto';
import { addressKey, canonicalDomain } from '../../directory/address-key.ts';
import type { FullDirectory } from '../../directory/create-directory.ts';
import type { Account, AdministratorStore } from '../../directory/port.ts';
import { toScreening } from './screening.ts';
import type { RetrySchedule } from '../../mail/queue/port.ts';
import type { RelaySetting } from '../../mail/routing/port.ts';
import { nameRoutes } from '../../mail/routing/name-routes.ts';
import type { HostSettings, SettingsStore } from '../port.ts';
import type { SharingStore } from '../sharing.ts';
import { applyDeliverySettings } from './delivery-settings.ts';
import type { SieveScriptStore } from '../../mail/delivery/sieve/port.ts';
import { expectOk, ProvisionError } from './expect-ok.ts';
import { toSignInSettings } from './sign-in.ts';
import { applySharedMailboxes } from './shared-mailboxes.ts';
import { toRelayRules } from './relay-rules.ts';
import type { Provision } from './schema.ts';
import type { SenderListStore } from '../../mail/screening/sender-lists/port.ts';
import { applySenderLists } from './sender-lists.ts';
import { applyScripts } from './scripts.ts';
import { toTrustSettings } from './trust.ts';

export interface ProvisionTargets {
  readonly directory: FullDirectory;
  readonly administrators: AdministratorStore;
  readonly settings: SettingsStore;
  readonly mailStore: SharingStore;
  readonly scripts: SieveScriptStore;
  readonly senderLists: SenderListStore;
}

type ProvisionedDomain = Provision['domains'][number];

export async function applyProvision(provision: Provision, targets: ProvisionTargets): Promise<void> {
  await applySettings(provision, targets.settings);
  if (provision.admin !== undefined) await applyAdministrator(provision.admin, targets.administrators);
  for (const domain of provision.domains) await applyDomain(domain, targets.directory);
  // Aliases, groups, forwarding and rights last: they may be about accounts of any domain in the file.
  for (const domain of provision.domains) await applyDeliverySettings(domain, targets.directory);
  for (const domain of provision.domains) await applyScripts(domain, targets);
  for (const domain of provision.domains) await applySharedMailboxes(domain, targets);
  await applySenderLists(provision, targets);
}

async function applySettings(provision: Provision, store: SettingsStore): Promise<void> {
  const current = await store.read();
  const wanted: Partial<HostSettings> = {
    ...(provision.hostname !== undefined && { hostname: provision.hostname }),
    ...(provision.publicAddresses !== undefined && { publicAddresses: provision.publicAddresses }),
    ...(provision.tellsDevices !== undefined && { tellsDevices: provision.tellsDevices }),
    ...(provision.noticeLanguage !== undefined && { noticeLanguage: provision.noticeLanguage }),
    ...(provision.detailSeparators !== undefined && { detailSeparators: provision.detailSeparators }),
    ...toTrustSettings(provision, current),
    ...(provision.dns !== undefined && { dnsServers: provision.dns.servers }),
    ...toSecuritySettings(provision.security ?? {}, current),
    ...(provision.security !== undefined && {
      signIn: await toSignInSettings(provision.security, current.signIn),
    }),
    ...(provision.relay !== undefined && { relay: toRelaySetting(provision.relay) }),
    ...(provision.routes !== undefined && { routes: nameRoutes(provision.routes) }),
    ...(provision.relayRules !== undefined && { relayRules: toRelayRules(provision.relayRules) }),
    ...(provision.queue !== undefined && {
      retrySchedule: toRetrySchedule(provision.queue, current.retrySchedule),
    }),
    ...(provision.screening !== undefined && {
      screening: toScreening(provision.screening, current.screening),
    }),
    ...(provision.admin !== undefined && { isSetUp: true }),
  };
  const isSame = JSON.stringify({ ...current, ...wanted }) === JSON.stringify(current);
  if (!isSame) await store.change(wanted);
}

function toSecuritySettings(
  { allowCleartextAuth, trustedProxies, limits }: NonNullable<Provision['security']>,
  current: HostSettings,
): Partial<HostSettings> {
  return {
    ...(allowCleartextAuth !== undefined && { allowCleartextAuth }),
    ...(trustedProxies && { trustedProxies: { ...current.trustedProxies, ...trustedProxies } }),
    ...(limits && { clientLimits: { ...current.clientLimits, ...limits } }),
  };
}

function toRelaySetting(relay: NonNullable<Provision['relay']>): RelaySetting {
  if (relay.mode !== 'smarthost') return relay;
  const { user, password, ...host } = relay;
  return { ...host, ...(user !== undefined && { user }), ...(password !== undefined && { password }) };
}

function toRetrySchedule(queue: NonNullable<Provision['queue']>, current: RetrySchedule): RetrySchedule {
  const inMs = (seconds: number | undefined, kept: number) => (seconds === undefined ? kept : seconds * 1000);
  return {
    firstRetryMs: inMs(queue.firstRetrySeconds, current.firstRetryMs),
    longestRetryMs: inMs(queue.longestRetrySeconds, current.longestRetryMs),
    delayWarningMs: inMs(queue.delayWarningSeconds, current.delayWarningMs),
    lifetimeMs: inMs(queue.lifetimeSeconds, current.lifetimeMs),
  };
}

async function applyAdministrator(
  admin: NonNullable<Provision['admin']>,
  store: AdministratorStore,
): Promise<void> {
  if (!(await store.verify(admin.name, admin.password))) await store.put(admin);
}

async function applyDomain(
  domain: ProvisionedDomain,
  directory: ProvisionTargets['directory'],
): Promise<void> {
  if (!(await directory.isLocalDomain(domain.name)))
    expectOk(await directory.addDomain(domain.name), domain.name);
  const accounts = new Map(
    (await directory.listAccounts()).map((account) => [
      addressKey(account.localPart, account.domain),
      account,
    ]),
  );
  for (const wanted of domain.accounts) {
    const key = addressKey(wanted.localPart, canonicalDomain(domain.name) ?? domain.name);
    const existing = accounts.get(key);
    if (existing !== undefined) await updateAccount(existing, wanted, directory);
    else {
      const { localPart, name, keptPassword } = wanted;
      const password = wanted.password ?? nobodysPassword();
      const added = await directory.addAccount({ localPart, password, name, domain: domain.name });
      if (!added.ok) throw new ProvisionError(`${key}: ${added.error}`);
      if (keptPassword !== undefined) await directory.replaceCredentials(added.value.id, keptPassword);
      await applyPop3(added.value, wanted, directory);
    }
  }
}

/** What was kept takes its place at once. */
function nobodysPassword(): string {
  return randomBytes(24).toString('base64');
}

async function updateAccount(
  account: Account,
  wanted: ProvisionedDomain['accounts'][number],
  directory: ProvisionTargets['directory'],
): Promise<void> {
  if (wanted.name !== '' && wanted.name !== account.name) {
    expectOk(await directory.changeAccount(account.id, { name: wanted.name }), account.address);
  }
  await applyPop3(account, wanted, directory);
  if (wanted.password === undefined) return;
  if (!(await directory.hasPassword(account.id, wanted.password))) {
    expectOk(await directory.setPassword(account.id, wanted.password), account.address);
  }
}

async function applyPop3(
  account: Account,
  { pop3 }: ProvisionedDomain['accounts'][number],
  directory: ProvisionTargets['directory'],
): Promise<void> {
  const wanted = { ...account.pop3, ...pop3 };
  if (JSON.stringify(wanted) === JSON.stringify(account.pop3)) return;
  expectOk(await directory.changeAccount(account.id, { pop3: wanted }), account.address);
}
