/**
 * What time others have: a time server by SNTP, or, where that is closed, the Date of a web server.
 *
 * RFC 4330 (SNTP): one datagram of 48 octets there and back; RFC 9110 §6.6.1 (Date). Invariants: never rejects; an answer counts only
 * where it holds our own transmit time and comes from a server that is synchronized itself.
 */
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { PROBE_TIMEOUT_MS } from '../limits.ts';

const NTP_PORT = 123;
const PACKET_OCTETS = 48;
/** Version 4, mode client. */
const CLIENT_FLAGS = 0x23;
const SERVER_MODE = 4;
const STRATUM_AT = 1;
const ORIGINATE_AT = 24;
const RECEIVE_AT = 32;
const TRANSMIT_AT = 40;
/** RFC 4330 §3: seconds count from 1900. */
const SECONDS_1900_TO_1970 = 2_208_988_800;
const MOST_STRATUM = 15;

export interface TimeServer {
  readonly address: string;
  readonly port?: number;
}

/** How far our clock is ahead of the server's, in milliseconds; null: no answer that counts. */
export function askTheTime({ address, port = NTP_PORT }: TimeServer, clock: Clock): Promise<number | null> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  return new Promise((resolve) => {
    const finish = (ahead: number | null): void => {
      cancel();
      socket.close();
      resolve(ahead);
    };
    const cancel = clock.after(PROBE_TIMEOUT_MS, () => finish(null));
    socket.once('error', () => finish(null));
    const query = Buffer.alloc(PACKET_OCTETS);
    query[0] = CLIENT_FLAGS;
    let sentAt = 0;
    socket.on('message', (answer) => finish(readOffset(answer, query, { sentAt, receivedAt: clock.now() })));
    // No callback of connect(): it would be told of a network that is away, in the place of 'error'.
    socket.once('connect', () => {
      sentAt = clock.now();
      writeTime(query, TRANSMIT_AT, sentAt);
      socket.send(query);
    });
    // Connected: the system lets nobody else's datagrams through.
    socket.connect(port, address);
  });
}

export function readOffset(
  answer: Buffer,
  query: Buffer,
  { sentAt, receivedAt }: { readonly sentAt: number; readonly receivedAt: number },
): number | null {
  if (answer.length < PACKET_OCTETS || ((answer[0] ?? 0) & 7) !== SERVER_MODE) return null;
  const stratum = answer[STRATUM_AT] ?? 0;
  // RFC 4330 §8: stratum 0 is a refusal.
  if (stratum === 0 || stratum > MOST_STRATUM) return null;
  const echoes = answer.subarray(ORIGINATE_AT, RECEIVE_AT).equals(query.subarray(TRANSMIT_AT));
  if (!echoes) return null;
  const theirs = (readTime(answer, RECEIVE_AT) + readTime(answer, TRANSMIT_AT)) / 2;
  return Math.round((sentAt + receivedAt) / 2 - theirs);
}

function writeTime(packet: Buffer, at: number, time: number): void {
  packet.writeUInt32BE((Math.floor(time / 1_000) + SECONDS_1900_TO_1970) % 2 ** 32, at);
  packet.writeUInt32BE(Math.floor(((time % 1_000) / 1_000) * 2 ** 32), at + 4);
}

function readTime(packet: Buffer, at: number): number {
  const seconds = packet.readUInt32BE(at);
  // RFC 4330 §3: after 2036 the count begins anew.
  const since1900 = seconds < 2 ** 31 ? seconds + 2 ** 32 : seconds;
  return (since1900 - SECONDS_1900_TO_1970) * 1_000 + (packet.readUInt32BE(at + 4) / 2 ** 32) * 1_000;
}
