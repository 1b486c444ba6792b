/**
 * RpcSockets: the contract over WebSocket, for pages that are signed in.
 *
 * Flow: upgrade (guarded, session found) → here → router. Invariants: a socket never outlives its session; frames are
 * bounded; a peer that talks nonsense or does not read is cut off and holds up nobody else.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import type { CallInterceptors } from '../../host/api/call-log.ts';
import type { ConsoleRouter } from '../../host/api/router.ts';
import type { ConsoleContext } from '../../host/api/services.ts';
import type { ConsoleSession } from '../../host/console/console-sessions.ts';
import { LIMITS } from './limits.ts';

/** RFC 6455 §7.4.2: ours to define. The page then asks for the password again. */
const CLOSE_SIGNED_OUT = 4401;
/** RFC 6455 §7.4.1 */
const CLOSE_GOING_AWAY = 1001;
const CLOSE_UNSUPPORTED = 1003;

/** What oRPC's peers exchange, as far as it must hold before its own decoder reads it. */
const frame = z.object({
  i: z.string().min(1).max(64),
  t: z.union([z.literal(1), z.literal(3), z.literal(4)]).optional(),
  p: z
    .object({ u: z.string().startsWith('/').max(256), h: z.record(z.string(), z.string()).optional() })
    .partial()
    .optional(),
});

export class RpcSockets {
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    maxPayload: LIMITS.frameBytes,
    perMessageDeflate: false,
  });
  readonly #handler: RPCHandler<ConsoleContext>;
  readonly #clock: Clock;

  constructor(router: ConsoleRouter, options: { clock: Clock; interceptors: CallInterceptors }) {
    this.#handler = new RPCHandler<ConsoleContext>(router, { interceptors: options.interceptors });
    this.#clock = options.clock;
  }

  accept(upgrade: {
    request: IncomingMessage;
    socket: Duplex;
    head: Buffer;
    session: ConsoleSession;
    contextOf: () => ConsoleContext;
  }): void {
    this.#server.handleUpgrade(upgrade.request, upgrade.socket, upgrade.head, (socket) => {
      const detach = upgrade.session.attach(() => socket.close(CLOSE_SIGNED_OUT));
      socket.on('close', detach);
      socket.on('error', () => socket.terminate());
      this.#keepAlive(socket);
      void this.#handler.upgrade(guardSocket(socket, upgrade.session, this.#clock), {
        context: upgrade.contextOf(),
      });
    });
  }

  stop(): void {
    for (const socket of this.#server.clients) {
      socket.close(CLOSE_GOING_AWAY);
      socket.terminate();
    }
    this.#server.close();
  }

  #keepAlive(socket: WebSocket): void {
    let isAlive = true;
    socket.on('pong', () => {
      isAlive = true;
    });
    let cancel = (): void => undefined;
    const beat = (): void => {
      if (!isAlive) {
        socket.terminate();
        return;
      }
      isAlive = false;
      socket.ping();
      cancel = this.#clock.after(LIMITS.pingIntervalMs, beat);
    };
    cancel = this.#clock.after(LIMITS.pingIntervalMs, beat);
    socket.on('close', () => cancel());
  }
}

/** The socket as the handler may see it: only well-formed frames come in, and what goes out is bounded. */
function guardSocket(
  socket: WebSocket,
  session: ConsoleSession,
  clock: Clock,
): Pick<WebSocket, 'addEventListener' | 'send'> {
  return {
    addEventListener: ((type: string, listener: (event: { data?: unknown }) => void) => {
      if (type === 'close') socket.on('close', () => listener({}));
      if (type !== 'message') return;
      socket.on('message', (data: Buffer, isBinary: boolean) => {
        const text = data.toString('utf8');
        if (isBinary || !isFrame(text)) return socket.close(CLOSE_UNSUPPORTED);
        session.lastUsedAt = clock.now();
        listener({ data: text });
      });
    }) as WebSocket['addEventListener'],
    send: ((data: string) => {
      if (socket.bufferedAmount > LIMITS.unsentBytes) socket.terminate();
      else socket.send(data, () => undefined);
    }) as WebSocket['send'],
  };
}

function isFrame(text: string): boolean {
  try {
    return frame.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
