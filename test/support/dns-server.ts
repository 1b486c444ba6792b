/** A DNS server on loopback for tests: answers from an object, and misbehaves where it is told to. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import * as dnsPacket from 'dns-packet';

/** The records of a name. A name that is not in the zone does not exist (NXDOMAIN). */
export interface NameRecords {
  readonly A?: readonly string[];
  readonly AAAA?: readonly string[];
  /** An empty exchange is the null MX (RFC 7505). */
  readonly MX?: readonly (readonly [preference: number, exchange: string])[];
  /** Each record as one text, which is cut at 255 octets, or as its strings. */
  readonly TXT?: readonly (string | readonly string[])[];
  /** An alias; the records that stand beside it are those where it leads. */
  readonly CNAME?: string;
  /** `usage selector matching-type data`, data hexadecimal. */
  readonly TLSA?: readonly string[];
  /** DNSSEC does not prove them (no AD bit), in a zone whose answers are proved. */
  readonly isInsecure?: true;
  /** Of names below in-addr.arpa and ip6.arpa. */
  readonly PTR?: readonly string[];
  readonly SRV?: readonly (readonly [priority: number, weight: number, port: number, target: string])[];
  readonly NS?: readonly string[];
  /** The primary server's name. */
  readonly SOA?: string;
  /** Key tags. */
  readonly DS?: readonly string[];
  /** DNSSEC proves them, in a zone whose answers are not. */
  readonly isProved?: true;
  /** The answer does not fit a datagram: the TC bit over UDP, all of it over TCP. */
  readonly isLarge?: true;
}

/** `fails`: SERVFAIL. `silent`: no answer at all. */
export type Zone = Readonly<Record<string, NameRecords | 'fails' | 'silent'>>;

const SERVFAIL = 2;
const NXDOMAIN = 3;

export class TestDnsServer {
  /** May be replaced at any time. */
  zone: Zone;
  /** What was asked, e.g. `MX server2.com`. */
  readonly questions: string[] = [];
  /** Whether it validates: answers have the AD bit, but for insecure names. */
  isValidating = false;
  readonly #socket: Socket;

  private constructor(zone: Zone, socket: Socket) {
    this.zone = zone;
    this.#socket = socket;
    socket.on('message', (octets, from) => this.#answer(octets, from));
  }

  static async start(zone: Zone, address = '127.0.0.1'): Promise<TestDnsServer> {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, address, resolve);
    });
    return new TestDnsServer(zone, socket);
  }

  /** `address:port`, as settings and provision files have it. */
  get address(): string {
    const { address, port } = this.#socket.address();
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  }

  #proofOf(records: NameRecords | 'fails' | undefined): number {
    const isInsecure = typeof records === 'object' && records.isInsecure === true;
    return this.isValidating && !isInsecure && records !== 'fails' ? dnsPacket.AUTHENTIC_DATA : 0;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(resolve));
  }

  #answer(octets: Buffer, from: RemoteInfo): void {
    const query = dnsPacket.decode(octets);
    const [question] = query.questions ?? [];
    if (question === undefined) return;
    const name = question.name.toLowerCase();
    this.questions.push(`${question.type} ${name}`);
    const records = this.zone[name];
    if (records === 'silent') return;
    const code = records === 'fails' ? SERVFAIL : records === undefined ? NXDOMAIN : 0;
    const answer = dnsPacket.encode({
      type: 'response',
      ...(query.id !== undefined && { id: query.id }),
      flags: dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE | code | this.#proofOf(records),
      questions: [question],
      answers: typeof records === 'object' ? answersOf(question, records) : [],
    });
    this.#socket.send(answer, from.port, from.address);
  }
}

function answersOf({ type, name }: dnsPacket.Question, records: NameRecords): readonly dnsPacket.Answer[] {
  const { CNAME: alias } = records;
  const led = alias === undefined ? [] : [{ type: 'CNAME', name, ttl: 1, data: alias }];
  const own = dataOf(records, type).map((data) => ({ type, name: alias ?? name, ttl: 1, data }));
  return [...led, ...own];
}

/** As dns-packet has it. */
export function dataOf(records: NameRecords, type: string): readonly unknown[] {
  if (type === 'MX') {
    return (records.MX ?? []).map(([preference, exchange]) => ({
      preference,
      exchange: exchange === '' ? '.' : exchange,
    }));
  }
  if (type === 'TXT') return (records.TXT ?? []).map((text) => [text].flat().flatMap(cutText));
  if (type === 'TLSA') return (records.TLSA ?? []).map(readTlsa);
  if (type === 'SRV') {
    return (records.SRV ?? []).map(([priority, weight, port, target]) => ({
      priority,
      weight,
      port,
      target,
    }));
  }
  if (type === 'SOA') return records.SOA === undefined ? [] : [soaOf(records.SOA)];
  if (type === 'DS') return (records.DS ?? []).map(dsOf);
  return type === 'A' || type === 'AAAA' || type === 'PTR' || type === 'NS' ? (records[type] ?? []) : [];
}

function soaOf(mname: string): object {
  return {
    mname,
    rname: `hostmaster.${mname}`,
    serial: 1,
    refresh: 3600,
    retry: 600,
    expire: 86_400,
    minimum: 60,
  };
}

function dsOf(keyTag: string): object {
  return { keyTag: Number(keyTag), algorithm: 13, digestType: 2, digest: Buffer.alloc(32) };
}

function readTlsa(text: string): object {
  const [usage, selector, matchingType, data = ''] = text.split(' ');
  const certificate = Buffer.from(data, 'hex');
  return {
    usage: Number(usage),
    selector: Number(selector),
    matchingType: Number(matchingType),
    certificate,
  };
}

/** RFC 1035 §3.3.14: a character-string holds 255 octets. */
function cutText(text: string): readonly Buffer[] {
  const octets = Buffer.from(text, 'latin1');
  if (octets.length === 0) return [octets];
  const count = Math.ceil(octets.length / 255);
  return Array.from({ length: count }, (_, index) => octets.subarray(255 * index, 255 * (index + 1)));
}
