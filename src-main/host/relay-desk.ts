/**
 * Relay desk: what the console may try on relaying: what would happen to a message, whether a host is to be reached, whether
 * strangers can relay through us.
 *
 * Flow: host/api/relay → here → the parts of the running path. Invariants: nothing here sends or changes mail.
 */
import type { Clock } from '../base/clock.ts';
import type { ConnectionEvent, SelfTestEvent, TryOutInput, TryOutResult } from '../contract/relay.ts';
import type { DirectoryAdmin } from '../directory/port.ts';
import { isIpv6 } from '../format/domain.ts';
import { testForOpenRelay, type TrickAnswer } from '../health/open-relay-test.ts';
import { FOREIGN_DOMAIN, makeRelayTricks, type TrickMaterial } from '../health/relay-tricks.ts';
import { testConnection, type ConnectionTestOptions } from '../mail/relay/trying/connection-test.ts';
import { testDelivery, type DeliveryTestRequest } from '../mail/relay/trying/delivery-test.ts';
import type { DeliveryTestEvent } from '../mail/relay/trying/delivery-test-events.ts';
import type { TlsPolicyFinder } from '../mail/relay/tls-policy/choose-tls-policy.ts';
import type { NextHop } from '../mail/routing/port.ts';
import { tryOut, type TryOutOptions } from './try-out.ts';

export interface RelayDesk {
  tryOut(input: TryOutInput): Promise<TryOutResult>;
  testConnection(nextHop: NextHop): AsyncIterable<ConnectionEvent>;
  testDelivery(request: DeliveryTestRequest): AsyncIterable<DeliveryTestEvent>;
  /** null: nothing listens on the SMTP port. */
  selfTest(): AsyncIterable<SelfTestEvent> | null;
}

export interface RelayDeskOptions extends TryOutOptions {
  readonly clock: Clock;
  readonly directory: TryOutOptions['directory'] & Pick<DirectoryAdmin, 'listDomains'>;
  readonly connection: ConnectionTestOptions;
  readonly tlsPolicies: TlsPolicyFinder;
  readonly hostname: () => string;
  /** Where the SMTP listener is to be reached from this machine; null: nowhere. */
  readonly listener: () => { readonly address: string; readonly port: number } | null;
}

export function createRelayDesk(options: RelayDeskOptions): RelayDesk {
  return {
    tryOut: (input) => tryOut(input, options),
    testConnection: (nextHop) => testConnection(nextHop, options.connection),
    testDelivery: (request) => testDelivery(request, { ...options.connection, ...options }),
    selfTest: () => {
      const listener = options.listener();
      return listener === null ? null : runSelfTest(listener, options);
    },
  };
}

async function* runSelfTest(
  listener: { readonly address: string; readonly port: number },
  options: RelayDeskOptions,
): AsyncGenerator<SelfTestEvent, void, void> {
  const { connection, clock, ruleBook, hostname } = options;
  const [domain] = await options.directory.listDomains();
  const material: TrickMaterial = {
    ownDomain: domain?.name ?? hostname(),
    hostname: hostname(),
    ownLiteral: isIpv6(listener.address) ? `[IPv6:${listener.address}]` : `[${listener.address}]`,
  };
  // We come from this machine: a rule for its network lets us send, as it should.
  const client = { address: listener.address };
  const ownRule = await ruleBook.decide({ client, domain: FOREIGN_DOMAIN, isOurs: false, at: clock.now() });
  const allowingRule = ownRule.isAllowed ? ownRule.name : null;
  const { address, port } = listener;
  yield {
    type: 'begun',
    listener: `${address}:${port}`,
    total: makeRelayTricks(material).length,
    allowingRule,
  };
  const counts = { accepted: 0, refused: 0, unknown: 0 };
  for await (const answer of testForOpenRelay({ connect: connection.connect, clock, listener, material })) {
    const verdict = await judge(answer, allowingRule, options);
    if (verdict === 'accepted' || verdict === 'unknown') counts[verdict]++;
    if (verdict === 'refused') counts.refused++;
    const { trick, sender, recipient, reply, lines } = answer;
    yield { type: 'row', row: { trick, sender, recipient, verdict, reply, lines } };
  }
  const { accepted, refused, unknown } = counts;
  yield { type: 'done', isOpenRelay: accepted > 0, refused, unknown };
}

/** What was accepted is no relaying where it stays here, or where a rule says that this machine may. */
async function judge(
  { answer, recipient }: TrickAnswer,
  allowingRule: string | null,
  { router }: RelayDeskOptions,
): Promise<'refused' | 'accepted' | 'keptHere' | 'allowedByRule' | 'unknown'> {
  if (answer !== 'accepted') return answer;
  const route = await router.route(recipient.replace(/^<|>$/gu, ''));
  if (route.kind === 'local' && route.foreign.length === 0) return 'keptHere';
  return allowingRule === null ? 'accepted' : 'allowedByRule';
}
