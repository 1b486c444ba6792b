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
  /** Of names below in-addr.arpa and ip6.arpa. */
  readonly PTR?: readonly string[];
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
      flags: dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE | code,
      questions: [question],
      answers:
        typeof records === 'object'
          ? dataOf(records, question.type).map((data) => ({
              type: question.type,
              name: question.name,
              ttl: 1,
              data,
            }))
          : [],
    });
    this.#socket.send(answer, from.port, from.address);
  }
}

function dataOf(records: NameRecords, type: string): readonly unknown[] {
  if (type === 'MX') {
    return (records.MX ?? []).map(([preference, exchange]) => ({
      preference,
      exchange: exchange === '' ? '.' : exchange,
    }));
  }
  if (type === 'TXT') return (records.TXT ?? []).map((text) => [text].flat().flatMap(cutText));
  return type === 'A' || type === 'AAAA' || type === 'PTR' ? (records[type] ?? []) : [];
}

/** RFC 1035 §3.3.14: a character-string holds 255 octets. */
function cutText(text: string): readonly Buffer[] {
  const octets = Buffer.from(text, 'latin1');
  if (octets.length === 0) return [octets];
  const count = Math.ceil(octets.length / 255);
  return Array.from({ length: count }, (_, index) => octets.subarray(255 * index, 255 * (index + 1)));
}
