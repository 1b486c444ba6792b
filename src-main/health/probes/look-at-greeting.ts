/** Connects to a listener and hears its first line; over TLS also sees its certificate. Never rejects. */
import type { Clock } from '../../base/clock.ts';
import type { Connect, OutgoingConnection } from '../../protocol/connection/outgoing-connection.ts';
import { LineChannel } from '../../protocol/connection/line-channel.ts';
import { PROBE_TIMEOUT_MS } from '../limits.ts';
import type { GreetingLook, GreetingTarget } from '../tools.ts';

const MAX_LINE_OCTETS = 2_000;

export async function lookAtGreeting(
  target: GreetingTarget,
  { connect, clock }: { readonly connect: Connect; readonly clock: Clock },
): Promise<GreetingLook> {
  try {
    const connection = await connect({ ...target, mustVerify: false });
    try {
      return await hear(connection, target, clock);
    } finally {
      connection.socket.destroy();
    }
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

async function hear(
  connection: OutgoingConnection,
  { isTlsFirst }: GreetingTarget,
  clock: Clock,
): Promise<GreetingLook> {
  const channel = new LineChannel(connection, clock);
  if (isTlsFirst && (await channel.startTls()) === null)
    return { kind: 'failed', reason: connection.tlsProblem ?? 'the host closed the connection' };
  const read = await channel.readLine(MAX_LINE_OCTETS, PROBE_TIMEOUT_MS);
  if (read.kind === 'line') return { kind: 'answered', greeting: read.text, tls: connection.tls ?? null };
  return {
    kind: 'failed',
    reason: read.kind === 'timeout' ? 'the host did not answer' : 'the host closed the connection',
  };
}
