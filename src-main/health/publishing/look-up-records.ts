/**
 * LookUpRecords: what the world sees of a domain's records: through a resolver, or at each of its name servers.
 *
 * RFC 1034 §4.3. Flow: publishing desk → here → ask (protocol/dns). Invariants: a set that nobody would tell of is named as such, never
 * taken for an empty one.
 */
import type { Answer, Packet } from 'dns-packet';
import type { DnsQuestion } from '../../protocol/dns/ask-server.ts';
import type { FoundRecord } from '../records/compare-records.ts';
import type { ZoneRecord, ZoneRecordType } from '../records/zone-record.ts';
import type { RecordSetName } from './port.ts';

/** null: nobody answered. */
export type AskDns = (question: DnsQuestion) => Promise<Packet | null>;

export interface LookedUp {
  readonly records: readonly FoundRecord[];
  readonly unanswered: readonly RecordSetName[];
}

export interface NameServer {
  readonly name: string;
  readonly address: string;
}

export async function lookUpRecords(sets: readonly RecordSetName[], ask: AskDns): Promise<LookedUp> {
  const answers = await Promise.all(sets.map((set) => lookUpSet(set, ask)));
  return {
    records: answers.flatMap((answer) => answer ?? []),
    unanswered: sets.filter((_, index) => answers[index] === null),
  };
}

async function lookUpSet(set: RecordSetName, ask: AskDns): Promise<readonly FoundRecord[] | null> {
  const packet = await ask({ name: set.name, type: set.type });
  if (packet?.rcode === 'NXDOMAIN') return [];
  if (packet?.rcode !== 'NOERROR') return null;
  return (packet.answers ?? []).flatMap((answer) => readAnswer(answer, set) ?? []);
}

/** An alias leads to other names' records: they are not the set's own. */
function readAnswer(answer: Answer, { name, type }: RecordSetName): ZoneRecord | null {
  if (answer.type !== type || plainName(answer.name) !== name) return null;
  const numbers = { priority: null, weight: null, port: null };
  return { ...numbers, ...fieldsOf(type, answer.data), type, name, ttlSeconds: answer.ttl };
}

type Fields = Pick<ZoneRecord, 'value'> & Partial<Pick<ZoneRecord, 'priority' | 'weight' | 'port'>>;

/** As dns-packet decodes them. */
function fieldsOf(type: ZoneRecordType, data: unknown): Fields {
  switch (type) {
    case 'A':
    case 'AAAA':
      return { value: String(data) };
    case 'CNAME':
      return { value: plainName(String(data)) };
    case 'MX': {
      const { preference = 0, exchange } = data as { preference?: number; exchange: string };
      return { value: plainName(exchange), priority: preference };
    }
    case 'SRV': {
      const {
        priority = 0,
        weight = 0,
        port,
        target,
      } = data as Record<'priority' | 'weight' | 'port', number> & {
        target: string;
      };
      return { value: plainName(target), priority, weight, port };
    }
    case 'TXT':
      return { value: Buffer.concat([data].flat() as Buffer[]).toString('latin1') };
    case 'TLSA': {
      const { usage, selector, matchingType, certificate } = data as Record<string, number> & {
        certificate: Buffer;
      };
      return { value: [usage, selector, matchingType, certificate.toString('hex')].join(' ') };
    }
  }
}

/** The servers of the zone that the domain is in: its own, or those of the nearest name above it. */
export async function findNameServers(domain: string, ask: AskDns): Promise<readonly string[]> {
  const labels = domain.split('.');
  for (let at = 0; at < labels.length - 1; at++) {
    const packet = await ask({ name: labels.slice(at).join('.'), type: 'NS' });
    const names = (packet?.answers ?? []).filter(({ type }) => type === 'NS');
    if (names.length > 0) return names.map(({ data }) => plainName(String(data))).toSorted();
  }
  return [];
}

export async function addressesOf(name: string, ask: AskDns): Promise<readonly NameServer[]> {
  const packet = await ask({ name, type: 'A' });
  const addresses = (packet?.answers ?? [])
    .filter(({ type }) => type === 'A')
    .map(({ data }) => String(data));
  return addresses.map((address) => ({ name, address }));
}

function plainName(name: string): string {
  return name.replace(/\.$/u, '').toLowerCase();
}
