/**
 * Delivery test: goes the way of a message to an address, up to the recipient, and tells each phase while it happens.
 *
 * Flow: console → here → routing, DNS, TLS policies, SMTP client → phases, lines, verdict.
 * Invariants: no content is ever sent; each dialogue is recorded as any other; a server that never answers ends with the signal,
 * which closes every connection.
 */
import { describeTlsa } from '../../../protocol/connection/dane.ts';
import type { Connect, OutgoingConnection } from '../../../protocol/connection/outgoing-connection.ts';
import {
  openSession,
  type SessionTarget,
  type SmtpClientOptions,
  type TlsFindings,
} from '../../../protocol/smtp/client/open-session.ts';
import type { SessionProblem } from '../../../protocol/smtp/client/problem.ts';
import { describeReply, isAccepted, type ServerReply } from '../../../protocol/smtp/client/reply.ts';
import type { SmtpClientSession } from '../../../protocol/smtp/client/session.ts';
import { nameOfNextHop, type NextHop, type Route, type Router } from '../../routing/port.ts';
import { findTargets, type TargetFinderOptions } from '../find-targets.ts';
import { attemptTlsOf } from '../tls-report-facts.ts';
import type { TlsPolicyFinder } from '../tls-policy/choose-tls-policy.ts';
import type { DaneFinding } from '../tls-policy/dane-finder.ts';
import { tellTimed, type Tell } from './tell-timed.ts';
import { watchDialogue } from './watch-dialogue.ts';
import type {
  DeliveryFinding,
  DeliveryTestEvent,
  DeliveryTestPhase,
  DeliveryVerdict,
} from './delivery-test-events.ts';

export interface DeliveryTestOptions extends SmtpClientOptions, TargetFinderOptions {
  readonly router: Router;
  readonly tlsPolicies: TlsPolicyFinder;
}

export interface DeliveryTestRequest {
  readonly address: string;
  /** Empty: the null reverse-path. */
  readonly reversePath: string;
  /** Also the hosts after the one that has decided. */
  readonly everyHost: boolean;
  /** Ends it wherever it is. */
  readonly signal: AbortSignal;
}

/** Of a message of one line: what is too large is not the question here. */
const SIZE_OCTETS = 1_000;

export function testDelivery(
  request: DeliveryTestRequest,
  options: DeliveryTestOptions,
): AsyncIterable<DeliveryTestEvent> {
  return tellTimed<DeliveryFinding>(options.clock, (tell) =>
    new RunningDeliveryTest(tell, request, options).run(),
  );
}

class RunningDeliveryTest {
  readonly #tell: Tell<DeliveryFinding>;
  readonly #request: DeliveryTestRequest;
  readonly #options: DeliveryTestOptions;
  readonly #client: SmtpClientOptions;
  #host: string | null = null;

