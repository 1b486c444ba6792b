/**
 * Rule book: finds the rule that decides.
 *
 * Flow: acceptance and routing → here → settings, directory. Invariants: rules are asked in their order, so what is decided
 * for one recipient never depends on another; the list is read anew each time, so a change counts at once.
 */
import type { Clock } from '../../../base/clock.ts';
import { assertNever } from '../../../base/result.ts';
import type { Directory } from '../../../directory/port.ts';
import { isInNetwork, parseIpNetwork } from '../../../format/ip-network.ts';
import type { EntryClient } from '../../queue/port.ts';
import { isInDomains } from '../domain-pattern.ts';
import {
  EVERYTHING_ELSE_RULE,
  OWN_RECIPIENTS_RULE,
  type RelayRule,
  type RuleBook,
  type RuleClients,
  type RuleDecision,
  type RuleQuery,
  type RuleRecipients,
} from './port.ts';
import { RuleRates } from './rule-rates.ts';

export interface RuleBookOptions {
  readonly directory: Pick<Directory, 'resolve'>;
  readonly clock: Clock;
  readonly rules: () => readonly RelayRule[];
}

export function createRuleBook({ directory, clock, rules }: RuleBookOptions): RuleBook {
  const rates = new RuleRates(clock);
  return {
    decide: (query) => decideByRules(query, rules(), directory),
    isTrusted: (address) =>
      rules().some(
        (rule) => counts(rule, clock.now()) && isAllowing(rule) && isFromNetwork(address, rule.clients),
      ),
    sizeBound: (client) => findSizeBound(client, { rules: rules(), directory, at: clock.now() }),
    hasRoom: (rule, client) => rates.hasRoom(rule, client),
    take: (rule, client) => rates.take(rule, client),
  };
}

/** The first rule that fits decides; below all others stand the two that are fixed. */
export async function decideByRules(
  query: RuleQuery,
  rules: readonly RelayRule[],
  directory: Pick<Directory, 'resolve'>,
): Promise<RuleDecision> {
  for (const rule of rules) {
    if (!counts(rule, query.at) || !isForRecipient(rule.recipients, query)) continue;
    if (!(await isForClient(rule.clients, query.client, directory))) continue;
    return { isAllowed: isAllowing(rule), name: rule.name, rule };
  }
  return query.isOurs
    ? { isAllowed: true, name: OWN_RECIPIENTS_RULE }
    : { isAllowed: false, name: EVERYTHING_ELSE_RULE };
}

function counts({ isEnabled, expiresAt }: RelayRule, at: number): boolean {
  return isEnabled && (expiresAt === undefined || at < expiresAt);
}

function isAllowing({ action }: RelayRule): boolean {
  return action.kind !== 'refuse';
}

function isForRecipient(recipients: RuleRecipients, { isOurs, domain }: RuleQuery): boolean {
  switch (recipients.kind) {
    case 'ours':
      return isOurs;
    case 'domains':
      return recipients.domains.some((pattern) => isInDomains(domain, pattern));
    case 'anywhere':
      return true;
    default:
      return assertNever(recipients);
  }
}

async function isForClient(
  clients: RuleClients,
  client: EntryClient,
  directory: Pick<Directory, 'resolve'>,
): Promise<boolean> {
  const { account } = client;
  switch (clients.kind) {
    case 'anyone':
      return true;
    case 'signedIn':
      return account !== undefined;
    case 'accounts':
      return clients.addresses.some((address) => address.toLowerCase() === account?.toLowerCase());
    case 'group':
      return account !== undefined && (await isMember(account, clients.address, directory));
    case 'networks':
      return isFromNetwork(client.address, clients);
    default:
      return assertNever(clients);
  }
}

async function isMember(
  account: string,
  group: string,
  directory: Pick<Directory, 'resolve'>,
): Promise<boolean> {
  const resolution = await directory.resolve(group);
  return resolution.kind === 'local' && resolution.accounts.some(({ address }) => address === account);
}

function isFromNetwork(address: string, clients: RuleClients): boolean {
  if (clients.kind !== 'networks') return false;
  return clients.networks.some((text) => {
    const network = parseIpNetwork(text);
    return network !== null && isInNetwork(address, network);
  });
}

/** A rule for all recipients leaves those below it nothing to decide; the fixed ones set no bound. */
async function findSizeBound(
  client: EntryClient,
  {
    rules,
    directory,
    at,
  }: { rules: readonly RelayRule[]; directory: RuleBookOptions['directory']; at: number },
): Promise<{ name: string; maxOctets: number } | null> {
  let bound: { name: string; maxOctets: number } | null = null;
  for (const rule of rules) {
    if (!counts(rule, at) || !(await isForClient(rule.clients, client, directory))) continue;
    const { name, maxOctets, recipients } = rule;
    if (isAllowing(rule)) {
      if (maxOctets === undefined) return null;
      if (bound === null || maxOctets > bound.maxOctets) bound = { name, maxOctets };
    }
    if (recipients.kind === 'anywhere') return bound;
  }
  return null;
}
