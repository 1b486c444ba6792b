/**
 * WebDoors: what is served on ports 80 and 443: answers to an authority that asks whether a name is ours, MTA-STS policies, and
 * what devices look for to set up an account.
 *
 * RFC 8555 §8.3 (http-01), RFC 8737 (tls-alpn-01), RFC 8461 §3.3. Flow: listener → here. Invariants: nothing else is answered, and
 * nothing that is sent here reaches any other part; open only while it is needed.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import {
  ACME_TLS_PROTOCOL,
  HTTP_CHALLENGE_PATH,
  makeChallengeCertificate,
} from '../../protocol/acme/challenges.ts';
import type { ChallengeSolver } from '../../protocol/acme/obtain-certificate.ts';
import type { AcceptedConnection, ServeConnection } from '../../protocol/connection/accepted-connection.ts';
import { readClientHello } from '../../protocol/connection/client-hello.ts';
import { HandshakeRoom } from '../../protocol/connection/handshake-room.ts';
import { SERVER_TLS } from '../../protocol/connection/tls-settings.ts';
import { secureSocket, type SecureContextSource } from '../../protocol/connection/tls-upgrade.ts';
import { isDevicePath, type DeviceAnswer, type DeviceRequest } from '../device-settings/answer-device.ts';
import { MTA_STS_PATH } from './mta-sts.ts';

const MAX_HEADER_OCTETS = 8 * 1024;
/** A request is a few hundred octets. */
const REQUEST_TIMEOUT_MS = 10_000;
const MAX_REQUESTS_PER_CONNECTION = 20;
/** What Outlook asks is some hundred octets of XML. */
const MAX_BODY_OCTETS = 16 * 1024;
/** RFC 9110 §15.5.14 */
const TOO_LONG: DeviceAnswer = { status: 413, type: 'text/plain', body: 'The request is too long.\n' };

export interface WebDoorsOptions {
  readonly clock: Clock;
  readonly secureContext: SecureContextSource;
  /** The policy that is published at this host; null: none. */
  readonly policyAt: (host: string) => string | null;
  /** What devices hear that look for settings; null: nothing. */
  readonly answerDevice?: (request: DeviceRequest) => Promise<DeviceAnswer | null>;
}

export class WebDoors {
  readonly #options: WebDoorsOptions;
  readonly #tokens = new Map<string, string>();
  readonly #challengeContexts = new Map<string, SecureContext>();
  readonly #handshakes = new HandshakeRoom();
  readonly #http: Server;
  readonly #https: Server;

