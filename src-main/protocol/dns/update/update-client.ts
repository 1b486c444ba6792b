/**
 * UpdateClient: says to the name server that keeps a zone what is to change in it, and asks it what is there.
 *
 * RFC 2136 (dynamic update), RFC 8945 (TSIG), RFC 7766 (DNS over TCP). Flow: publishing → here → name server. Invariants: everything is
 * signed, and a reply counts only where its id, question and signature are right; TCP alone, so that nothing is cut or guessed;
 * one thing at a time, each bounded in time.
 */
import { connect as connectSocket, type Socket } from 'node:net';
import type { Clock } from '../../../base/clock.ts';
import type { RandomBytes } from '../../../base/ids.ts';
import { err, ok, type Result } from '../../../base/result.ts';
import { EXCHANGE_TIMEOUT_MS, MAX_MESSAGE_OCTETS } from './limits.ts';
import {
  CLASSES,
  encodeMessage,
  OPCODES,
  readMessage,
  TYPES,
  type NewMessage,
  type ReadMessage,
  type ResourceRecord,
} from './message.ts';
import { uint16 } from './octets.ts';
import { signMessage, verifyReply, type TsigError, type TsigKey } from './tsig.ts';

/** RFC 2136 §2.2 */
export type Rcode =
  | 'FORMERR'
  | 'SERVFAIL'
  | 'NXDOMAIN'
  | 'NOTIMP'
  | 'REFUSED'
  | 'YXDOMAIN'
  | 'YXRRSET'
  | 'NXRRSET'
  | 'NOTAUTH'
  | 'NOTZONE';

const NOERROR = 0;
const NXDOMAIN = 3;
const RCODES: readonly (Rcode | 'NOERROR')[] = [
  ...(['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const),
  ...(['YXDOMAIN', 'YXRRSET', 'NXRRSET', 'NOTAUTH', 'NOTZONE'] as const),
];

export type UpdateTrouble =
  | { readonly kind: 'unreachable'; readonly detail: string }
  | { readonly kind: 'silent' }
  /** No message, or an answer to something else. */
  | { readonly kind: 'malformed' }
  | { readonly kind: 'unsigned' }
  /** Signed, but not by the key over what we asked. */
  | { readonly kind: 'forged' }
  | { readonly kind: 'tsig'; readonly error: TsigError }
  | { readonly kind: 'rcode'; readonly rcode: Rcode | 'other'; readonly number: number };

export interface UpdateServer {
  readonly address: string;
  readonly port: number;
}

export interface UpdateClientOptions {
  readonly server: UpdateServer;
  readonly key: TsigKey;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

export interface ZoneUpdate {
  readonly zone: string;
  /** What must still hold, or nothing is done (RFC 2136 §3.2). */
  readonly prerequisites: readonly ResourceRecord[];
  /** In their order. */
  readonly updates: readonly ResourceRecord[];
}

export class UpdateClient {
  readonly #options: UpdateClientOptions;

  constructor(options: UpdateClientOptions) {
    this.#options = options;
  }

  /** Records of the type at the name, as the server itself has them. A name that does not exist has none. */
  async query(name: string, type: keyof typeof TYPES): Promise<Result<ReadMessage, UpdateTrouble>> {
    const question = { name, type: TYPES[type] };
    const answer = await this.#exchange({ id: this.#makeId(), opcode: OPCODES.QUERY, question });
    return answer.ok ? accept(answer.value, [NOERROR, NXDOMAIN]) : answer;
  }

  /** All of it, or nothing. */
  async update({ zone, prerequisites, updates }: ZoneUpdate): Promise<Result<void, UpdateTrouble>> {
    const answer = await this.#exchange({
      id: this.#makeId(),
      opcode: OPCODES.UPDATE,
      question: { name: zone, type: TYPES.SOA },
      answers: prerequisites,
      authorities: updates,
    });
    const accepted = answer.ok ? accept(answer.value, [NOERROR]) : answer;
    return accepted.ok ? ok(undefined) : accepted;
  }

  #makeId(): number {
    const [high = 0, low = 0] = this.#options.randomBytes(2);
    return high * 256 + low;
  }

  async #exchange(message: NewMessage): Promise<Result<ReadMessage, UpdateTrouble>> {
    const { key, clock } = this.#options;
    const { octets, mac } = signMessage(encodeMessage(message), key, { nowSeconds: secondsNow(clock) });
    const reply = await askOverTcp(octets, this.#options);
    if (!reply.ok) return reply;
    const read = readMessage(reply.value);
    if (read === null || !isAnswerTo(read, message)) return err({ kind: 'malformed' });
    const verdict = verifyReply(reply.value, { key, requestMac: mac, nowSeconds: secondsNow(clock) });
    if (verdict.error !== null) return err({ kind: 'tsig', error: verdict.error });
    if (verdict.problem === 'unsigned')
      return err(read.rcode === NOERROR ? { kind: 'unsigned' } : rcodeTrouble(read));
    if (verdict.problem !== null) return err({ kind: 'forged' });
    return ok(read);
  }
}

