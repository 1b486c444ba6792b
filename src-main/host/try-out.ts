/**
 * Try-out: what would happen to a message, without sending one: who decides, and where it would go.
 *
 * Flow: console → here → rules, directory, routing, DNS: the same parts that decide on real mail.
 */
import type { Clock } from '../base/clock.ts';
import type { TryOutInput, TryOutResult } from '../contract/relay.ts';
import type { Directory, DirectoryAdmin } from '../directory/port.ts';
import { parseAddress } from '../format/address.ts';
import { isOurs, refuseByRule } from '../mail/acceptance/rule-replies.ts';
import { findTargets, type TargetFinderOptions } from '../mail/relay/find-targets.ts';
import type { EntryClient } from '../mail/queue/port.ts';
import type { NextHop, Route, Router } from '../mail/routing/port.ts';
import type { RuleBook, RuleDecision } from '../mail/routing/relay-rules/port.ts';

export interface TryOutOptions {
  readonly directory: Directory & Pick<DirectoryAdmin, 'listAccounts'>;
  readonly router: Router;
  readonly ruleBook: RuleBook;
  readonly clock: Clock;
  readonly targets: TargetFinderOptions;
}

type Verdict = Omit<TryOutResult, 'mayUseSubmission' | 'destination'>;

export async function tryOut(input: TryOutInput, options: TryOutOptions): Promise<TryOutResult> {
  const { ruleBook, router, clock } = options;
  const client: EntryClient = {
    address: input.client,
    ...(input.account !== undefined && { account: input.account }),
  };
  const at = clock.now();
  const route = await router.route(input.to, { reversePath: input.from, client, receivedAt: at });
  const parsed = parseAddress(input.to, { allowUtf8: true });
  const domain = parsed.ok ? parsed.value.asciiDomain : '';
  const decision = await ruleBook.decide({ client, domain, isOurs: isOurs(route), at });
  const verdict = (await refuseSender(input, options)) ?? judge(input.to, route, decision);
  const destination = verdict.isAccepted ? await describeDestination(route, options) : NOWHERE;
  const isForDevice = decision.isAllowed && decision.rule?.clients.kind === 'networks';
  return { ...verdict, mayUseSubmission: input.account !== undefined || isForDevice, destination };
}

const NOWHERE = { kind: 'none' } as const;

async function refuseSender(
  { account, from }: TryOutInput,
  { directory }: TryOutOptions,
): Promise<Verdict | null> {
  if (account === undefined || from === '') return null;
  const accounts = await directory.listAccounts();
  const known = accounts.find(({ address }) => address.toLowerCase() === account.toLowerCase());
  if (known !== undefined && (await directory.mayUseAddress(known.id, from))) return null;
  const reply =
    known === undefined
      ? `535 5.7.8 There is no account ${account}`
      : `553 5.7.1 You are signed in as ${account} and may not send as ${from}`;
  return { isAccepted: false, decidedBy: 'sender', rule: null, reply };
}

function judge(to: string, route: Route, decision: RuleDecision): Verdict {
  const isMalformed = route.kind === 'undeliverable' && route.reason === 'malformedAddress';
  if (!isMalformed && !decision.isAllowed) {
    const { code, enhanced, text } = refuseByRule(to, decision);
    const reply = `${code} ${enhanced ?? ''} ${String(text)}`;
    return { isAccepted: false, decidedBy: 'rule', rule: decision.name, reply };
  }
  if (route.kind === 'undeliverable') {
    const reply = `550 ${route.status} ${route.text}`;
    return { isAccepted: false, decidedBy: 'recipient', rule: isMalformed ? null : decision.name, reply };
  }
  return { isAccepted: true, decidedBy: 'rule', rule: decision.name, reply: null };
}

async function describeDestination(
  route: Route,
  { targets }: TryOutOptions,
): Promise<TryOutResult['destination']> {
  if (route.kind === 'undeliverable') return NOWHERE;
  if (route.kind === 'local') {
    const accounts = route.accounts.map(({ address }) => address);
    return { kind: 'local', accounts, foreign: route.foreign };
  }
  const found = await findTargets(route.nextHop, targets);
  const hosts = new Map<string, { host: string; port: number; addresses: string[] }>();
  for (const { host, port, address } of found.ok ? found.value : []) {
    const known = hosts.get(`${host}:${port}`) ?? { host, port, addresses: [] };
    known.addresses.push(address);
    hosts.set(`${host}:${port}`, known);
  }
  return {
    kind: 'relay',
    ...describeWay(route.nextHop),
    hosts: [...hosts.values()],
    problem: found.ok ? null : found.error.diagnostic,
  };
}

function describeWay(nextHop: NextHop): { by: 'route' | 'smarthost' | 'mx'; route: string | null } {
  if (nextHop.kind === 'mx') return { by: 'mx', route: null };
  return nextHop.route === undefined
    ? { by: 'smarthost', route: null }
    : { by: 'route', route: nextHop.route };
}
