/** What a change of the directory must fulfil; null or ok where it does. */
import { isAbsolute } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import { parseAddress } from '../format/address.ts';
import { addressKey, canonicalDomain, domainOfKey, isValidLocalPart, keyOfAddress } from './address-key.ts';
import { MOST_ADDRESSES, MOST_ARGUMENTS, MOST_PASSWORD_CHARACTERS, MOST_TARGETS } from './limits.ts';
import type { AccountSettings, DeliveryMethod, DirectoryError, Domain, DomainSettings } from './port.ts';
import type { Registry } from './registry.ts';
import type { AccountRow, AliasRow } from './store-port.ts';

export function checkNewAddress(
  registry: Registry,
  account: { localPart: string; domain: string },
): Result<{ localPart: string; domain: string; addressKey: string }, DirectoryError> {
  const domain = canonicalDomain(account.domain);
  if (domain === null || !registry.hasDomain(domain)) return err('noSuchDomain');
  if (!isValidLocalPart(account.localPart)) return err('invalidAddress');
  const key = addressKey(account.localPart, domain);
  if (registry.isTaken(key)) return err('addressTaken');
  return ok({ localPart: account.localPart, domain, addressKey: key });
}

export function checkAccountChange(
  registry: Registry,
  account: AccountRow,
  change: Partial<AccountSettings>,
): DirectoryError | null {
  const { addresses = [], forwarding = null, delivery } = change;
  if (addresses.length > MOST_ADDRESSES) return 'invalidAddress';
  for (const address of addresses) {
    const problem = checkFurtherAddress(registry, account, address);
    if (problem !== null) return problem;
  }
  if (forwarding !== null) {
    if (forwarding.to.length === 0 || !forwarding.to.every(isTarget)) return 'invalidAddress';
    const own = addressKey(account.localPart, account.domain);
    if (forwarding.to.some((address) => registry.keyOf(address) === own)) return 'aliasLoop';
  }
  return delivery === undefined || isUsableDelivery(delivery) ? null : 'invalidDelivery';
}

function checkFurtherAddress(
  registry: Registry,
  account: AccountRow,
  address: string,
): DirectoryError | null {
  const key = keyOfAddress(address);
  if (key === null || !isValidLocalPart(address.slice(0, address.lastIndexOf('@')))) return 'invalidAddress';
  if (registry.domain(domainOfKey(key)) === undefined) return 'noSuchDomain';
  const owner = registry.accountWithKey(key);
  const isFree = owner === undefined ? !registry.isTaken(key) : owner.id === account.id;
  return isFree ? null : 'addressTaken';
}

export function checkDomainChange(
  registry: Registry,
  name: string,
  change: Partial<DomainSettings>,
): Result<Domain, DirectoryError> {
  const domain = registry.domain(canonicalDomain(name) ?? '');
  if (domain === undefined) return err('noSuchDomain');
  if (change.catchAll !== undefined && !change.catchAll.every(isTarget)) return err('invalidAddress');
  if (change.aliasOf === undefined || change.aliasOf === null) return ok(domain);
  const target = registry.domain(change.aliasOf);
  if (target === undefined) return err('noSuchDomain');
  const isUsed = [...registry.accounts, ...registry.aliases].some((row) => row.domain === domain.name);
  if (isUsed) return err('domainInUse');
  const isLoop = target.name === domain.name || target.aliasOf !== null;
  const hasAliases = registry.domains.some(({ aliasOf }) => aliasOf === domain.name);
  return isLoop || hasAliases ? err('aliasLoop') : ok(domain);
}

export function checkAlias(registry: Registry, alias: AliasRow): DirectoryError | null {
  const { localPart, targets, delivery, group } = alias;
  if (!isValidLocalPart(localPart) || targets.length > MOST_TARGETS) return 'invalidAddress';
  if (registry.accountWithKey(alias.addressKey) !== undefined) return 'addressTaken';
  // A group may be empty for a while; an alias that leads nowhere loses mail.
  if (targets.length === 0 && delivery === null && group === null) return 'invalidAddress';
  if (![...targets, ...(group?.moderators ?? [])].every(isTarget)) return 'invalidAddress';
  if (delivery === null) return null;
  // To hand over and to lead on, an alias leads to another one: each is then tried for itself.
  return targets.length === 0 && group === null && isUsableDelivery(delivery) ? null : 'invalidDelivery';
}

/** Paths are whole, so that they mean the same wherever the server was started. */
function isUsableDelivery(delivery: DeliveryMethod): boolean {
  switch (delivery.method) {
    case 'mailstore':
      return true;
    case 'mbox':
    case 'maildir':
      return isAbsolute(delivery.path) && !delivery.path.includes('\0');
    case 'pipe': {
      const [program = '', ...rest] = delivery.command;
      const isBounded = rest.length < MOST_ARGUMENTS && !delivery.command.some((word) => word.includes('\0'));
      return isAbsolute(program) && isBounded;
    }
    case 'lmtp':
      return delivery.host !== '' && delivery.port > 0 && delivery.port < 65_536;
  }
}

/** Any address that SMTP can carry. */
function isTarget(target: string): boolean {
  return keyOfAddress(target) !== null && parseAddress(target, { allowUtf8: true }).ok;
}

export function isUsablePassword(password: string): boolean {
  return password !== '' && password.length <= MOST_PASSWORD_CHARACTERS;
}