function accept(read: ReadMessage, rcodes: readonly number[]): Result<ReadMessage, UpdateTrouble> {
  return rcodes.includes(read.rcode) ? ok(read) : err(rcodeTrouble(read));
}

/** RFC 2136 §2.4.1: the set has exactly these. */
export function mustBe(records: readonly ResourceRecord[]): readonly ResourceRecord[] {
  return records.map((record) => ({ ...record, class: CLASSES.IN, ttlSeconds: 0 }));
}

/** RFC 2136 §2.4.3 */
export function mustNotExist(name: string, type: keyof typeof TYPES): ResourceRecord {
  return { name, type: TYPES[type], class: CLASSES.NONE, ttlSeconds: 0, data: Buffer.alloc(0) };
}

/** RFC 2136 §2.5.4 */
export function withoutRecord(record: ResourceRecord): ResourceRecord {
  return { ...record, class: CLASSES.NONE, ttlSeconds: 0 };
}

function secondsNow(clock: Clock): number {
  return Math.floor(clock.now() / 1000);
}

function isAnswerTo(read: ReadMessage, { id, opcode, question }: NewMessage): boolean {
  const [asked] = read.questions;
  // RFC 2136 §3.8: a server may leave the zone section out of its reply.
  const isSame = asked === undefined || asked.name.toLowerCase() === question.name.toLowerCase();
  return read.isResponse && read.id === id && read.opcode === opcode && isSame;
}

function rcodeTrouble({ rcode }: ReadMessage): UpdateTrouble {
  const name = RCODES[rcode];
  return { kind: 'rcode', rcode: name === undefined || name === 'NOERROR' ? 'other' : name, number: rcode };
}

/** RFC 1035 §4.2.2: the length comes first. */
function askOverTcp(
  octets: Buffer,
  { server, clock }: UpdateClientOptions,
): Promise<Result<Buffer, UpdateTrouble>> {
  const socket = connectSocket({ host: server.address, port: server.port, noDelay: true });
  return new Promise((resolve) => {
    const finish = (result: Result<Buffer, UpdateTrouble>): void => {
      cancel();
      socket.destroy();
      resolve(result);
    };
    const cancel = clock.after(EXCHANGE_TIMEOUT_MS, () => finish(err({ kind: 'silent' })));
    socket.once('error', (error) => finish(err({ kind: 'unreachable', detail: error.message })));
    socket.once('close', () => finish(err({ kind: 'silent' })));
    readOne(socket, (message) => finish(ok(message)));
    socket.write(Buffer.concat([uint16(octets.length), octets]));
  });
}

function readOne(socket: Socket, done: (message: Buffer) => void): void {
  let received = Buffer.alloc(0);
  socket.on('data', (piece: Buffer) => {
    received = Buffer.concat([received, piece]);
    const length = received.length < 2 ? MAX_MESSAGE_OCTETS : received.readUInt16BE(0);
    if (received.length >= 2 + length) done(received.subarray(2, 2 + length));
  });
}
