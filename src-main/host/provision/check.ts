/** Checks of a provision file that its shape cannot show: names that are none, doubles, aliases that lead nowhere. */
import { addressKey, canonicalDomain, isValidLocalPart, keyOfAddress } from '../../directory/address-key.ts';
import type { Provision } from './schema.ts';

/**
 * The first thing wrong, as a sentence with its path, or null. `knownDomains` are those the directory has already,
 * canonical.
 */
export function findProvisionProblem(provision: Provision, knownDomains: ReadonlySet<string>): string | null {
  if (provision.hostname !== undefined && canonicalDomain(provision.hostname) === null) {
    return `hostname: ${JSON.stringify(provision.hostname)} is not a host name`;
  }
  const domains = new Set(knownDomains);
  for (const { name } of provision.domains) {
    const canonical = canonicalDomain(name);
    if (canonical !== null) domains.add(canonical);
  }
  return findDomainProblem(provision.domains) ?? findTargetProblem(provision.domains, domains);
}

function findDomainProblem(domains: Provision['domains']): string | null {
  const taken = new Set<string>();
  for (const [index, domain] of domains.entries()) {
    const path = `domains[${index}]`;
    const canonical = canonicalDomain(domain.name);
    if (canonical === null) return `${path}.name: ${JSON.stringify(domain.name)} is not a domain name`;
    const owners = [
      ...domain.accounts.map(({ localPart }, at) => ({
        localPart,
        path: `${path}.accounts[${at}].localPart`,
      })),
      ...domain.aliases.map(({ localPart }, at) => ({ localPart, path: `${path}.aliases[${at}].localPart` })),
    ];
    for (const owner of owners) {
      const text = JSON.stringify(owner.localPart);
      if (!isValidLocalPart(owner.localPart)) return `${owner.path}: ${text} is not a local-part`;
      const key = addressKey(owner.localPart, canonical);
      if (taken.has(key)) return `${owner.path}: ${text} stands twice in ${canonical}`;
      taken.add(key);
    }
  }
  return null;
}

function findTargetProblem(domains: Provision['domains'], ours: ReadonlySet<string>): string | null {
  for (const [index, domain] of domains.entries()) {
    for (const [at, alias] of domain.aliases.entries()) {
      for (const [target, address] of alias.to.entries()) {
        const path = `domains[${index}].aliases[${at}].to[${target}]`;
        const key = keyOfAddress(address);
        if (key === null) return `${path}: ${JSON.stringify(address)} is not an address`;
        if (!ours.has(key.slice(key.lastIndexOf('@') + 1))) {
          return `${path}: ${JSON.stringify(address)} is not in a domain of this server`;
        }
      }
    }
  }
  return null;
}
