/** What every part of the demo needs of the running server. */
import { createRouterClient } from '@orpc/server';
import type { RunningService } from '../../src-main/service/run-service.ts';
import type { Dice } from '../../test/support/dice.ts';
import type { Correspondence, Letter } from './correspondence.ts';
import { SmtpClient, type SmtpClientOptions } from '../../test/support/smtp-client.ts';
import { signInOf } from './office.ts';

export interface DemoOffice {
  readonly ports: Readonly<Record<string, number>>;
  readonly dice: Dice;
  readonly correspondence: Correspondence;
  /** Whether everything accepted has been delivered. */
  hasDeliveredAll(): Promise<boolean>;
}

/** Asks the console's own calls, as the page does. */
export function createDeliveryWatch(host: RunningService['host']): DemoOffice['hasDeliveredAll'] {
  const visitor = {
    shell: 'desktop',
    isLocal: true,
    remoteAddress: '127.0.0.1',
    administrator: () => 'demo',
  } as const;
  const console = createRouterClient(host.router, { context: { visitor } });
  return async () => {
    const { depth } = await console.queue.list({ limit: 1 });
    return depth.queued + depth.active === 0;
  };
}

export function portOf({ ports }: DemoOffice, name: string): number {
  const port = ports[name];
  if (port === undefined) throw new Error(`${name} does not listen`);
  return port;
}

/** Gives letters of one author to port 25, as the author's mail server does. */
export function receive(
  office: DemoOffice,
  letters: readonly Letter[],
  tls: 'none' | 'starttls',
): Promise<void> {
  return hand(letters, { port: portOf(office, 'smtp'), tls });
}

/** Submits letters of one author, as the author's mail program does. */
export function submit(
  office: DemoOffice,
  letters: readonly Letter[],
  tls: 'none' | 'starttls' | 'implicit',
): Promise<void> {
  const port = portOf(office, tls === 'implicit' ? 'submissions' : 'submission');
  const [first] = letters;
  return hand(letters, { port, tls, ...(first !== undefined && { account: signInOf(first.author) }) });
}

async function hand(letters: readonly Letter[], options: SmtpClientOptions): Promise<void> {
  const author = letters[0]?.author;
  if (author === undefined) return;
  const client = await SmtpClient.connect({ ...options, name: author.host, ...author.from });
  try {
    for (const { recipients, content } of letters) {
      await client.submit({ from: author.address, to: recipients, content });
    }
    await client.quit();
  } finally {
    client.close();
  }
}
