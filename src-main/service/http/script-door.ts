/**
 * ScriptDoor: what scripts and monitoring systems call, by API token: the contract as HTTP (OpenAPI), its description, metrics.
 *
 * Flow: request with `Authorization` → token → /rpc (as the page speaks) | /api/… (plain JSON) | /metrics.
 * Invariants: no cookie counts here but for reading the description; a feed ends after LIMITS.scriptAnswerMs; wrong tokens
 * are counted like wrong passwords.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { OpenAPIHandler } from '@orpc/openapi/node';
import { call } from '@orpc/server';
import { BodyLimitPlugin, RPCHandler } from '@orpc/server/node';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { logFailedCalls } from '../../host/api/call-log.ts';
import type { ConsoleRouter } from '../../host/api/router.ts';
import type { ConsoleContext } from '../../host/api/services.ts';
import type { ApiDocument } from './api-document.ts';
import { API_PAGE_POLICY, renderApiPage } from './api-page.ts';
import { LIMITS } from './limits.ts';
import { API_PREFIX, METRICS_PATH } from './paths.ts';
import { sendPlain } from './responses.ts';
import { scriptContext, type VisitorsAccess } from './visitors.ts';

const DOCUMENT_PATH = `${API_PREFIX}/openapi.json`;
/** The version that Prometheus asks for. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export interface ScriptDoorOptions {
  readonly router: ConsoleRouter;
  readonly access: VisitorsAccess;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: string;
  /** Whether a browser's session is behind the request. */
  readonly isSignedIn: (request: IncomingMessage) => boolean;
}

export class ScriptDoor {
  readonly #options: ScriptDoorOptions;
  readonly #rpc: RPCHandler<ConsoleContext>;
  readonly #api: OpenAPIHandler<ConsoleContext>;
  #document: Promise<ApiDocument> | null = null;

  constructor(options: ScriptDoorOptions) {
    this.#options = options;
    const settings = () => ({
      interceptors: logFailedCalls(options.logger),
      plugins: [new BodyLimitPlugin<ConsoleContext>({ maxBodySize: LIMITS.scriptBodyBytes })],
    });
    this.#rpc = new RPCHandler<ConsoleContext>(options.router, settings());
    this.#api = new OpenAPIHandler<ConsoleContext>(options.router, settings());
  }

  async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Cache-Control', 'no-store');
    if (path === METRICS_PATH) return this.#sendMetrics(request, response);
    const isReading =
      request.method === 'GET' && [API_PREFIX, `${API_PREFIX}/`, DOCUMENT_PATH].includes(path);
    return isReading ? this.#describe(path, request, response) : this.#callApi(request, response);
  }

  /** As the page speaks. */
  async answerRpc(prefix: `/${string}`, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const context = await this.#admit(request, response);
    if (context === null) return;
    const { matched } = await this.#rpc.handle(request, response, { prefix, context });
    if (!matched) sendPlain(response, 404);
  }

  async #callApi(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const context = await this.#admit(request, response);
    if (context === null) return;
    const { matched } = await this.#api.handle(request, response, { prefix: API_PREFIX, context });
    if (!matched) sendPlain(response, 404);
  }

  async #describe(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#options.isSignedIn(request) && (await this.#admit(request, response)) === null) return;
    this.#document ??= this.#makeDocument();
    const document = await this.#document;
    const isData = path === DOCUMENT_PATH;
    if (!isData) response.setHeader('Content-Security-Policy', API_PAGE_POLICY);
    const type = isData ? 'application/json' : 'text/html';
    response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8` });
    response.end(isData ? JSON.stringify(document) : renderApiPage(document));
  }

  /** What makes it is loaded when somebody asks: most servers never need it. */
  async #makeDocument(): Promise<ApiDocument> {
    const { describeApi } = await import('./api-document.ts');
    return describeApi(this.#options.version);
  }

  async #sendMetrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET') return sendPlain(response, 405);
    const context = await this.#admit(request, response);
    if (context === null) return;
    const text = await this.#readMetrics(context);
    if (text === null) return sendPlain(response, 404, 'Metrics are off; Settings has the switch.');
    if (text === undefined) return sendPlain(response, 403);
    response.writeHead(200, { 'Content-Type': METRICS_TYPE });
    response.end(text);
  }

  /** undefined: the token may not. */
  async #readMetrics(context: ConsoleContext): Promise<string | null | undefined> {
    try {
      return await call(this.#options.router.metrics.read, undefined, { context });
    } catch (error) {
      if (error instanceof Error && 'status' in error && error.status === 403) return undefined;
      throw error;
    }
  }

  /** null: refused, and answered. */
  async #admit(request: IncomingMessage, response: ServerResponse): Promise<ConsoleContext | null> {
    const context = await scriptContext(this.#options.access, request);
    if (context === null) {
      response.setHeader('WWW-Authenticate', 'Bearer error="invalid_token"');
      sendPlain(response, 401);
      return null;
    }
    if ('retryAfterMs' in context) {
      response.setHeader('Retry-After', Math.ceil(context.retryAfterMs / 1000));
      sendPlain(response, 429);
      return null;
    }
    // A feed would go on for ever, and past the end of its token.
    const stop = this.#options.clock.after(LIMITS.scriptAnswerMs, () => response.destroy());
    response.once('close', stop);
    return context;
  }
}
