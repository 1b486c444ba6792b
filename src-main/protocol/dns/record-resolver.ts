/**
 * RecordResolver: DNS for those who look at the records themselves: any type, with time to live, proof, aliases and the strings of a
 * text as they stand.
 *
 * RFC 1035, RFC 2782 (SRV), RFC 4034 (DS), RFC 4035 §3.2.3 (AD), RFC 6698 (TLSA). Flow: health → here → the settings' name servers,
 * the system's, or one that is named. Invariants: what there is not, and what nobody could say, stay apart; never rejects.
 */
import { AUTHENTIC_DATA, AUTHORITATIVE_ANSWER, type Answer, type Packet } from 'dns-packet';
import { askServer, type AskOptions } from './ask-server.ts';
import { readServers } from './ask-servers.ts';
import type { MxRecord } from './resolver.ts';
import { followAliases, plainName, readTlsa } from './read-packet.ts';
import type { TlsaRecord } from './dnssec-resolver.ts';

export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  /** `.` as an empty text: the service is decidedly not there (RFC 2782). */
  readonly target: string;
}

export interface TextRecord {
  /** Its strings joined without anything between them; one octet, one character. */
  readonly text: string;
  readonly strings: readonly string[];
}

/** What a record of each type holds. */
export interface RecordData {
  readonly A: string;
  readonly AAAA: string;
  readonly MX: MxRecord;
  readonly TXT: TextRecord;
  readonly SRV: SrvRecord;
  readonly NS: string;
  readonly SOA: string;
  readonly CNAME: string;
  readonly PTR: string;
  readonly DS: string;
  readonly TLSA: TlsaRecord;
}
export type RecordType = keyof RecordData;

export type RecordLookUp<T> =
  | { readonly kind: 'found'; readonly records: readonly T[]; readonly ttlSeconds: number }
  | { readonly kind: 'noSuchName' }
  | { readonly kind: 'noData' }
  | { readonly kind: 'temporaryFailure'; readonly reason: string; readonly isSilent: boolean };

export type RecordAnswer<T> = RecordLookUp<T> & {
  /** Whether the resolver says that DNSSEC proves it. */
  readonly isProved: boolean;
  readonly isAuthoritative: boolean;
  /** Where aliases (CNAME) lead; the name itself where there are none. */
  readonly canonicalName: string;
  /** `address:port` of who answered; empty: nobody. */
  readonly server: string;
};

export interface NameServer {
  readonly address: string;
  readonly port: number;
}

export interface RecordResolver {
  ask<Type extends RecordType>(name: string, type: Type): Promise<RecordAnswer<RecordData[Type]>>;
  /** Of this server alone. */
  askAt<Type extends RecordType>(
    server: NameServer,
    name: string,
    type: Type,
  ): Promise<RecordAnswer<RecordData[Type]>>;
}

export interface RecordResolverOptions extends Pick<AskOptions, 'clock' | 'randomBytes'> {
  /** Empty: the system's. */
  readonly servers: () => readonly string[];
}

/** Servers that are asked one after the other until one of them knows. */
const MOST_SERVERS = 2;

export function createRecordResolver(options: RecordResolverOptions): RecordResolver {
  const askOne = async <Type extends RecordType>(server: NameServer, name: string, type: Type) => {
    const packet = await askServer({ name, type }, { ...options, server });
    return readRecords({ name, type, packet, server });
  };
  return {
    askAt: askOne,
    ask: async (name, type) => {
      let answer = unanswered<RecordData[typeof type]>(name);
      for (const server of readServers(options.servers()).slice(0, MOST_SERVERS)) {
        answer = await askOne(server, name, type);
        if (answer.kind !== 'temporaryFailure') break;
      }
      return answer;
    },
  };
}

function unanswered<T>(name: string): RecordAnswer<T> {
  const reason = 'no name server is known here';
  const nobody = { isProved: false, isAuthoritative: false, canonicalName: name, server: '' };
  return { kind: 'temporaryFailure', reason, isSilent: true, ...nobody };
}

interface Asked<Type extends RecordType> {
  readonly name: string;
  readonly type: Type;
  readonly packet: Packet | null;
  readonly server: NameServer;
}

function readRecords<Type extends RecordType>(asked: Asked<Type>): RecordAnswer<RecordData[Type]> {
  const { name, type, packet, server } = asked;
  const answers = packet?.answers ?? [];
  const flags = packet?.flags ?? 0;
  const canonicalName = followAliases(name, answers);
  const about = {
    isProved: (flags & AUTHENTIC_DATA) !== 0,
    isAuthoritative: (flags & AUTHORITATIVE_ANSWER) !== 0,
    canonicalName,
    server: `${server.address}:${server.port}`,
  };
  const failed = failureOf(packet);
  if (failed !== null) return { ...failed, ...about };
  if (packet?.rcode === 'NXDOMAIN') return { kind: 'noSuchName', ...about };
  const own = type === 'CNAME' ? plainName(name) : canonicalName;
  const matching = answers.filter((each) => each.type === type && plainName(each.name) === own);
  if (matching.length === 0) return { kind: 'noData', ...about };
  const ttlSeconds = Math.min(...matching.map(({ ttl }) => ttl));
  return { kind: 'found', records: matching.map((each) => readData(type, each)), ttlSeconds, ...about };
}

function failureOf(packet: Packet | null) {
  if (packet === null) {
    const reason = 'the name servers did not answer';
    return { kind: 'temporaryFailure', reason, isSilent: true } as const;
  }
  const { rcode = '' } = packet;
  if (rcode === 'NOERROR' || rcode === 'NXDOMAIN') return null;
  const reason = FAILURES[rcode] ?? `the name servers answered ${rcode}`;
  return { kind: 'temporaryFailure', reason, isSilent: false } as const;
}

const FAILURES: Readonly<Record<string, string>> = {
  SERVFAIL: 'the name servers could not find out (SERVFAIL)',
  REFUSED: 'the name servers refused to answer',
};

function readData<Type extends RecordType>(type: Type, { data }: Answer): RecordData[Type] {
  return READERS[type](data);
}

const READERS: { readonly [Type in RecordType]: (data: unknown) => RecordData[Type] } = {
  A: String,
  AAAA: String,
  MX: (data) => {
    const { preference = 0, exchange } = data as { preference?: number; exchange: string };
    return { preference, exchange: plainName(exchange) };
  },
  TXT: (data) => {
    const strings = [data].flat().map((octets) => Buffer.from(octets as Uint8Array).toString('latin1'));
    return { text: strings.join(''), strings };
  },
  SRV: (data) => {
    const { priority = 0, weight = 0, port, target } = data as SrvRecord;
    return { priority, weight, port, target: plainName(target) };
  },
  NS: (data) => plainName(String(data)),
  SOA: (data) => plainName(String((data as { mname: string }).mname)),
  CNAME: (data) => plainName(String(data)),
  PTR: (data) => plainName(String(data)),
  DS: (data) => String((data as { keyTag: number }).keyTag),
  TLSA: readTlsa,
};
