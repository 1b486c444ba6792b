/**
 * What is wrong with a list of relay rules, above all whether it would make an open relay.
 *
 * RFC 5068 §3.1. Flow: the console and the provision file ask before the list is kept.
 * Invariants: strangers can never be let in to recipients without bound: "anyone", or a network that holds more than one
 * party's addresses, may send only to domains that are named one by one, or that are ours.
 */
import { parseAddress } from '../../../format/address.ts';
import { contains, parseIpNetwork, type IpNetwork } from '../../../format/ip-network.ts';
import { canonicalPattern } from '../domain-pattern.ts';
import {
  EVERYTHING_ELSE_RULE,
  OWN_RECIPIENTS_RULE,
  type RelayRule,
  type RuleClients,
  type RuleRecipients,
} from './port.ts';

/** The largest block that a provider gives one office; anything wider belongs to several parties. */
export const WIDEST_PUBLIC_IPV4_PREFIX = 24;
/** RFC 6177 §2: what one site gets. */
export const WIDEST_PUBLIC_IPV6_PREFIX = 48;

/** RFC 1918, RFC 4193 and those of one machine or one link: nobody comes from there who is not in the house. */
const PRIVATE_NETWORKS: readonly IpNetwork[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '127.0.0.0/8',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
].flatMap((text) => parseIpNetwork(text) ?? []);

export type RuleFault =
  | 'nameMissing'
  | 'nameTaken'
  | 'notNetwork'
  | 'notAddress'
  | 'notDomain'
  | 'noSuchRoute'
  | 'ownRecipientsStay'
  | 'openRelay';

export interface RuleProblem {
  /** Position in the list. */
  readonly index: number;
  readonly field: 'name' | 'clients' | 'recipients' | 'action';
  readonly fault: RuleFault;
  /** The text that is wrong. */
  readonly value: string;
}

export interface RuleSurroundings {
  /** In A-labels. */
  readonly ownDomains: readonly string[];
  readonly routeNames: readonly string[];
}

/** The first problem, or null. */
export function findRuleProblem(
  rules: readonly RelayRule[],
  surroundings: RuleSurroundings,
): RuleProblem | null {
  const names = new Set([OWN_RECIPIENTS_RULE, EVERYTHING_ELSE_RULE].map(nameKey));
  for (const [index, rule] of rules.entries()) {
    const problem = findNameProblem(rule, names) ?? findFault(rule, surroundings);
    if (problem !== null) return { index, ...problem };
    names.add(nameKey(rule.name));
  }
  return null;
}

type Fault = Omit<RuleProblem, 'index'>;

function findNameProblem({ name }: RelayRule, taken: ReadonlySet<string>): Fault | null {
  if (nameKey(name) === '') return { field: 'name', fault: 'nameMissing', value: name };
  return taken.has(nameKey(name)) ? { field: 'name', fault: 'nameTaken', value: name } : null;
}

function nameKey(name: string): string {
  return name.trim().toLowerCase();
}

function findFault(rule: RelayRule, surroundings: RuleSurroundings): Fault | null {
  return (
    findClientsFault(rule.clients) ??
    findRecipientsFault(rule.recipients) ??
    findActionFault(rule, surroundings.routeNames) ??
    findOpenRelay(rule, surroundings.ownDomains)
  );
}

function findClientsFault(clients: RuleClients): Fault | null {
  const wrong = (fault: RuleFault, value: string | undefined): Fault | null =>
    value === undefined ? null : { field: 'clients', fault, value };
  switch (clients.kind) {
    case 'networks':
      return wrong('notNetwork', firstWrong(clients.networks, parseIpNetwork));
    case 'accounts':
      return wrong('notAddress', firstWrong(clients.addresses, readAddress));
    case 'group':
      return wrong('notAddress', firstWrong([clients.address], readAddress));
    case 'anyone':
    case 'signedIn':
      return null;
  }
}

function findRecipientsFault(recipients: RuleRecipients): Fault | null {
  if (recipients.kind !== 'domains') return null;
  const value = firstWrong(recipients.domains, canonicalPattern);
  return value === undefined ? null : { field: 'recipients', fault: 'notDomain', value };
}

function readAddress(text: string): string | null {
  return parseAddress(text, { allowUtf8: true }).ok ? text : null;
}

/** An empty list has the empty text wrong with it. */
function firstWrong(texts: readonly string[], parse: (text: string) => unknown): string | undefined {
  return texts.length === 0 ? '' : texts.find((text) => parse(text) === null);
}

function findActionFault({ action, recipients }: RelayRule, routeNames: readonly string[]): Fault | null {
  if (action.kind !== 'route') return null;
  const { route: value } = action;
  if (!routeNames.includes(value)) return { field: 'action', fault: 'noSuchRoute', value };
  // Mail for our own recipients is delivered here, whatever a route says.
  return recipients.kind === 'ours' ? { field: 'action', fault: 'ownRecipientsStay', value } : null;
}

function findOpenRelay(rule: RelayRule, ownDomains: readonly string[]): Fault | null {
  const { isEnabled, action, clients, recipients } = rule;
  if (!isEnabled || action.kind === 'refuse') return null;
  const strangers = strangersOf(clients);
  if (strangers === null || !isUnbounded(recipients, ownDomains)) return null;
  return { field: 'clients', fault: 'openRelay', value: strangers };
}

/** The part of the clients that anybody may be among; null: there is none. */
function strangersOf(clients: RuleClients): string | null {
  if (clients.kind === 'anyone') return 'anyone';
  if (clients.kind !== 'networks') return null;
  return clients.networks.find((text) => isWide(parseIpNetwork(text))) ?? null;
}

function isWide(network: IpNetwork | null): boolean {
  if (network === null || PRIVATE_NETWORKS.some((inner) => contains(inner, network))) return false;
  const widest = network.octets.length === 4 ? WIDEST_PUBLIC_IPV4_PREFIX : WIDEST_PUBLIC_IPV6_PREFIX;
  return network.prefixLength < widest;
}

function isUnbounded(recipients: RuleRecipients, ownDomains: readonly string[]): boolean {
  if (recipients.kind === 'ours') return false;
  if (recipients.kind === 'anywhere') return true;
  return recipients.domains.some((domain) => {
    const pattern = canonicalPattern(domain);
    return pattern?.startsWith('*') === true && !ownDomains.includes(pattern.slice(2));
  });
}

/** The problem as a sentence. */
export function describeRuleProblem({ fault, value }: RuleProblem): string {
  const quoted = JSON.stringify(value);
  const words: Readonly<Record<RuleFault, string>> = {
    nameMissing: 'a rule needs a name',
    nameTaken: `${quoted} is the name of another rule`,
    notNetwork: `${quoted} is not an address or a network (192.0.2.0/24)`,
    notAddress: `${quoted} is not an address`,
    notDomain: `${quoted} is not a domain, *.domain or *`,
    noSuchRoute: `there is no route ${quoted}`,
    ownRecipientsStay: 'mail for our own recipients is delivered here, it cannot go through a route',
    openRelay: `this would be an open relay: ${value} could send through this server to any domain without signing in; name the domains, or a network no wider than /${WIDEST_PUBLIC_IPV4_PREFIX} (IPv6: /${WIDEST_PUBLIC_IPV6_PREFIX})`,
  };
  return words[fault];
}
