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
import { Listener, type BindProblem } from '../protocol/connection/listener.ts';
import type { SecureContextSource } from '../protocol/connection/tls-upgrade.ts';
import type { ClientSettings } from './client-settings.ts';
import type { ListenerName, ListenerStatus } from './port.ts';
import { LISTENER_PLANS, MOST_PORTS_TRIED, type ListenerPlan, type PortChoices } from './ports.ts';

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
};

export class ListenerSet {
  readonly #options: ListenerSetOptions;
  readonly #open: OpenListener[] = [];
  readonly #engines: Promise<Engines>;
  #setEngines: (engines: Engines) => void = () => undefined;

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
    if (this.#options.whenUnavailable === 'fail') {
      throw new ListenError(`cannot listen on port ${failed.choice} for ${plan.name}: ${detail}`);
    }
    const problem = { problem: kind, problemDetail: detail };
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
      tlsMode: plan.tls,
      secureContext: this.#options.secureContext,
      busyLine: BUSY_LINES[plan.name],
      clock: this.#options.clock,
      ...this.#options.clients,
      ...(plan.name !== 'smtp' && { isShutOut: this.#options.isShutOut }),
      logger: this.#options.logger.child({ listener: plan.name }),
    });
  }
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
