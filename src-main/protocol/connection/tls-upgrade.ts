/**
 * TLS on an accepted socket: implicit (RFC 8314 §3) or after STARTTLS (RFC 3207, RFC 9051 §6.2.1, RFC 2595).
 *
 * Invariants: TLS 1.2 at least (RFC 8996). What the client sent before the handshake is discarded, never read as commands
 * (RFC 3207 §4.2). A handshake that fails or takes too long destroys the socket and rejects.
 */
import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import { TLS_HANDSHAKE_TIMEOUT_MS } from './limits.ts';
import type { TlsDetails } from './session.ts';

/** The context to use now; asked at every handshake, so that a new certificate needs no restart. */
export type SecureContextSource = () => SecureContext;

export interface SecuredSocket {
  readonly socket: TLSSocket;
  readonly tls: TlsDetails;
}

/** Shakes hands as the server. */
export function secureSocket(socket: Socket, context: SecureContextSource): Promise<SecuredSocket> {
  const secured = new TLSSocket(socket, { isServer: true, secureContext: context() });
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      clearTimeout(timer);
      socket.destroy();
      secured.destroy();
      reject(error);
    };
    const timer = setTimeout(
      () => fail(new Error('the TLS handshake took too long')),
      TLS_HANDSHAKE_TIMEOUT_MS,
    );
    secured.once('error', fail);
    secured.once('close', () => fail(new Error('the peer closed the connection during the TLS handshake')));
    secured.once('secure', () => {
      clearTimeout(timer);
      secured.removeAllListeners('close');
      secured.off('error', fail);
      secured.on('error', () => secured.destroy());
      resolve({ socket: secured, tls: describeTls(secured) });
    });
  });
}

/** Takes the clear-text engine's readers off the socket and throws away what has arrived already. */
export function discardClearText(socket: Socket): void {
  socket.removeAllListeners('data');
  socket.removeAllListeners('readable');
  socket.removeAllListeners('end');
  socket.pause();
  while (socket.read() !== null);
}

function describeTls(socket: TLSSocket): TlsDetails {
  return { version: socket.getProtocol() ?? 'unknown', cipher: socket.getCipher().standardName };
}
