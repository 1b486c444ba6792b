/**
 * Console: the host as the stores see it: a typed client, the connection's state, feeds that heal.
 *
 * Flow: stores → client → (session area: HTTP | all else: the connection's transport) → host.
 */
import { createORPCClient } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import type { ConsoleContract } from '../../src-main/contract/contract.ts';
import { Connection } from './connection.ts';
import { createFetchLink, type Link, openPortTransport, openSocketTransport } from './transport.ts';

export type ConsoleClient = ContractRouterClient<ConsoleContract>;

export interface Console {
  readonly client: ConsoleClient;
  readonly connection: Connection;
  readonly isDesktop: boolean;
}

let current: Console | null = null;

/** The host of this page; installed once at start, and by tests. */
export function useConsole(): Console {
  if (current === null) throw new Error('no console is installed');
  return current;
}

export function installConsole(console: Console): Console {
  current = console;
  return console;
}

/** `onSignedOut` hears that the host may not know us any more. */
export function connectToHost(onSignedOut: () => void): Console {
  const isDesktop = 'postroomDesktop' in window;
  const { origin } = window.location;
  const connection = new Connection(
    isDesktop ? openPortTransport : () => openSocketTransport(origin),
    onSignedOut,
  );
  const http = isDesktop ? null : createFetchLink(origin);
  const client: ConsoleClient = createORPCClient(routingLink(connection, http));
  return { client, connection, isDesktop };
}

/** Before anybody is signed in there is no WebSocket: those calls go over HTTP. */
function routingLink(connection: Connection, http: Link | null): Link {
  return {
    async call(path, input, options) {
      if (http !== null && goesOverHttp(path)) return http.call(path, input, options);
      const transport = await connection.whenOpen();
      return transport.link.call(path, input, options);
    },
  };
}

/** Besides the session area: what is done before anybody can sign in, and what sets a cookie, which a WebSocket cannot. */
const OVER_HTTP = [
  ...['createAdministrator', 'findBackups', 'restoreBackup', 'restoreProgress', 'cancelRestore'].map(
    (name) => `setup.${name}`,
  ),
  'profile.changePassword',
];

function goesOverHttp(path: readonly string[]): boolean {
  return path[0] === 'session' || OVER_HTTP.includes(path.join('.'));
}
