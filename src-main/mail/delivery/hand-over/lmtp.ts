/**
 * Delivery to another server over LMTP (RFC 2033): the last MTA's own hand-over, one recipient at a time.
 *
 * TLS is used where the server offers it; a name is resolved by the operating system, since these servers are neighbours.
 */
import type { Clock } from '../../../base/clock.ts';
import type { SmtpClientOptions } from '../../../protocol/smtp/client/open-session.ts';
import { SessionPool } from '../../../protocol/smtp/client/session-pool.ts';
import { deferred, deferredBy } from './outcome.ts';
import type { HandedMessage, HandOver, HandOverOutcome } from './port.ts';

type LmtpMethod = { readonly method: 'lmtp'; readonly host: string; readonly port: number };

export interface LmtpHandOver {
  readonly handOver: HandOver<LmtpMethod>;
  /** Says goodbye to servers that nothing is being sent to. */
  close(): Promise<void>;
}

export function createLmtpHandOver(options: SmtpClientOptions & { clock: Clock }): LmtpHandOver {
  const pool = new SessionPool(options);
  return {
    handOver: (method, message) =>
      send(pool, method, message).catch((error: unknown) =>
        deferredBy(error, `${method.host}:${method.port} could not be given the message`),
      ),
    close: () => pool.close(),
  };
}

async function send(
  pool: SessionPool,
  { host, port }: LmtpMethod,
  message: HandedMessage,
): Promise<HandOverOutcome> {
  const target = {
    host,
    address: host,
    port,
    tls: 'opportunistic',
    mustVerify: false,
    protocol: 'lmtp',
  } as const;
  const taken = await pool.take(target);
  if (!taken.ok) {
    const { problem, sessionId } = taken.error;
    return { ...deferred(problem.diagnostic, problem.status.replace(/^5/u, '4')), sessionId };
  }
  const session = taken.value;
  const { verdicts, problem } = await session.send({
    reversePath: message.reversePath,
    recipients: [{ address: message.address }],
    sizeOctets: message.sizeOctets,
    hasUtf8Header: false,
    content: () => message.content(),
  });
  pool.giveBack(session);
  const [verdict] = verdicts;
  const { sessionId } = session;
  if (!verdict)
    return { ...deferred(problem?.diagnostic ?? `${host}:${port} did not answer`, '4.4.2'), sessionId };
  const kind = verdict.kind === 'relayed' ? 'delivered' : verdict.kind;
  return { kind, status: verdict.status, diagnostic: verdict.diagnostic, sessionId };
}
