/**
 * ConsoleServer: the console over HTTP and WebSocket: the page, signing in, and the contract.
 *
 * Flow: browser → guard (Host, Origin) → page files | POST /rpc (session area) | WebSocket /live (everything, signed in) | /release;
 * script → guard → script-door.ts with a token (everything within its scopes).
 * Invariants: nothing but the session area, setup's first step and a digest's links answers without a session or token; the session's cookie is
 * HttpOnly and SameSite=Strict; garbage, giant or slow requests cost a closed connection and nothing else.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { BodyLimitPlugin, RPCHandler } from '@orpc/server/node';
import type { Clock } from '../../base/clock.ts';
import type { RandomBytes } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import { logFailedCalls } from '../../host/api/call-log.ts';
import type { ConsoleRouter } from '../../host/api/router.ts';
import type { ConsoleContext } from '../../host/api/services.ts';
import { RELEASE_PATH, type ReleaseDesk } from '../../host/quarantine-release.ts';
import { openPageFiles, type PageFiles } from '../../host/page-files.ts';
import { LIMITS } from './limits.ts';
import { ReleasePage } from './release-page.ts';
import { isScriptPath, LIVE_PATH, RPC_PREFIX } from './paths.ts';
import { isKnownHost, isOwnOrigin } from './request-guard.ts';
import { refuseSocket, sendPageFile, sendPlain, setSecurityHeaders } from './responses.ts';
import { RpcSockets } from './rpc-sockets.ts';
import { SessionCookie } from './session-cookie.ts';
import type { ScriptDoor } from './script-door.ts';
import { browserContext, type VisitorsAccess } from './visitors.ts';

export interface ConsoleServerOptions {
  readonly router: ConsoleRouter;
  readonly access: VisitorsAccess;
  /** What links in quarantine digests may do. */
  readonly release: ReleaseDesk;
  /** Folder of the built page. */
  readonly staticRoot: string;
  readonly bind: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Further names by which browsers may know this server. */
  readonly hostnames?: () => readonly string[];
  readonly version: string;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly logger: Logger;
}

export interface ConsoleServer {
  start(): Promise<{ readonly url: string; readonly port: number }>;
  /** Closes everything at once; a page sees a lost connection and tries again. */
  stop(): Promise<void>;
}

export function createConsoleServer(options: ConsoleServerOptions): ConsoleServer {
  return new HttpConsole(options);
}

class HttpConsole implements ConsoleServer {
  readonly #options: ConsoleServerOptions;
  readonly #server: Server;
  readonly #access: VisitorsAccess;
  readonly #sockets: RpcSockets;
  readonly #http: RPCHandler<ConsoleContext>;
  #scripts: Promise<ScriptDoor> | null = null;
  readonly #release: ReleasePage;
  #page: PageFiles = { find: () => Promise.resolve(null) };
  #cookie = new SessionCookie(0);

