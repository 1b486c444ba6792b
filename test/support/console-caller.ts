/** The console of a running service, signed in, as the page calls it: every call typed by the contract. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import type { ConsoleContract } from '../../src-main/contract/contract.ts';

export interface ConsoleCaller {
  readonly calls: ContractRouterClient<ConsoleContract>;
  close(): void;
}

export async function signInToConsole(
  url: string,
  administrator: { name: string; password: string },
): Promise<ConsoleCaller> {
  const answer = await fetch(new URL('rpc/session/signIn', url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ json: administrator }),
  });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  const { host, origin } = new URL(url);
  const socket = new WebSocket(`ws://${host}/live`, { headers: { Cookie: cookie, Origin: origin } });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket });
  return { calls: createORPCClient(link), close: () => socket.close() };
}
