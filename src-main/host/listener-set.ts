/**
 * ListenerSet: opens the mail listeners and knows how each of them stands.
 *
 * Flow: host start → bind all → open() gives each its engine → console shows statuses.
 * Invariants: ports are bound before anything else is touched, so that a port that cannot be had changes nothing;
 * connections that arrive before their engine is ready wait for it.
 */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Result } from '../base/result.ts';
import type { AcceptedConnection, ServeConnection } from '../protocol/connection/accepted-connection.ts';
import { HandshakeRoom } from '../protocol/connection/handshake-room.ts';
import { Listener, type BindProblem } from '../protocol/connection/listener.ts';
import type { SecureContextSource } from '../protocol/connection/tls-upgrade.ts';
import type { ClientSettings } from './client-settings.ts';
import type { ListenerName, ListenerStatus, WebListenerName } from './port.ts';
import {
  LISTENER_PLANS,
  MOST_PORTS_TRIED,
  WEB_LISTENER_PLANS,
  type ListenerPlan,
  type PortChoices,
} from './ports.ts';

/** A listener could not have the port it was told to have. */
export class ListenError extends Error {
  override name = 'ListenError' as const;
}

export interface ListenerSetOptions {
  /** null: all addresses. */
  readonly bind: string | null;
  readonly ports: PortChoices;
  /** Whether a port that is not to be had is an error, or the next free high port is taken. */
  readonly whenUnavailable: 'fail' | 'takeHighPort';
  readonly secureContext: SecureContextSource;
  /** Whom we believe, and whom the limits bind. */
  readonly clients: Pick<ClientSettings, 'isProxy' | 'isExempt' | 'limits'>;
  /** Who has tried too many passwords; mail from there is still received. */
  readonly isShutOut: (address: string) => boolean;
  /** Whether people may sign in with certificates. */
  readonly asksForCertificate: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Who serves the connections of each listener. */
export type Engines = Readonly<Partial<Record<ListenerName, ServeConnection>>>;

interface OpenListener {
  readonly listener: Listener;
  status: ListenerStatus;
}

const BUSY_LINES: Readonly<Record<ListenerName, string>> = {
  smtp: '421 4.7.0 Too many connections, try again later',
  submission: '421 4.7.0 Too many connections, try again later',
  submissions: '',
  pop3: '-ERR [SYS/TEMP] Too many connections, try again later',
  pop3s: '',
  imap: '* BYE [UNAVAILABLE] Too many connections, try again later',
  imaps: '',
  managesieve: 'BYE (TRYLATER) "Too many connections, try again later"',
  http: '',
  https: '',
};

const SMTP_PROTOCOLS = ['smtp', 'esmtp'];

/** As IANA lists them for RFC 7301; SMTP has none there, and these are what its servers go by. */
const APPLICATION_PROTOCOLS: Readonly<Record<ListenerName, readonly string[]>> = {
  smtp: SMTP_PROTOCOLS,
  submission: SMTP_PROTOCOLS,
  submissions: SMTP_PROTOCOLS,
  pop3: ['pop3'],
  pop3s: ['pop3'],
  imap: ['imap'],
  imaps: ['imap'],
  managesieve: ['managesieve'],
  // Its engine shakes hands itself: what it speaks depends on who asks.
  http: [],
  https: [],
};

export class ListenerSet {
  readonly #options: ListenerSetOptions;
  readonly #open: OpenListener[] = [];
  readonly #handshakes = new HandshakeRoom();
  readonly #engines: Promise<Engines>;
  #setEngines: (engines: Engines) => void = () => undefined;
  #webChanges: Promise<void> = Promise.resolve();

