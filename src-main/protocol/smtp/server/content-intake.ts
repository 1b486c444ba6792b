/**
 * ContentIntake: one message on its way from the wire into the policy's sink.
 *
 * Flow: DATA was answered 354 → chunks come in here → sink; the end of the content → the reply. Invariants: once something
 * is wrong (a bare CR or LF, too large, the sink failed) the sink is aborted and the rest is read and thrown away, so that the
 * client hears why when it has finished (RFC 5321 §4.2.5: a reply follows the content, not before).
 */
import { DataScanner } from './data-scanner.ts';
import type { LineEndProblem } from './data-scanner.ts';
import { MAX_DISCARDED_OCTETS } from './limits.ts';
import type { ContentSink } from './policy.ts';
import { REPLIES, smtpReply } from './reply.ts';
import type { SmtpReply } from './reply.ts';

export interface IntakeStep {
  /** First octet after the content, or -1 where it goes on. */
  readonly end: number;
  /** Settles when more may be written; undefined when it may at once. */
  readonly ready: Promise<void> | undefined;
}

export class ContentIntake {
  readonly #sink: ContentSink;
  readonly #maxOctets: number;
  readonly #onError: (error: unknown) => void;
  readonly #scanner = new DataScanner();
  #refusal: SmtpReply | undefined;
  #aborted: Promise<void> | undefined;
  /** The sink's calls must not overlap. */
  #writing: Promise<void> | undefined;
  #octets = 0;

  constructor(sink: ContentSink, options: { maxOctets: number; onError: (error: unknown) => void }) {
    this.#sink = sink;
    this.#maxOctets = options.maxOctets;
    this.#onError = options.onError;
  }

  /** Content octets so far. */
  get octets(): number {
    return this.#octets;
  }

  /** Whether so much had to be thrown away that the client is not worth listening to. */
  get isHopeless(): boolean {
    return this.#octets > this.#maxOctets + MAX_DISCARDED_OCTETS;
  }

  write(chunk: Uint8Array, start: number): IntakeStep {
    const { pieces, end } = this.#scanner.scan(chunk, start);
    for (const piece of pieces) this.#octets += piece.length;
    this.#judge();
    const [first] = pieces;
    if (first === undefined || this.#refusal !== undefined) return { end, ready: undefined };
    return { end, ready: this.#pass(pieces.length === 1 ? first : Buffer.concat(pieces)) };
  }

  /** The content is complete: the answer to the client. */
  async finish(): Promise<SmtpReply> {
    await this.#aborted;
    if (this.#refusal !== undefined) return this.#refusal;
    try {
      return await this.#sink.finish();
    } catch (error) {
      this.#onError(error);
      return REPLIES.localError;
    }
  }

  /** The client went away. */
  async abort(): Promise<void> {
    this.#refuse(REPLIES.localError);
    await this.#aborted;
  }

  #judge(): void {
    const problem = this.#scanner.lineEndProblem;
    if (problem !== null) this.#refuse(describeLineEnd(problem));
    else if (this.#octets > this.#maxOctets) this.#refuse(messageTooLarge(this.#maxOctets));
  }

  #pass(piece: Uint8Array): Promise<void> | undefined {
    try {
      const written = this.#sink.write(piece);
      this.#writing = written?.catch((error: unknown) => this.#fail(error));
      return this.#writing;
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #fail(error: unknown): void {
    this.#onError(error);
    this.#refuse(REPLIES.localError);
  }

  #refuse(reply: SmtpReply): void {
    this.#refusal ??= reply;
    this.#aborted ??= this.#abortSink().catch(this.#onError);
  }

  async #abortSink(): Promise<void> {
    await this.#writing;
    await this.#sink.abort();
  }
}

/** RFC 1870 §6.3 */
export function messageTooLarge(maxOctets: number): SmtpReply {
  return smtpReply(552, '5.3.4', `The message is larger than the ${maxOctets} octets allowed here`);
}

function describeLineEnd(problem: LineEndProblem): SmtpReply {
  const what = problem.kind === 'bareCr' ? 'a CR without LF' : 'an LF without CR';
  return smtpReply(
    550,
    '5.6.0',
    `Line ${problem.line} holds ${what}; lines must end with CR LF (RFC 5321 2.3.8). The message was not accepted`,
  );
}
