/**
 * A relay of ours that sends over real sockets and obeys what DNS and policy hosts say of TLS. For tests with servers of ours and of
 * others.
 */
import { randomBytes } from 'node:crypto';
import { systemClock } from '../../src-main/host/system-clock.ts';
import type { MailEvent } from '../../src-main/mail/events.ts';
import type { QueueEntry } from '../../src-main/mail/queue/port.ts';
import { createRelayCourier } from '../../src-main/mail/relay/create-relay-courier.ts';
import { createTlsPolicyFinder } from '../../src-main/mail/relay/tls-policy/choose-tls-policy.ts';
import { findDane } from '../../src-main/mail/relay/tls-policy/dane-finder.ts';
import { MemoryTlsPolicyStore } from '../../src-main/mail/relay/tls-policy/memory-tls-policy-store.ts';
import { MtaStsFinder } from '../../src-main/mail/relay/tls-policy/mta-sts-finder.ts';
import type { TlsOutcome } from '../../src-main/mail/reports/tls-outcome.ts';
import { createTcpConnect } from '../../src-main/protocol/connection/tcp-connect.ts';
import { createDnsResolver } from '../../src-main/protocol/dns/resolver.ts';
import { createDnssecResolver } from '../../src-main/protocol/dns/dnssec-resolver.ts';
import { createHttpsClient } from '../../src-main/protocol/https/https-client.ts';
import type { TestDnsServer } from './dns-server.ts';
import { MemoryTranscripts } from './memory-transcripts.ts';
import { content } from './relay-run.ts';

const SCHEDULE = { firstRetryMs: 60_000, longestRetryMs: 60_000, delayWarningMs: 60_000, lifetimeMs: 60_000 };

export interface TlsSenderOptions {
  readonly dns: TestDnsServer;
  /** Where MX hosts listen, and policy hosts on loopback. */
  readonly mxPort: number;
  readonly policyPort: number;
  /** Authorities to believe, PEM. */
  readonly trusted: readonly string[];
  readonly message?: typeof content;
}

export class TlsSender {
  readonly transcripts = new MemoryTranscripts();
  readonly outcomes: TlsOutcome[] = [];
  readonly #options: TlsSenderOptions;

  constructor(options: TlsSenderOptions) {
    this.#options = options;
  }

  /** Sends a message to the address; answers what became of it. */
  async send(
    to: string,
    facts: Partial<QueueEntry> = {},
  ): Promise<Extract<MailEvent, { type: 'attempted' }>> {
    const courier = this.#createCourier();
    const events: MailEvent[] = [];
    const recipient = { ordinal: 0, address: to, state: 'queued', attempts: 0, nextAttemptAt: 0 } as const;
    const entry: QueueEntry = {
      ...{ id: 'trace', contentId: 1, sizeBytes: 22, reversePath: 'tom@server2.com', receivedAt: 0 },
      ...{ origin: 'submission', smtpUtf8: false, recipients: [recipient] },
      ...facts,
    };
    const record = (report: { events: readonly MailEvent[] }): Promise<void> => {
      events.push(...report.events);
      return Promise.resolve();
    };
    const domain = to.slice(to.indexOf('@') + 1);
    const route = { kind: 'relay', nextHop: { kind: 'mx', domain } } as const;
    await courier.relay(entry, [{ recipient, route }], { record, tell: () => undefined });
    await courier.close();
    const attempted = events.find((event) => event.type === 'attempted');
    if (attempted?.type !== 'attempted') throw new Error('nothing was attempted');
    return attempted;
  }

  get notes(): string {
    return this.transcripts.sessions
      .flatMap(({ lines }) => lines.filter((line) => line.startsWith('-- ')))
      .join('\n');
  }

  #createCourier() {
    const { dns, mxPort, policyPort, trusted, message } = this.#options;
    const servers = () => [dns.address];
    const resolver = createDnsResolver({ servers });
    const common = { clock: systemClock, randomBytes };
    const dnssec = createDnssecResolver({ servers, trustsServers: () => false, ...common });
    const mtaSts = new MtaStsFinder({
      resolver,
      clock: systemClock,
      store: new MemoryTlsPolicyStore(),
      fetch: createHttpsClient({
        ...{ clock: systemClock, timeoutMs: 5_000, maxOctets: 10_000 },
        trusted: () => trusted,
        locate: () => Promise.resolve({ address: '127.0.0.1', port: policyPort }),
      }),
    });
    return createRelayCourier({
      ...common,
      connect: createTcpConnect({ clock: systemClock, trusted }),
      transcripts: this.transcripts,
      content: message ?? content,
      resolver,
      hostname: () => 'mail.server2.com',
      isOwnListener: () => false,
      mxPort,
      schedule: () => SCHEDULE,
      tlsPolicies: createTlsPolicyFinder({
        findDane: (host) => findDane(host, dnssec),
        findMtaSts: (domain) => mtaSts.find(domain),
      }),
      onTlsOutcome: (outcome) => this.outcomes.push(outcome),
    });
  }
}
