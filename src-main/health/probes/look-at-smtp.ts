/**
 * Looks at an SMTP server: greeting, EHLO, STARTTLS, certificate, QUIT. Says no MAIL.
 *
 * RFC 5321 §3.1, §4.1.1.1; RFC 3207. Invariants: never rejects; a server that hangs costs its time; a certificate that is not in order is
 * looked at, not believed.
 */
import type { Clock } from '../../base/clock.ts';
import type { Connect, OutgoingTls } from '../../protocol/connection/outgoing-connection.ts';
import type { SessionTranscript } from '../../protocol/connection/session.ts';
import { ClientWire } from '../../protocol/smtp/client/client-wire.ts';
import { isAccepted, type ServerReply } from '../../protocol/smtp/client/reply.ts';
import { PROBE_TIMEOUT_MS } from '../limits.ts';
import type { SmtpLook, SmtpTarget } from '../tools.ts';

export interface SmtpLookOptions {
  readonly connect: Connect;
  readonly clock: Clock;
  /** What we call ourselves. */
  readonly hostname: string;
}

export async function lookAtSmtp(target: SmtpTarget, options: SmtpLookOptions): Promise<SmtpLook> {
  const { connect, clock } = options;
  const heard: string[] = [];
  try {
    const connection = await connect({ ...target, mustVerify: false });
    const wire = new ClientWire(connection, hearing(heard), clock);
    try {
      return await talk(wire, target, options);
    } catch (error) {
      // What answered and cannot go on is no mail server; what said nothing was not reached.
      const [greeting] = heard;
      return greeting === undefined ? unreachable(error) : { kind: 'otherProtocol', greeting };
    } finally {
      wire.abort('closed');
    }
  } catch (error) {
    return unreachable(error);
  }
}

function unreachable(error: unknown): SmtpLook {
  return { kind: 'unreachable', reason: error instanceof Error ? withoutStop(error.message) : String(error) };
}

function withoutStop(text: string): string {
  return text.replace(/\.$/u, '');
}

async function talk(wire: ClientWire, target: SmtpTarget, options: SmtpLookOptions): Promise<SmtpLook> {
  const greeting = await wire.readReply(PROBE_TIMEOUT_MS);
  const text = `${greeting.code} ${greeting.lines.join(' ')}`;
  if (greeting.code !== 220) return { kind: 'otherProtocol', greeting: text };
  wire.send(`EHLO ${options.hostname}`);
  const hello = await wire.readReply(PROBE_TIMEOUT_MS);
  const name = nameIn(isAccepted(hello) ? hello : greeting);
  const offersTls = hello.lines.some((line) => /^STARTTLS$/iu.test(line.trim()));
  const secured = offersTls && target.serverName !== null ? await secure(wire) : NOT_SECURED;
  return { kind: 'answered', greeting: text, name, offersTls, ...secured };
}

const NOT_SECURED = { tls: null, tlsProblem: null } as const;

async function secure(wire: ClientWire): Promise<{ tls: OutgoingTls | null; tlsProblem: string | null }> {
  try {
    wire.send('STARTTLS');
    const reply = await wire.readReply(PROBE_TIMEOUT_MS);
    if (reply.code !== 220) return { tls: null, tlsProblem: `${reply.code} ${reply.lines.join(' ')}` };
    return { tls: await wire.startTls(), tlsProblem: null };
  } catch (error) {
    const problem = error instanceof Error ? withoutStop(error.message) : String(error);
    return { tls: null, tlsProblem: problem.replace(/^The TLS handshake failed: /u, '') };
  }
}

/** RFC 5321 §4.2, §4.1.1.1: the domain is the first word. */
function nameIn({ lines }: ServerReply): string {
  return (lines[0] ?? '').trim().split(/\s+/u)[0] ?? '';
}

function hearing(heard: string[]): SessionTranscript {
  const nothing = (): void => undefined;
  return {
    sessionId: 'health',
    client: nothing,
    server: (line) => void heard.push(line),
    note: nothing,
    content: nothing,
    phase: nothing,
    update: nothing,
    close: nothing,
  };
}