  constructor(options: ListenerSetOptions) {
    this.#options = options;
    this.#engines = new Promise((resolve) => {
      this.#setEngines = resolve;
    });
  }

  get statuses(): readonly ListenerStatus[] {
    return this.#open.map(({ status }) => status);
  }

  /** Binds every listener that is not off; throws ListenError, with everything closed again, where one must not fail. */
  async bind(): Promise<void> {
    try {
      for (const plan of LISTENER_PLANS) await this.#bindOne(plan);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Opens a web port, or closes it; where it is not to be had, its status says so. */
  setWebListener(name: WebListenerName, isWanted: boolean): Promise<void> {
    this.#webChanges = this.#webChanges.then(() => this.#changeWeb(name, isWanted));
    return this.#webChanges;
  }

  /** From here on connections are served. */
  serve(engines: Engines): void {
    this.#setEngines(engines);
  }

  stopAccepting(): void {
    for (const { listener } of this.#open) listener.stopAccepting();
  }

  /** Stops accepting and ends what is still connected. */
  close(): void {
    this.stopAccepting();
    for (const { listener } of this.#open) listener.destroyConnections();
  }

  async #changeWeb(name: WebListenerName, isWanted: boolean): Promise<void> {
    const at = this.#open.findIndex(({ status }) => status.name === name);
    const plan = WEB_LISTENER_PLANS.find((each) => each.name === name);
    if (isWanted === at >= 0 || plan === undefined) return;
    if (isWanted) return this.#bindOne(plan);
    const [closing] = this.#open.splice(at, 1);
    closing?.listener.stopAccepting();
    closing?.listener.destroyConnections();
  }

  async #bindOne(plan: ListenerPlan): Promise<void> {
    const choice = this.#options.ports[plan.name] ?? plan.standardPort;
    const listener = this.#createListener(plan);
    const entry = { listener, status: offStatus(plan) };
    this.#open.push(entry);
    if (choice === 'off') return;
    const bound = await listener.listen(this.#options.bind, choice);
    if (bound.ok) entry.status = { ...offStatus(plan), state: 'listening', port: bound.value };
    else entry.status = await this.#bindHigh(plan, listener, { choice, problem: bound.error });
  }

  async #bindHigh(
    plan: ListenerPlan,
    listener: Listener,
    failed: { choice: number; problem: BindProblem },
  ): Promise<ListenerStatus> {
    const { kind, detail } = failed.problem;
    const problem = { problem: kind, problemDetail: detail };
    if (this.#options.whenUnavailable === 'fail') {
      if (isWeb(plan)) return { ...offStatus(plan), state: 'failed', ...problem };
      throw new ListenError(`cannot listen on port ${failed.choice} for ${plan.name}: ${detail}`);
    }
    const bound = await this.#listenAbove(listener, plan.highPort);
    if (!bound.ok) return { ...offStatus(plan), state: 'failed', ...problem };
    return { ...offStatus(plan), state: 'listening', port: bound.value, ...problem };
  }

  async #listenAbove(listener: Listener, firstPort: number): Promise<Result<number, BindProblem>> {
    let bound = await listener.listen(this.#options.bind, firstPort);
    for (let port = firstPort + 1; !bound.ok && port < firstPort + MOST_PORTS_TRIED; port++) {
      bound = await listener.listen(this.#options.bind, port);
    }
    return bound;
  }

  #createListener(plan: ListenerPlan): Listener {
    return new Listener({
      serve: async (connection: AcceptedConnection) => (await this.#engines)[plan.name]?.(connection),
      tlsMode: plan.tls === 'implicit' && !isWeb(plan) ? 'implicit' : 'starttls',
      secureContext: this.#options.secureContext,
      applicationProtocols: APPLICATION_PROTOCOLS[plan.name],
      handshakes: this.#handshakes,
      busyLine: BUSY_LINES[plan.name],
      clock: this.#options.clock,
      ...this.#options.clients,
      ...(plan.name !== 'smtp' && ofSignIns(this.#options)),
      logger: this.#options.logger.child({ listener: plan.name }),
    });
  }
}

/** These are opened while the server runs, so that they cannot keep it from starting. */
function isWeb(plan: ListenerPlan): boolean {
  return WEB_LISTENER_PLANS.some(({ name }) => name === plan.name);
}

function offStatus(plan: ListenerPlan): ListenerStatus {
  return {
    name: plan.name,
    standardPort: plan.standardPort,
    tls: plan.tls,
    state: 'off',
    port: null,
    problem: null,
    problemDetail: null,
  };
}

/** What concerns the doors at which people sign in. */
function ofSignIns({ isShutOut, asksForCertificate }: ListenerSetOptions) {
  return { isShutOut, asksForCertificate };
}
