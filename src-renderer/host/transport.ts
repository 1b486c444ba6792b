/**
 * Transport: one way to the host: a WebSocket in the browser, a MessagePort in the desktop app. It opens once and is lost
 * once; the connection (connection.ts) opens the next.
 */
import type { ClientContext, ClientLink } from '@orpc/client';
import { RPCLink as FetchLink } from '@orpc/client/fetch';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';

export type Link = ClientLink<ClientContext>;

export interface Transport {
  readonly link: Link;
  /** Resolves when calls may be made; rejects when that will not happen. */
  readonly opened: Promise<void>;
  /** Resolves when it is lost; says whether the host ended it because nobody is signed in any more. */
  readonly lost: Promise<{ readonly isSignedOut: boolean }>;
  close(): void;
}

/** The host closes sockets with this code when their session has ended (src-main/service/http/rpc-sockets.ts). */
const CLOSE_SIGNED_OUT = 4401;
const CONNECT = 'postroom:connect';

export function openSocketTransport(origin: string): Transport {
  const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}/live`);
  const lost = new Promise<{ isSignedOut: boolean }>((resolve) => {
    socket.addEventListener('close', (event) => resolve({ isSignedOut: event.code === CLOSE_SIGNED_OUT }));
  });
  const opened = new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('close', () => reject(new Error('the connection was not made')));
  });
  opened.catch(() => undefined);
  return { link: new SocketLink({ websocket: socket }), opened, lost, close: () => socket.close() };
}

export function openPortTransport(): Transport {
  const { port1, port2 } = new MessageChannel();
  window.postMessage(CONNECT, window.location.origin, [port2]);
  const lost = new Promise<{ isSignedOut: boolean }>((resolve) => {
    port1.addEventListener('close', () => resolve({ isSignedOut: false }));
  });
  const link = new PortLink({ port: port1 });
  port1.start();
  return { link, opened: Promise.resolve(), lost, close: () => port1.close() };
}

/** For the calls that are made before anybody is signed in, and that set the cookie. */
export function createFetchLink(origin: string): Link {
  return new FetchLink({ url: `${origin}/rpc` });
}
