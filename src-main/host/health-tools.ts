/** The tools of health's checks over the real network: the settings' name servers, TCP, HTTPS, this server's own listeners. */
import type { Clock } from '../base/clock.ts';
import type { RandomBytes } from '../base/ids.ts';
import { PROBE_TIMEOUT_MS } from '../health/limits.ts';
import { readAnswer } from '../health/outside/protocol.ts';
import { askTheTime } from '../health/probes/ask-the-time.ts';
import { hurriedClock } from '../health/probes/hurried-clock.ts';
import { lookAtGreeting } from '../health/probes/look-at-greeting.ts';
import { lookAtSmtp } from '../health/probes/look-at-smtp.ts';
import { lookAtWeb } from '../health/probes/look-at-web.ts';
import { asDnsResolver, withoutSilence } from '../health/run-tools.ts';
import type { HealthTools, RelayTrial } from '../health/tools.ts';
import { testConnection, type ConnectionTestOptions } from '../mail/relay/trying/connection-test.ts';
import { findNextHop } from '../mail/routing/find-next-hop.ts';
import { createTcpConnect } from '../protocol/connection/tcp-connect.ts';
import { createRecordResolver, type RecordResolver } from '../protocol/dns/record-resolver.ts';
import type { HostSettings } from './port.ts';
import type { RelayDesk } from './relay-desk.ts';

/** Anycast, asked once a day; where UDP is closed, a web server's Date does. */
const TIME_SERVERS = ['time.cloudflare.com', 'pool.ntp.org'];
const TIME_PAGE = 'https://www.cloudflare.com/';

export interface HealthToolsOptions {
  readonly settings: () => HostSettings;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly connection: ConnectionTestOptions;
  readonly relayDesk: Pick<RelayDesk, 'selfTest'>;
  /** Authorities to believe, PEM; absent: those that Node brings. */
  readonly trusted?: readonly string[];
}

export function createHealthTools(options: HealthToolsOptions): HealthTools {
  const { settings, clock, trusted, relayDesk } = options;
  const servers = () => settings().dnsServers;
  const dns = withoutSilence(createRecordResolver({ ...options, servers }));
  const hurried = hurriedClock(clock, PROBE_TIMEOUT_MS);
  const trust = trusted === undefined ? {} : { trusted };
  const connect = createTcpConnect({ clock: hurried, ...trust });
  const probe = { connect, clock: hurried, hostname: settings().hostname };
  const web: HealthTools['web'] = (request) =>
    lookAtWeb(request, { resolver: asDnsResolver(dns), clock, ...trust });
  return {
    dns,
    web,
    smtp: (target) => lookAtSmtp(target, probe),
    greet: (target) => lookAtGreeting(target, probe),
    trySmartHost: () => trySmartHost(options, hurried),
    tryRelaying: () => tryRelaying(relayDesk),
    clockAhead: () => compareClocks({ dns, web, clock }),
    outside: outsideBy(settings().health.outsideHelper, web),
  };
}

function outsideBy(url: string | null, web: HealthTools['web']): HealthTools['outside'] {
  if (url === null) return null;
  return async (port, family) => {
    const body = JSON.stringify({ port });
    const headers = { 'content-type': 'application/json' };
    return readAnswer(await web({ method: 'POST', url, body, headers, family }));
  };
}

async function trySmartHost(
  { settings, connection }: HealthToolsOptions,
  clock: Clock,
): Promise<{ problem: string | null }> {
  const { relay } = settings();
  const hop = findNextHop({ domain: 'example.com' }, { relay, routes: [] });
  if (hop === null) return { problem: null };
  let problem: string | null = 'it did not answer';
  for await (const event of testConnection(hop, {
    ...connection,
    clock,
    connect: createTcpConnect({ clock }),
  }))
    if (event.type === 'done') problem = event.problem?.diagnostic.replace(/\.$/u, '') ?? null;
  return { problem };
}

async function tryRelaying(desk: Pick<RelayDesk, 'selfTest'>): Promise<RelayTrial | null> {
  const test = desk.selfTest();
  if (test === null) return null;
  const accepted: string[] = [];
  let end: Pick<RelayTrial, 'isOpen' | 'refused' | 'unknown'> = { isOpen: false, refused: 0, unknown: 0 };
  for await (const event of test) {
    if (event.type === 'row' && event.row.verdict === 'accepted') accepted.push(event.row.recipient);
    if (event.type === 'done')
      end = { isOpen: event.isOpenRelay, refused: event.refused, unknown: event.unknown };
  }
  return { ...end, accepted };
}

interface Clocks {
  readonly dns: RecordResolver;
  readonly web: HealthTools['web'];
  readonly clock: Clock;
}

async function compareClocks({ dns, web, clock }: Clocks): ReturnType<HealthTools['clockAhead']> {
  for (const source of TIME_SERVERS) {
    const answer = await dns.ask(source, 'A');
    if (answer.kind === 'temporaryFailure') return null;
    const [address] = answer.kind === 'found' ? answer.records : [];
    const aheadMs = address === undefined ? null : await askTheTime({ address }, clock);
    if (aheadMs !== null) return { aheadMs, source };
  }
  const page = await web({ method: 'GET', url: TIME_PAGE });
  const theirs = page.kind === 'answered' && page.date !== undefined ? Date.parse(page.date) : NaN;
  return Number.isNaN(theirs) ? null : { aheadMs: clock.now() - theirs, source: new URL(TIME_PAGE).host };
}
