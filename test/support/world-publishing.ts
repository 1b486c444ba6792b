/** The publishing desk over a provider in memory whose records DNS tells at once, or, at one name server, later. */
import type { Answer, Packet } from 'dns-packet';
import type { Clock } from '../../src-main/base/clock.ts';
import type { AskDns } from '../../src-main/health/publishing/look-up-records.ts';
import type { WantedRecord } from '../../src-main/health/records/wanted-records.ts';
import type { SettingsStore } from '../../src-main/host/port.ts';
import type { AppliedChange } from '../../src-main/host/publishing/port.ts';
import { PublishingDesk } from '../../src-main/host/publishing/publishing-desk.ts';
import { FakeCloudflare, type CloudflareRow } from './fake-cloudflare.ts';

export const WORLD_TOKEN = 'a-token-for-server1';
const NAME_SERVERS = { 'amy.ns.cloudflare.com': '192.0.2.1', 'bob.ns.cloudflare.com': '192.0.2.2' };

const FIRST_ZONE = 'server1.com';

export interface WorldPublishingOptions {
  readonly clock: Clock;
  readonly settings: SettingsStore;
  readonly wanted: () => Promise<readonly { domain: string; records: readonly WantedRecord[] }[]>;
}

export class WorldPublishing {
  readonly cloudflare: FakeCloudflare;
  readonly desk: PublishingDesk;
  /** What the second name server has still; null: what there is. */
  lagging: readonly CloudflareRow[] | null = null;
  /** Names of which nobody tells. */
  readonly silent = new Set<string>();
  readonly #changes = new Map<string, AppliedChange>();

  constructor({ clock, settings, wanted }: WorldPublishingOptions) {
    this.cloudflare = new FakeCloudflare({ zone: FIRST_ZONE, token: WORLD_TOKEN, rows: oldRows(FIRST_ZONE) });
    this.desk = new PublishingDesk({
      ...{ clock, settings, wanted },
      changes: {
        read: (domain) => Promise.resolve(this.#changes.get(domain) ?? null),
        put: (change) => Promise.resolve(void this.#changes.set(change.domain, change)),
        remove: (domain) => Promise.resolve(void this.#changes.delete(domain)),
      },
      tools: {
        clock,
        randomBytes: (count) => Buffer.alloc(count),
        send: this.cloudflare.send,
        locate: () => Promise.resolve(null),
      },
      ask: this.#answerFrom(() => this.cloudflare.rows),
      askAt: (address) =>
        this.#answerFrom(() =>
          address === '192.0.2.2' ? (this.lagging ?? this.cloudflare.rows) : this.cloudflare.rows,
        ),
    });
  }

  /** The zone has another name. */
  moveTo(zone: string): void {
    this.cloudflare.zone = zone;
    this.cloudflare.rows = oldRows(zone).map((row, index) => ({ ...row, id: `old${String(index)}` }));
  }

  #answerFrom(rows: () => readonly CloudflareRow[]): AskDns {
    return ({ name, type }) => {
      if (this.silent.has(name)) return Promise.resolve(null);
      return Promise.resolve<Packet>({
        rcode: 'NOERROR',
        answers: answersTo({ name, type, zone: this.cloudflare.zone }, rows()),
      });
    };
  }
}

function oldRows(zone: string): readonly CloudflareRow[] {
  return [
    { type: 'MX', name: zone, content: 'mx.old-provider.example', priority: 5, ttl: 300 },
    { type: 'TXT', name: zone, content: 'v=spf1 include:newsletter.example ~all', ttl: 300 },
    { type: 'TXT', name: zone, content: 'v=spf1 a -all', ttl: 300 },
    { type: 'TXT', name: zone, content: 'site-verification=8b2f1c', ttl: 300 },
    { type: 'A', name: `www.${zone}`, content: '192.0.2.80', ttl: 1, proxied: true },
  ];
}

function answersTo(
  { name, type, zone }: { name: string; type: string; zone: string },
  rows: readonly CloudflareRow[],
): readonly Answer[] {
  const answer = (data: unknown, ttl = 300): Answer => ({ type, name, ttl, data });
  const places: Readonly<Record<string, string>> = NAME_SERVERS;
  if (type === 'NS') return name === zone ? Object.keys(NAME_SERVERS).map((each) => answer(each)) : [];
  if (type === 'A' && places[name] !== undefined) return [answer(places[name])];
  return rows
    .filter((row) => row.name === name && row.type === type)
    .map((row) => answer(dataOf(row), row.ttl === 1 ? 300 : row.ttl));
}

function dataOf({ type, content = '', priority, data }: CloudflareRow): unknown {
  if (type === 'MX') return { preference: priority, exchange: content };
  if (type === 'TXT') return [Buffer.from(content.replaceAll('" "', '').replaceAll('"', ''))];
  if (type !== 'TLSA') return type === 'SRV' ? data : content;
  const { usage, selector, matching_type: matchingType, certificate } = data ?? {};
  return { usage, selector, matchingType, certificate: Buffer.from(String(certificate), 'hex') };
}
