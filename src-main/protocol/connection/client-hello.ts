/**
 * ClientHello: what a client says before anything is decided: the name and the protocols that it asks for.
 *
 * RFC 8446 §4.1.2, RFC 6066 §3 (server name), RFC 7301 §3.1 (protocols). Needed where the certificate depends on the protocol
 * (RFC 8737). Invariants: whatever is sent, reading it costs at most MAX_CLIENT_HELLO_OCTETS; what was read stays in the socket.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { MAX_CLIENT_HELLO_OCTETS, TLS_HANDSHAKE_TIMEOUT_MS } from './limits.ts';

export interface ClientHello {
  readonly serverName: string | null;
  readonly protocols: readonly string[];
}

export type ParsedHello =
  { readonly kind: 'read'; readonly hello: ClientHello } | { readonly kind: 'incomplete' | 'malformed' };

const MALFORMED = { kind: 'malformed' } as const;
const INCOMPLETE = { kind: 'incomplete' } as const;
const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const APPLICATION_PROTOCOLS = 16;
/** Before the session id: version and random. */
const FIXED_OCTETS = 2 + 32;

/** Reads the beginning of what a client has sent. */
export function parseClientHello(octets: Buffer): ParsedHello {
  const message = joinRecords(octets);
  if (message === null) return MALFORMED;
  if (message.length < 4) return INCOMPLETE;
  const length = message.readUIntBE(1, 3);
  if (message[0] !== CLIENT_HELLO || length > MAX_CLIENT_HELLO_OCTETS) return MALFORMED;
  if (message.length < 4 + length) return INCOMPLETE;
  try {
    return { kind: 'read', hello: readHello(message.subarray(4, 4 + length)) };
  } catch (error) {
    if (error instanceof RangeError) return MALFORMED;
    throw error;
  }
}

/** The handshake message as far as its records have come; null where they are no handshake. */
function joinRecords(octets: Buffer): Buffer | null {
  const pieces: Buffer[] = [];
  for (let at = 0; at < octets.length;) {
    if (octets[at] !== HANDSHAKE_RECORD) return null;
    if (at + 5 > octets.length) break;
    const end = at + 5 + octets.readUInt16BE(at + 3);
    pieces.push(octets.subarray(at + 5, end));
    at = end;
  }
  return Buffer.concat(pieces);
}

/** Throws RangeError where a length leads beyond the end. */
function readHello(message: Buffer): ClientHello {
  let at = FIXED_OCTETS;
  at += 1 + message.readUInt8(at);
  at += 2 + message.readUInt16BE(at);
  at += 1 + message.readUInt8(at);
  const hello: { serverName: string | null; protocols: readonly string[] } = {
    serverName: null,
    protocols: [],
  };
  if (at === message.length) return hello;
  const end = at + 2 + message.readUInt16BE(at);
  for (at += 2; at < end;) {
    const type = message.readUInt16BE(at);
    const body = slice(message, at + 4, message.readUInt16BE(at + 2));
    if (type === SERVER_NAME) hello.serverName = readServerName(body);
    if (type === APPLICATION_PROTOCOLS) hello.protocols = readProtocols(body);
    at += 4 + body.length;
  }
  return hello;
}

function readServerName(body: Buffer): string | null {
  if (body.length === 0) return null;
  const isHostName = body.readUInt8(2) === 0;
  return isHostName ? slice(body, 5, body.readUInt16BE(3)).toString('latin1').toLowerCase() : null;
}

function readProtocols(body: Buffer): readonly string[] {
  const protocols: string[] = [];
  const end = 2 + body.readUInt16BE(0);
  for (let at = 2; at < end;) {
    const name = slice(body, at + 1, body.readUInt8(at));
    protocols.push(name.toString('latin1'));
    at += 1 + name.length;
  }
  return protocols;
}

function slice(octets: Buffer, start: number, length: number): Buffer {
  if (start + length > octets.length) throw new RangeError('a length leads beyond the end');
  return octets.subarray(start, start + length);
}

/** null where what comes is no ClientHello, or none comes in time. What was read is there for the handshake. */
export function readClientHello(socket: Socket, clock: Clock): Promise<ClientHello | null> {
  return new Promise((resolve) => {
    let octets: Buffer = Buffer.alloc(0);
    const finish = (hello: ClientHello | null): void => {
      cancel();
      socket.off('readable', onReadable);
      socket.off('close', onClose);
      socket.off('end', onClose);
      if (octets.length > 0) socket.unshift(octets);
      resolve(hello);
    };
    const onClose = (): void => finish(null);
    const onReadable = (): void => {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      octets = Buffer.concat([octets, chunk]);
      const parsed = parseClientHello(octets);
      if (parsed.kind === 'read') return finish(parsed.hello);
      if (parsed.kind === 'malformed' || octets.length > MAX_CLIENT_HELLO_OCTETS) finish(null);
    };
    const cancel = clock.after(TLS_HANDSHAKE_TIMEOUT_MS, () => finish(null));
    socket.on('readable', onReadable);
    socket.once('close', onClose);
    socket.once('end', onClose);
  });
}
