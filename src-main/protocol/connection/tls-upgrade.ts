/**
 * TLS on an accepted socket: implicit (RFC 8314 §3) or after STARTTLS (RFC 3207, RFC 9051 §6.2.1, RFC 2595).
 *
 * Invariants: what is spoken is said in tls-settings.ts. What the client sent before the handshake is discarded, never read as
 * commands (RFC 3207 §4.2). A handshake that fails or takes too long destroys the socket and rejects.
 */
import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import type { HandshakeRoom } from './handshake-room.ts';
import { TLS_HANDSHAKE_TIMEOUT_MS } from './limits.ts';
import type { TlsDetails } from './session.ts';

/**
 * The context to use now for the name that the client asks for (RFC 6066 §3), or null where it names none; asked at every
 * handshake, so that a new certificate needs no restart.
 */
export type SecureContextSource = (serverName: string | null) => SecureContext;

export interface ServerTls {
  readonly secureContext: SecureContextSource;
  /**
   * RFC 7301: what is spoken here. A client that offers other protocols alone has strayed, or is being led astray (a browser sent to a
   * mail server, "ALPACA"), and is refused; one that offers none is served.
   */
  readonly applicationProtocols: readonly string[];
  readonly handshakes: HandshakeRoom;
  /** Whether clients may show a certificate; who vouches for it is not looked at here. Absent: they are not asked. */
  readonly asksForCertificate?: () => boolean;
}

export interface SecuredSocket {
  readonly socket: TLSSocket;
  readonly tls: TlsDetails;
}

/** Shakes hands as the server. */
export function secureSocket(socket: Socket, options: ServerTls): Promise<SecuredSocket> {
  const secured = wrap(socket, options);
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      clearTimeout(timer);
      leave();
      socket.destroy();
      secured.destroy();
      reject(error);
    };
    const leave = options.handshakes.enter(() =>
      fail(new Error('others needed its place in the handshakes')),
    );
    const timer = setTimeout(
      () => fail(new Error('the TLS handshake took too long')),
      TLS_HANDSHAKE_TIMEOUT_MS,
    );
    secured.once('error', fail);
    secured.once('close', () => fail(new Error('the peer closed the connection during the TLS handshake')));
    secured.once('secure', () => {
      clearTimeout(timer);
      leave();
      secured.removeAllListeners('close');
      secured.off('error', fail);
      secured.on('error', () => secured.destroy());
      resolve({ socket: secured, tls: describeTls(secured) });
    });
  });
}

function wrap(socket: Socket, options: ServerTls): TLSSocket {
  const { secureContext, applicationProtocols, asksForCertificate } = options;
  return new TLSSocket(socket, {
    isServer: true,
    requestCert: asksForCertificate?.() ?? false,
    rejectUnauthorized: false,
    secureContext: secureContext(null),
    SNICallback: (serverName, done) => {
      try {
        done(null, secureContext(serverName));
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
    ...(applicationProtocols.length > 0 && { ALPNProtocols: [...applicationProtocols] }),
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