  constructor(tell: Tell<DeliveryFinding>, request: DeliveryTestRequest, options: DeliveryTestOptions) {
    this.#tell = tell;
    this.#request = request;
    this.#options = options;
    const connect = closeWith(request.signal, options.connect);
    this.#client = watchDialogue(
      { ...options, connect },
      {
        step: (step) => this.#enter(step),
        line: (from, text) => this.#tell({ type: 'line', line: { from, text } }),
      },
    );
  }

  async run(): Promise<void> {
    this.#enter('route');
    const route = await this.#options.router.route(this.#request.address);
    if (route.kind !== 'relay') return this.#endHere(route);
    this.#fact(nameOfNextHop(route.nextHop));
    this.#enter('hosts');
    const found = await findTargets(route.nextHop, this.#options);
    if (!found.ok) return this.#end(verdictOfProblem(found.error));
    for (const { host, address, port } of found.value) this.#fact(`${host} [${address}]:${port}`);
    const targets = await this.#obeyPolicies(route.nextHop, found.value);
    this.#end(await this.#tryTargets(targets));
  }

  #endHere(route: Exclude<Route, { kind: 'relay' }>): void {
    if (route.kind === 'undeliverable') {
      return this.#end({ kind: 'noWay', host: null, reply: `550 ${route.status} ${route.text}` });
    }
    for (const { address } of route.accounts) this.#fact(address);
    for (const address of route.foreign) this.#fact(address);
    this.#end({ kind: 'local', host: null, reply: null });
  }

  async #obeyPolicies(
    nextHop: NextHop,
    targets: readonly SessionTarget[],
  ): Promise<readonly SessionTarget[]> {
    if (nextHop.kind !== 'mx') return targets;
    const { tlsPolicies } = this.#options;
    const { domain } = nextHop;
    this.#enter('mtaSts');
    const { policy, failure } = await tlsPolicies.findMtaSts(domain);
    if (policy !== null) this.#fact(`mode: ${policy.mode}, mx: ${policy.mx.join(', ')}`);
    if (failure !== null) this.#doubt(failure.reason);
    this.#enter('tlsa');
    const hosts = new Map(targets.map(({ host, port }) => [host, port]));
    await Promise.all(
      [...hosts].map(async ([host, port]) =>
        this.#tellDane(host, await tlsPolicies.findDane({ domain, host, port })),
      ),
    );
    const applied = await tlsPolicies.apply(domain, targets);
    for (const { diagnostic } of applied.problems) this.#doubt(diagnostic);
    return applied.targets;
  }

  #tellDane(host: string, dane: DaneFinding): void {
    if (dane.kind === 'failed') return this.#doubt(`${host}: ${dane.reason}`);
    if (dane.kind === 'unusable') return this.#doubt(`${host}: no TLSA record can be used`);
    if (dane.kind === 'usable')
      for (const record of dane.terms.records) this.#fact(`${host}: TLSA ${describeTlsa(record)}`);
  }

  async #tryTargets(targets: readonly SessionTarget[]): Promise<DeliveryVerdict> {
    let verdict: DeliveryVerdict | null = null;
    for (const target of targets) {
      if (this.#request.signal.aborted) break;
      this.#host = target.host;
      const said = await this.#tryTarget(target);
      this.#tell({ type: 'hostVerdict', verdict: said });
      if (!isDecided(verdict)) verdict = said;
      if (isDecided(verdict) && !this.#request.everyHost) break;
    }
    if (this.#request.signal.aborted) return { kind: 'stopped', host: null, reply: null };
    return verdict ?? { kind: 'unreachable', host: null, reply: null };
  }

  async #tryTarget(target: SessionTarget): Promise<DeliveryVerdict> {
    const opened = await openSession(target, this.#client);
    if (!opened.ok) {
      this.#tellTls(target, opened.error.findings);
      return { ...verdictOfProblem(opened.error.problem), host: target.host };
    }
    const session = opened.value;
    this.#tellTls(target, session.findings);
    const verdict = await this.#ask(session);
    await session.quit();
    return { ...verdict, host: target.host };
  }

  async #ask(session: SmtpClientSession): Promise<DeliveryVerdict> {
    const { address, reversePath } = this.#request;
    const recipients = [{ address }];
    const envelope = { reversePath, recipients, sizeOctets: SIZE_OCTETS, hasUtf8Header: false };
    const asked = await session.ask(envelope);
    if (!asked.ok) return verdictOfProblem(asked.error);
    return verdictOfReply(asked.value.rcpt ?? asked.value.mail);
  }

  #tellTls(target: SessionTarget, findings: TlsFindings): void {
    const tls = attemptTlsOf(target, findings);
    if (tls !== null) this.#tell({ type: 'tls', tls });
  }

  #enter(phase: DeliveryTestPhase): void {
    this.#tell({ type: 'phase', phase, host: this.#host });
  }

  #fact(text: string): void {
    this.#tell({ type: 'fact', text, isDoubt: false });
  }

  #doubt(text: string): void {
    this.#tell({ type: 'fact', text, isDoubt: true });
  }

  #end(verdict: DeliveryVerdict): void {
    this.#tell({ type: 'done', verdict });
  }
}

/** The host has said yes or no: real mail would not go to the next one. */
function isDecided(verdict: DeliveryVerdict | null): verdict is DeliveryVerdict {
  return verdict?.kind === 'accepted' || verdict?.kind === 'refused';
}

function verdictOfReply(reply: ServerReply): DeliveryVerdict {
  const said = { host: null, reply: describeReply(reply) };
  if (isAccepted(reply)) return { kind: 'accepted', ...said };
  return { kind: reply.code >= 500 ? 'refused' : 'later', ...said };
}

/** A problem that carries a reply is the host's word; without one nobody talked to us. */
function verdictOfProblem({ isPermanent, diagnostic }: SessionProblem): DeliveryVerdict {
  const hasReply = /(?:^|: )[45]\d\d[ -]/u.test(diagnostic);
  if (isPermanent) return { kind: hasReply ? 'refused' : 'noWay', host: null, reply: diagnostic };
  return { kind: hasReply ? 'later' : 'unreachable', host: null, reply: diagnostic };
}

/** Connections end with the signal. */
function closeWith(signal: AbortSignal, connect: Connect): Connect {
  return async (target) => {
    if (signal.aborted) throw new Error('the test was stopped');
    const connection: OutgoingConnection = await connect(target);
    const stop = (): void => void connection.socket.destroy();
    signal.addEventListener('abort', stop, { once: true });
    connection.socket.once('close', () => signal.removeEventListener('abort', stop));
    return connection;
  };
}
