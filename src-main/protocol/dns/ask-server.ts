/**
 * Asks one name server one question, over UDP and, where the answer does not fit, over TCP (RFC 1035 §4.2, RFC 7766).
 *
 * Invariants: an answer counts only where its id and question are ours and it comes from the server asked; time and size are bounded.
 */
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import {
  decode,
  encode,
  AUTHENTIC_DATA,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
  type Packet,
} from 'dns-packet';
import type { Clock } from '../../base/clock.ts';
import type { RandomBytes } from '../../base/ids.ts';

const TIMEOUT_MS = 3_000;
/** RFC 6891 §6.2.5, as DNS flag day 2020 has it: fits every network. */
const UDP_PAYLOAD_OCTETS = 1_232;
const MAX_TCP_OCTETS = 65_535;

export interface DnsQuestion {
  readonly name: string;
  readonly type: string;
}

export interface AskOptions {
  readonly server: { readonly address: string; readonly port: number };
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

/** null where the server does not answer in time, or not as a server should. */
export async function askServer(question: DnsQuestion, options: AskOptions): Promise<Packet | null> {
  const [high = 0, low = 0] = options.randomBytes(2);
  const id = high * 256 + low;
  // RFC 6840 §5.7: AD in a question asks for AD in the answer.
  const query = encode({
    type: 'query',
    id,
    flags: RECURSION_DESIRED | AUTHENTIC_DATA,
    questions: [question],
    additionals: [{ type: 'OPT', name: '.', udpPayloadSize: UDP_PAYLOAD_OCTETS }],
  });
  const isOurs = (packet: Packet): boolean => isAnswerTo(packet, id, question);
  const answer = await overUdp(query, isOurs, options);
  const isCut = answer !== null && ((answer.flags ?? 0) & TRUNCATED_RESPONSE) !== 0;
  return isCut ? overTcp(query, isOurs, options) : answer;
}

function isAnswerTo(packet: Packet, id: number, { name, type }: DnsQuestion): boolean {
  const [asked] = packet.questions ?? [];
  const isSame = asked?.name.toLowerCase() === name.toLowerCase() && asked.type === type;
  return packet.type === 'response' && packet.id === id && isSame;
}

function decodeSafely(octets: Buffer): Packet | null {
  try {
    return decode(octets);
  } catch {
    return null;
  }
}

function overUdp(
  query: Buffer,
  isOurs: (packet: Packet) => boolean,
  { server, clock }: AskOptions,
): Promise<Packet | null> {
  const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
  return new Promise((resolve) => {
    const finish = (packet: Packet | null): void => {
      cancel();
      socket.close();
      resolve(packet);
    };
    const cancel = clock.after(TIMEOUT_MS, () => finish(null));
    socket.once('error', () => finish(null));
    socket.on('message', (octets) => {
      const packet = decodeSafely(octets);
      if (packet !== null && isOurs(packet)) finish(packet);
    });
    // No callback of connect(): it would be told of a network that is away, in the place of 'error'.
    socket.once('connect', () => socket.send(query));
    // Connected: the system lets nobody else's datagrams through.
    socket.connect(server.port, server.address);
  });
}

function overTcp(
  query: Buffer,
  isOurs: (packet: Packet) => boolean,
  { server, clock }: AskOptions,
): Promise<Packet | null> {
  const socket = connect(server.port, server.address);
  let received: Buffer = Buffer.alloc(0);
  return new Promise((resolve) => {
    const finish = (packet: Packet | null): void => {
      cancel();
      socket.destroy();
      resolve(packet);
    };
    const cancel = clock.after(TIMEOUT_MS, () => finish(null));
    socket.once('error', () => finish(null));
    socket.once('close', () => finish(null));
    socket.on('data', (octets) => {
      received = Buffer.concat([received, octets]);
      const length = received.length < 2 ? MAX_TCP_OCTETS : received.readUInt16BE(0);
      if (received.length < 2 + length) return;
      const packet = decodeSafely(received.subarray(2, 2 + length));
      finish(packet !== null && isOurs(packet) ? packet : null);
    });
    const size = Buffer.alloc(2);
    size.writeUInt16BE(query.length);
    socket.write(Buffer.concat([size, query]));
  });
}
