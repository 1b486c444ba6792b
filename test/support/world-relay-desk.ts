/** A relay desk that reaches nobody and answers as the real one does; what it says is set by the test or the picture. */
import type {
  ConnectionEvent,
  SelfTestEvent,
  TryOutInput,
  TryOutResult,
} from '../../src-main/contract/relay.ts';
import { makeRelayTricks } from '../../src-main/health/relay-tricks.ts';
import type { RelayDesk } from '../../src-main/host/relay-desk.ts';
import type { DeliveryTestRequest } from '../../src-main/mail/relay/trying/delivery-test.ts';
import type { DeliveryTestEvent } from '../../src-main/mail/relay/trying/delivery-test-events.ts';
import { deliveryScene } from './delivery-scene.ts';
import type { NextHop } from '../../src-main/mail/routing/port.ts';
import {
  DEFAULT_RELAY_RULES,
  EVERYTHING_ELSE_RULE,
  OWN_RECIPIENTS_RULE,
} from '../../src-main/mail/routing/relay-rules/port.ts';

const MATERIAL = { ownDomain: 'example.com', hostname: 'mail.example.com', ownLiteral: '[127.0.0.1]' };
const PROBLEM = '535 5.7.8 Username and password not accepted';

const DIALOGUE: readonly (readonly [from: 'client' | 'server' | 'note', text: string])[] = [
  ['note', 'Connecting to 192.0.2.25, port 587'],
  ['server', '220 smtp.provider.example ESMTP'],
  ['client', 'EHLO mail.example.com'],
  ['server', '250-smtp.provider.example'],
  ['server', '250-STARTTLS'],
  ['server', '250 AUTH PLAIN LOGIN'],
  ['client', 'STARTTLS'],
  ['server', '220 2.0.0 Ready to start TLS'],
  ['note', 'TLS is on: TLSv1.3 TLS_AES_256_GCM_SHA384, certificate verified'],
  ['client', 'AUTH PLAIN [hidden]'],
];

export class WorldRelayDesk implements RelayDesk {
  async tryOut({ account, to }: TryOutInput): Promise<TryOutResult> {
    if (to.endsWith('@example.com')) {
      const destination = { kind: 'local', accounts: [to], foreign: [] } as const;
      return accepted({ rule: OWN_RECIPIENTS_RULE, destination, mayUseSubmission: account !== undefined });
    }
    if (account !== undefined) {
      const hosts = [
        { host: `mx1.${to.split('@')[1] ?? ''}`, port: 25, addresses: ['192.0.2.25', '2001:db8::25'] },
      ];
      const destination = { kind: 'relay', by: 'mx', route: null, hosts, problem: null } as const;
      return accepted({ rule: DEFAULT_RELAY_RULES[0]?.name ?? '', destination, mayUseSubmission: true });
    }
    return {
      isAccepted: false,
      decidedBy: 'rule',
      rule: EVERYTHING_ELSE_RULE,
      reply: `550 5.7.1 Relaying denied: ${to} is not in a domain of this server (rule "${EVERYTHING_ELSE_RULE}")`,
      mayUseSubmission: false,
      destination: { kind: 'none' },
    };
  }

  /** A host that is reached, and that does not let a user in. */
  async *testConnection(nextHop: NextHop): AsyncGenerator<ConnectionEvent, void, void> {
    const mustSignIn = nextHop.kind === 'hosts' && nextHop.credentials !== undefined;
    const steps = { 0: 'connect', 1: 'greeting', 2: 'hello', 6: 'tls', 9: 'signIn' } as const;
    yield { type: 'step', step: 'dns', atMs: 0 };
    for (const [index, [from, text]] of DIALOGUE.entries()) {
      const step = steps[index as keyof typeof steps];
      if (step === 'signIn' && !mustSignIn) break;
      if (step !== undefined) yield { type: 'step', step, atMs: 10 * index };
      yield { type: 'line', line: { from, text }, atMs: 10 * index };
      if (index === 8) yield { type: 'certificate', atMs: 85, certificate: CERTIFICATE };
    }
    if (!mustSignIn) {
      yield { type: 'step', step: 'close', atMs: 95 };
      return yield { type: 'done', isOk: true, step: 'close', problem: null, atMs: 99 };
    }
    yield { type: 'line', line: { from: 'server', text: PROBLEM }, atMs: 120 };
    const problem = { status: '4.7.8', diagnostic: `smtp.provider.example [192.0.2.25]:587: ${PROBLEM}` };
    yield { type: 'done', isOk: false, step: 'signIn', problem, atMs: 121 };
  }

  /** The first host refuses the recipient after a while. */
  async *testDelivery({ address }: DeliveryTestRequest): AsyncGenerator<DeliveryTestEvent, void, void> {
    yield* deliveryScene(address);
  }

  async *selfTest(): AsyncGenerator<SelfTestEvent, void, void> {
    const tricks = makeRelayTricks(MATERIAL);
    yield { type: 'begun', listener: '127.0.0.1:25', total: tricks.length, allowingRule: null };
    for (const trick of tricks) {
      const reply = `550 5.7.1 Relaying denied (rule "${EVERYTHING_ELSE_RULE}")`;
      const lines = [
        { from: 'client', text: `MAIL FROM:${trick.sender}` },
        { from: 'server', text: '250 2.1.0 Ok' },
        { from: 'client', text: `RCPT TO:${trick.recipient}` },
        { from: 'server', text: reply },
      ] as const;
      yield { type: 'row', row: { ...trick, verdict: 'refused', reply, lines } };
    }
    yield { type: 'done', isOpenRelay: false, refused: tricks.length, unknown: 0 };
  }
}

const CERTIFICATE = {
  subject: 'smtp.provider.example',
  issuer: 'Example CA',
  notAfter: Date.UTC(2027, 5, 1),
  names: ['smtp.provider.example'],
  isVerified: true,
  problem: null,
};

function accepted(facts: Pick<TryOutResult, 'rule' | 'destination' | 'mayUseSubmission'>): TryOutResult {
  return { isAccepted: true, decidedBy: 'rule', reply: null, ...facts };
}
