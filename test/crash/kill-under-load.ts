/** Sessions that submit messages to a service until it is killed at a random moment. */
import { ConnectionLostError } from '../support/line-client.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { SmtpClient } from '../support/smtp-client.ts';

const SESSIONS = 8;
const EARLIEST_KILL_MS = 20;
const LATEST_KILL_MS = 600;

export interface Letter {
  readonly to: readonly string[];
  readonly content: string;
  /** Called when the server has said 250. */
  onAcknowledged(): void;
}

/** Answers when the service was killed, in milliseconds since 1970. */
export async function killUnderLoad(service: ServiceProcess, nextLetter: () => Letter): Promise<number> {
  const sessions = Array.from({ length: SESSIONS }, () => submitUntilCut(service, nextLetter));
  const killAfterMs = EARLIEST_KILL_MS + Math.random() * (LATEST_KILL_MS - EARLIEST_KILL_MS);
  await new Promise((resolve) => setTimeout(resolve, killAfterMs));
  const killedAt = Date.now();
  await service.end('SIGKILL');
  await Promise.all(sessions);
  return killedAt;
}

async function submitUntilCut(service: ServiceProcess, nextLetter: () => Letter): Promise<void> {
  const account = { user: 'tom@server1.com', password: 'tom-password' };
  try {
    const client = await SmtpClient.connect({ port: service.port('submission'), account });
    for (;;) {
      const { to, content, onAcknowledged } = nextLetter();
      await client.submit({ from: 'tom@server1.com', to, content });
      onAcknowledged();
    }
  } catch (error) {
    if (!(error instanceof ConnectionLostError)) throw error;
  }
}