  constructor(options: WebDoorsOptions) {
    this.#options = options;
    this.#http = serverOf((request, response) => {
      if (!this.#passToDevices(request, response, false)) this.#answerChallenge(request, response);
    });
    this.#https = serverOf((request, response) => {
      if (!this.#passToDevices(request, response, true)) this.#answerPolicy(request, response);
    });
  }

  /** Puts the answer to a challenge where the authority fetches it over HTTP. */
  readonly httpSolver: ChallengeSolver = {
    type: 'http-01',
    present: ({ token, keyAuthorization }) => {
      this.#tokens.set(token, keyAuthorization);
      return Promise.resolve(() => void this.#tokens.delete(token));
    },
  };

  /** Shows a certificate that answers the challenge to whoever asks by the protocol `acme-tls/1`. */
  readonly tlsSolver: ChallengeSolver = {
    type: 'tls-alpn-01',
    present: async ({ name, keyAuthorization }) => {
      const { certificate, key } = await makeChallengeCertificate(
        name,
        keyAuthorization,
        this.#options.clock.now(),
      );
      this.#challengeContexts.set(name, createSecureContext({ ...SERVER_TLS, cert: certificate, key }));
      return () => void this.#challengeContexts.delete(name);
    },
  };

  readonly serveHttp: ServeConnection = async ({ socket }) => {
    this.#http.emit('connection', socket);
    await closed(socket as Socket);
  };

  readonly serveHttps: ServeConnection = async (connection) => {
    const socket = connection.socket as Socket;
    const hello = await readClientHello(socket, this.#options.clock);
    if (hello === null) return void socket.destroy();
    const isChallenge = hello.protocols.includes(ACME_TLS_PROTOCOL);
    try {
      if (isChallenge) await this.#showChallenge(connection, hello.serverName ?? '');
      else await this.#serveSecurely(connection);
    } catch {
      // A handshake that failed is the client's affair; its socket is gone.
      socket.destroy();
    }
  };

  stop(): void {
    this.#http.closeAllConnections();
    this.#https.closeAllConnections();
  }

  /** RFC 8737 §3: the handshake is all; nothing is served. */
  async #showChallenge({ socket }: AcceptedConnection, name: string): Promise<void> {
    const context = this.#challengeContexts.get(name);
    if (context === undefined) return void socket.destroy();
    const secured = await secureSocket(socket as Socket, {
      secureContext: () => context,
      applicationProtocols: [ACME_TLS_PROTOCOL],
      handshakes: this.#handshakes,
    });
    secured.socket.end();
  }

  async #serveSecurely({ socket }: AcceptedConnection): Promise<void> {
    const secured = await secureSocket(socket as Socket, {
      secureContext: this.#options.secureContext,
      applicationProtocols: ['http/1.1'],
      handshakes: this.#handshakes,
    });
    this.#https.emit('connection', secured.socket);
    await closed(secured.socket);
  }

  #answerChallenge({ url = '' }: IncomingMessage, response: ServerResponse): void {
    const token = url.startsWith(HTTP_CHALLENGE_PATH) ? url.slice(HTTP_CHALLENGE_PATH.length) : '';
    answer(response, this.#tokens.get(token) ?? null, { type: 'application/octet-stream' });
  }

  /** Whether it is theirs. */
  #passToDevices(request: IncomingMessage, response: ServerResponse, isSecure: boolean): boolean {
    const { answerDevice } = this.#options;
    if (answerDevice === undefined || !isDevicePath(request.url ?? '')) return false;
    void this.#serveDevice(request, isSecure, answerDevice).then(
      (answered) => sendToDevice(response, answered),
      // It broke off, or the host is going down.
      () => response.destroy(),
    );
    return true;
  }

  async #serveDevice(
    request: IncomingMessage,
    isSecure: boolean,
    answerDevice: NonNullable<WebDoorsOptions['answerDevice']>,
  ): Promise<DeviceAnswer | null> {
    const body = await readBody(request);
    return body === null ? TOO_LONG : answerDevice({ ...deviceRequestOf(request, body), isSecure });
  }

  #answerPolicy(request: IncomingMessage, response: ServerResponse): void {
    const policy = request.url === MTA_STS_PATH ? this.#options.policyAt(hostOf(request)) : null;
    answer(response, policy, { type: 'text/plain; charset=us-ascii' });
  }
}

function serverOf(handle: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_OCTETS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: REQUEST_TIMEOUT_MS / 2,
    },
    handle,
  );
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION;
  server.on('clientError', (_error, socket) => socket.destroy());
  return server;
}

function answer(
  response: ServerResponse,
  text: string | null,
  { type, status = 200 }: { type: string; status?: number },
): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.statusCode = text === null ? 404 : status;
  response.setHeader('content-type', text === null ? 'text/plain' : type);
  response.end(text ?? 'There is nothing here.\n');
}

function hostOf({ headers }: IncomingMessage): string {
  return (headers.host ?? '').toLowerCase().replace(/:\d+$/u, '');
}

function deviceRequestOf(request: IncomingMessage, body: string): Omit<DeviceRequest, 'isSecure'> {
  const { method = '', url = '', headers } = request;
  return { method, url, body, host: hostOf(request), acceptLanguage: headers['accept-language'] ?? '' };
}

/** null where it is too long. */
function readBody(request: IncomingMessage): Promise<string | null> {
  const pieces: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size <= MAX_BODY_OCTETS) pieces.push(piece);
      else resolve(null);
    });
    request.once('end', () => resolve(Buffer.concat(pieces).toString('utf8')));
    request.once('error', reject);
    request.once('close', () => reject(new Error('the request broke off')));
  });
}

function sendToDevice(response: ServerResponse, answered: DeviceAnswer | null): void {
  if (answered === null) return answer(response, null, { type: 'text/plain' });
  const { status, type, body, location, fileName } = answered;
  response.setHeader('cache-control', 'no-store');
  if (status === TOO_LONG.status) response.setHeader('connection', 'close');
  if (type.startsWith('text/html'))
    response.setHeader('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
  if (location !== undefined) response.setHeader('location', location);
  if (fileName !== undefined) response.setHeader('content-disposition', `attachment; filename="${fileName}"`);
  answer(response, body, { type, status });
}

function closed(socket: Socket): Promise<void> {
  if (socket.destroyed) return Promise.resolve();
  return new Promise((resolve) => socket.once('close', () => resolve()));
}
