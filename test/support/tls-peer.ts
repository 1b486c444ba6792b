/**
 * Another office's mail server on loopback, with real TLS, DNS that proves what it says, and a policy host; and a relay of ours that
 * sends to it. For tests of what relay asks of TLS.
 */
import { X509Certificate } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createSecureContext } from 'node:tls';
import { silentLogger } from '../../src-main/base/logger.ts';
import { systemClock } from '../../src-main/host/system-clock.ts';
import type { MailEvent } from '../../src-main/mail/events.ts';
import type { QueueEntry } from '../../src-main/mail/queue/port.ts';
import type { TlsOutcome } from '../../src-main/mail/reports/tls-outcome.ts';
import { Listener } from '../../src-main/protocol/connection/listener.ts';
import { TestDnsServer, type NameRecords } from './dns-server.ts';
import { MailOffice } from './mail-office.ts';
import { content } from './relay-run.ts';
import { TlsSender } from './tls-sender.ts';
import { makeAuthority, type TestAuthority } from './test-authority.ts';

/** The domain that the other office takes mail for, and its host. */
export const PEER_DOMAIN = 'server1.com';
export const PEER_HOST = 'mx.server1.com';

type Pair = Awaited<ReturnType<TestAuthority['issue']>>;

export interface PeerOptions {
  /** Absent: a good one. */
  readonly certificate?: (authority: TestAuthority) => Promise<Pair>;
  /** Absent: there is none. */
  readonly policy?: string;
  /** Of `_<port>._tcp.mx.server1.com`, for its certificate. */
  readonly tlsa?: (chain: readonly X509Certificate[]) => readonly string[];
  /** The header section of what is sent has this line too. */
  readonly header?: string;
}

export class TlsPeer {
  readonly office = new MailOffice();
  readonly dns: TestDnsServer;
  readonly #listener: Listener;
  readonly #web: Server;
  #sender!: TlsSender;

  private constructor(parts: { dns: TestDnsServer; pair: Pair; web: Server }) {
    this.dns = parts.dns;
    this.#web = parts.web;
    const context = createSecureContext({ cert: parts.pair.certificate, key: parts.pair.key });
    this.#listener = new Listener({
      serve: this.office.reception.serve,
      tlsMode: 'starttls',
      secureContext: () => context,
      busyLine: '421 busy',
      clock: systemClock,
      logger: silentLogger,
    });
  }

  static async start(options: PeerOptions = {}): Promise<TlsPeer> {
    const authority = await makeAuthority(Date.now());
    const pair = (await options.certificate?.(authority)) ?? (await authority.issue([PEER_HOST]));
    const web = await servePolicy(authority, options.policy);
    const dns = await TestDnsServer.start({});
    dns.isValidating = true;
    const peer = new TlsPeer({ dns, pair, web });
    const bound = await peer.#listener.listen('127.0.0.1', 0);
    if (!bound.ok) throw new Error(bound.error.detail);
    peer.#sender = new TlsSender({
      ...{ dns, mxPort: bound.value, policyPort: (web.address() as AddressInfo).port },
      trusted: [authority.root],
      ...(options.header !== undefined && { message: withHeader(options.header) }),
    });
    const chain = [pair.certificate, authority.intermediate, authority.root].map(
      (pem) => new X509Certificate(pem),
    );
    dns.zone = {
      [PEER_DOMAIN]: { MX: [[10, PEER_HOST]] },
      [PEER_HOST]: { A: ['127.0.0.1'] },
      ...(options.policy !== undefined && { [`_mta-sts.${PEER_DOMAIN}`]: { TXT: ['v=STSv1; id=1;'] } }),
      ...(options.tlsa && { [`_${bound.value}._tcp.${PEER_HOST}`]: { TLSA: options.tlsa(chain) } }),
    };
    return peer;
  }

  /** Changes what DNS has of a name. */
  publish(name: string, records: NameRecords | 'fails'): void {
    this.dns.zone = { ...this.dns.zone, [name]: records };
  }

  /** Sends a message to Anna there; answers what became of it. */
  send(facts: Partial<QueueEntry> = {}): Promise<Extract<MailEvent, { type: 'attempted' }>> {
    return this.#sender.send(`anna@${PEER_DOMAIN}`, facts);
  }

  get outcomes(): readonly TlsOutcome[] {
    return this.#sender.outcomes;
  }

  get notes(): string {
    return this.#sender.notes;
  }

  async stop(): Promise<void> {
    this.#listener.stopAccepting();
    this.#listener.destroyConnections();
    this.#web.closeAllConnections();
    this.#web.close();
    await this.dns.stop();
  }
}

/** The same message below another header field. */
function withHeader(line: string): typeof content {
  const octets = Buffer.from(`${line}\r\nSubject: hi\r\n\r\nhello\r\n`);
  return {
    readIndex: async (id) => {
      const index = await content.readIndex(id);
      return { ...index, root: { ...index.root, bodyStart: octets.indexOf('\r\n\r\n') + 4 } };
    },
    readRange: (_id, start, end) => Promise.resolve(octets.subarray(start, end)),
  };
}

async function servePolicy(authority: TestAuthority, policy: string | undefined): Promise<Server> {
  const { certificate, key } = await authority.issue([`mta-sts.${PEER_DOMAIN}`]);
  const web = createServer({ cert: certificate, key }, (_request, response) => {
    response.setHeader('content-type', 'text/plain');
    response.end(policy);
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  return web;
}
