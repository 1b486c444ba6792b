/**
 * An hMailServer's set-up as a provision of ours.
 *
 * Flow: read-hmailserver.ts → here → provision/. Invariants: what does not come over is named, never dropped in silence; new passwords
 * are random, since the old ones are only known as hashes (foreign-passwords.ts keeps those until each is used).
 */
import type { RandomBytes } from '../../base/ids.ts';
import type { ForeignAccount, ForeignDomain, ForeignRoute, HmailserverBackup } from './read-hmailserver.ts';
import { rulesToSieve } from './rules-to-sieve.ts';

export interface ConvertedSetup {
  /** For parseProvision(). */
  readonly provision: object;
  /** What somebody has to do by hand, a sentence each. */
  readonly remarks: readonly string[];
}

const PASSWORD_OCTETS = 24;
const ROUTE_TLS: Readonly<Record<number, string>> = {
  0: 'none',
  1: 'implicit',
  2: 'opportunistic',
  3: 'required',
};
const LIST_POSTING: Readonly<Record<number, string>> = { 0: 'anyone', 1: 'members', 2: 'domain' };

export function toProvision(backup: HmailserverBackup, randomBytes: RandomBytes): ConvertedSetup {
  const remarks: string[] = [];
  const domains = backup.domains.flatMap((domain) => [
    convertDomain(domain, { remarks, randomBytes }),
    ...domain.otherNames.map((name) => ({ name, aliasOf: domain.name })),
  ]);
  return {
    provision: { domains, routes: backup.routes.map((route) => convertRoute(route, remarks)) },
    remarks,
  };
}

interface Converting {
  readonly remarks: string[];
  readonly randomBytes: RandomBytes;
}

function convertDomain(domain: ForeignDomain, converting: Converting): object {
  const { name, catchAll, quotaBytes } = domain;
  return {
    name,
    ...(catchAll !== null && { catchAll }),
    ...(quotaBytes !== null && { quotaBytes }),
    accounts: domain.accounts.map((account) => convertAccount(account, converting)),
    aliases: domain.aliases.map(({ address, to, isActive }) => ({
      localPart: localPartOf(address),
      to: [to],
      enabled: isActive,
    })),
    groups: domain.lists
      .filter((list) => isKept(list, converting.remarks))
      .map(({ address, members, mode }) => ({
        localPart: localPartOf(address),
        members,
        posting: LIST_POSTING[mode] ?? 'domain',
      })),
  };
}

function isKept({ address, isActive }: ForeignDomain['lists'][number], remarks: string[]): boolean {
  if (!isActive) remarks.push(`${address}: the list was switched off there, and is left out`);
  return isActive;
}

function convertAccount(account: ForeignAccount, { remarks, randomBytes }: Converting): object {
  const { address, name, quotaBytes, forward, isActive } = account;
  const { script, leftOut } = rulesToSieve(account);
  for (const rule of leftOut)
    remarks.push(`${address}: the rule "${rule}" cannot be said in Sieve; make it anew`);
  if (!isActive) remarks.push(`${address}: was switched off there; switch it off here (Accounts)`);
  return {
    localPart: localPartOf(address),
    name,
    password: Buffer.from(randomBytes(PASSWORD_OCTETS)).toString('base64'),
    ...(quotaBytes !== null && { quotaBytes }),
    ...(forward !== null && { forwardTo: forward.to, keepCopy: forward.keepsCopy }),
    ...(script !== null && { sieve: script }),
  };
}

function convertRoute({ domain, host, port, security, user }: ForeignRoute, remarks: string[]): object {
  if (user !== null)
    remarks.push(`the route to ${domain} signed in as ${user}; enter its password again (Relay, Routes)`);
  return {
    recipientDomain: domain,
    hosts: [port === 25 ? host : `${host}:${port}`],
    tls: ROUTE_TLS[security] ?? 'opportunistic',
  };
}

function localPartOf(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 0 ? address : address.slice(0, at);
}
