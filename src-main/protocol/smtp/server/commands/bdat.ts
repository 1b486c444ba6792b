/**
 * BDAT (RFC 3030 §2): content in chunks of announced length.
 *
 * BINARYMIME is not offered: stored content is lines that end with CRLF, which IMAP, POP3 and relaying by DATA rely on, and turning
 * binary parts into such would break signatures; a server without it may not be sent any (RFC 3030 §3).
 * Invariants: the octets of a chunk are never read as commands, whether it is taken or refused; where their number is not
 * understood the session ends.
 */
import { ChunkScanner } from '../chunk-scanner.ts';
import { ContentIntake, messageTooLarge } from '../content-intake.ts';
import type { ContentTurn } from '../content-intake.ts';
import { MAX_DISCARDED_OCTETS } from '../limits.ts';
import type { ContentSink } from '../policy.ts';
import { REPLIES, smtpReply } from '../reply.ts';
import type { SmtpReply } from '../reply.ts';
import type { Outcome, SmtpSession } from '../session.ts';
import { refuseContent } from './transaction.ts';

interface Chunk {
  readonly octets: number;
  readonly isLast: boolean;
}

export async function handleBdat(session: SmtpSession, argument: string): Promise<Outcome> {
  const chunk = parseChunk(argument);
  if (chunk === null) return { reply: smtpReply(501, '5.5.4', 'Syntax: BDAT octets [LAST]'), next: 'close' };
  const { messageOctets } = session.context.limits;
  if (chunk.octets > messageOctets + MAX_DISCARDED_OCTETS) {
    return { reply: messageTooLarge(messageOctets), next: 'close' };
  }
  const refusal = refuseContent(session.transaction) ?? (await begin(session));
  if (refusal !== null) return { reply: null, next: refuse(session, chunk, refusal) };
  const chunks = session.transaction?.chunks;
  if (chunks === undefined) throw new Error('BDAT has begun no content');
  chunks.scanner.expect(chunk.octets);
  return { reply: null, next: turnOf(chunks.intake, chunk) };
}

/** RFC 3030 §2: chunk-size is 1*DIGIT; 20 digits as SIZE has them (RFC 1870 §3). */
export function parseChunk(argument: string): Chunk | null {
  const match = /^(\d{1,20})(?:[ \t]+(LAST))?$/i.exec(argument);
  return match === null ? null : { octets: Number(match[1]), isLast: match[2] !== undefined };
}

/** Opens the content with the first chunk. */
async function begin(session: SmtpSession): Promise<SmtpReply | null> {
  const { transaction } = session;
  if (transaction === undefined || transaction.chunks !== undefined) return null;
  const sink = await transaction.policy.receive();
  if (!sink.ok) return sink.error;
  const scanner = new ChunkScanner();
  const intake = new ContentIntake(sink.value, { ...session.intakeOptions, framing: scanner });
  transaction.chunks = { scanner, intake };
  return null;
}

/** Its reply is final, whether or not the client calls the chunk its last. */
function refuse(session: SmtpSession, chunk: Chunk, refusal: SmtpReply): ContentTurn {
  const scanner = new ChunkScanner();
  scanner.expect(chunk.octets);
  const intake = new ContentIntake(NOBODY, { ...session.intakeOptions, framing: scanner, refusal });
  return turnOf(intake, { ...chunk, isLast: true });
}

function turnOf(intake: ContentIntake, { octets, isLast }: Chunk): ContentTurn {
  return { intake, isLast, isEmpty: octets === 0 };
}

/** Content that is refused before it comes reaches nobody. */
const NOBODY: ContentSink = {
  write: () => undefined,
  finish: () => Promise.resolve(REPLIES.localError),
  abort: () => Promise.resolve(),
};