  constructor(options: ConsoleServerOptions) {
    const { router, clock, logger } = options;
    // What is done before anybody can sign in.
    const { createAdministrator, findBackups, restoreBackup, restoreProgress, cancelRestore } = router.setup;
    const interceptors = logFailedCalls(logger);
    this.#options = options;
    this.#access = options.access;
    this.#sockets = new RpcSockets(router, { clock, interceptors });
    this.#http = new RPCHandler<ConsoleContext>(
      {
        session: router.session,
        setup: { createAdministrator, findBackups, restoreBackup, restoreProgress, cancelRestore },
        // It sets the cookie of the session that goes on.
        profile: { changePassword: router.profile.changePassword },
      },
      { interceptors, plugins: [new BodyLimitPlugin({ maxBodySize: LIMITS.bodyBytes })] },
    );
    this.#release = new ReleasePage(options.release, clock);
    this.#server = this.#createServer();
  }

  async start(): Promise<{ url: string; port: number }> {
    this.#page = await openPageFiles(this.#options.staticRoot);
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port, this.#options.bind, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    const { port } = this.#server.address() as AddressInfo;
    this.#cookie = new SessionCookie(port);
    return { url: urlOf(this.#options.bind, port), port };
  }

  async stop(): Promise<void> {
    this.#access.sessions.endAll();
    this.#sockets.stop();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #createServer(): Server {
    const server = createServer(
      {
        maxHeaderSize: LIMITS.headerBytes,
        headersTimeout: LIMITS.headersTimeoutMs,
        requestTimeout: LIMITS.requestTimeoutMs,
        keepAliveTimeout: LIMITS.keepAliveTimeoutMs,
        connectionsCheckingInterval: LIMITS.connectionsCheckMs,
      },
      (request, response) => {
        this.#answer(request, response).catch((error: unknown) => {
          this.#options.logger.error('a console request failed', { error });
          response.destroy();
        });
      },
    );
    server.maxConnections = LIMITS.connections;
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      refuseSocket(socket, statusOfClientError(error.code));
    });
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    return server;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#isKnownHost(request)) return sendPlain(response, 421);
    setSecurityHeaders(request, response);
    const path = pathOf(request);
    if (path === null) return sendPlain(response, 400);
    if (path === RPC_PREFIX || path.startsWith(`${RPC_PREFIX}/`)) return this.#call(request, response);
    if (isScriptPath(path)) return (await this.#scriptDoor()).answer(path, request, response);
    if (path === RELEASE_PATH) return this.#release.answer(request, response);
    if (request.method !== 'GET' && request.method !== 'HEAD') return sendPlain(response, 405);
    const file = await this.#page.find(path);
    if (file !== null) return sendPageFile(request, response, file);
    if (path === '/') return sendPlain(response, 503, 'The page of the console has not been built.');
    sendPlain(response, 404);
  }

  /** Loaded when the first script comes: to most servers none ever does. */
  #scriptDoor(): Promise<ScriptDoor> {
    const isSignedIn = (request: IncomingMessage) =>
      this.#access.sessions.use(this.#cookie.read(request))?.stage === 'signedIn';
    this.#scripts ??= import('./script-door.ts').then(
      ({ ScriptDoor }) => new ScriptDoor({ ...this.#options, isSignedIn }),
    );
    return this.#scripts;
  }

  async #call(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isOwnOrigin(request, false)) return sendPlain(response, 403);
    response.setHeader('Cache-Control', 'no-store');
    if (request.headers.authorization !== undefined)
      return (await this.#scriptDoor()).answerRpc(RPC_PREFIX, request, response);
    const context = browserContext(this.#access, { cookie: this.#cookie, request, response });
    const { matched } = await this.#http.handle(request, response, { prefix: RPC_PREFIX, context });
    if (!matched) sendPlain(response, 404);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (!this.#isKnownHost(request)) return refuseSocket(socket, 421);
    if (pathOf(request) !== LIVE_PATH) return refuseSocket(socket, 404);
    if (!isOwnOrigin(request, true)) return refuseSocket(socket, 403);
    const session = this.#access.sessions.use(this.#cookie.read(request));
    if (session?.stage !== 'signedIn') return refuseSocket(socket, 401);
    if (session.attached >= LIMITS.socketsPerSession) return refuseSocket(socket, 503);
    const contextOf = () => browserContext(this.#access, { cookie: this.#cookie, request });
    this.#sockets.accept({ request, socket, head, session, contextOf });
  }

  #isKnownHost(request: IncomingMessage): boolean {
    return isKnownHost(request.headers.host, this.#options.hostnames?.() ?? []);
  }
}

function pathOf(request: IncomingMessage): string | null {
  const target = request.url ?? '';
  if (!target.startsWith('/') || !URL.canParse(`http://host${target}`)) return null;
  return new URL(`http://host${target}`).pathname;
}

function statusOfClientError(code: string | undefined): number {
  if (code === 'HPE_HEADER_OVERFLOW') return 431;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
}

function urlOf(bind: string, port: number): string {
  const isAnyAddress = bind === '0.0.0.0' || bind === '::' || bind === '';
  const host = isAnyAddress ? '127.0.0.1' : bind;
  return `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}/`;
}
