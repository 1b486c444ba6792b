/**
 * ContentIntake: one message on its way from the wire into the policy's sink.
 *
 * Flow: DATA was answered 354, or BDAT announced octets → they come in here → sink; the end of the content → the reply.
 * Invariants: once something is wrong (a bare CR or LF, too large, the sink failed) the sink is aborted and the rest is read and
 * thrown away, so that the client hears why when it has finished (RFC 5321 §4.2.5, RFC 3030 §2: a reply follows the octets).
 */
import type { LineEndProblem, ScannedChunk } from './data-scanner.ts';
import { MAX_DISCARDED_OCTETS } from './limits.ts';
import type { ContentSink } from './policy.ts';
import { REPLIES, replyToFailure, smtpReply } from './reply.ts';
import type { SmtpReply } from './reply.ts';

/** How content is told from the commands around it: by DATA's dots, or by BDAT's counts. */
export interface ContentFraming {
  readonly lineEndProblem: LineEndProblem | null;
  scan(chunk: Uint8Array, start: number): ScannedChunk;
  /** All of it has come: the octets that it lacks at its end. */
  complete(): Uint8Array;
}

/** Octets of content come next. */
export interface ContentTurn {
  readonly intake: ContentIntake;
  /** Whether they end the content; otherwise another BDAT follows. */
  readonly isLast: boolean;
  /** Whether none come, as after `BDAT 0`. */
  readonly isEmpty?: boolean;
}

export interface IntakeOptions {
  readonly framing: ContentFraming;
  readonly maxOctets: number;
  readonly onError: (error: unknown) => void;
  /** What is wrong before it comes. */
  readonly refusal?: SmtpReply;
}

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
  readonly #framing: ContentFraming;
  #refusal: SmtpReply | undefined;
  #aborted: Promise<void> | undefined;
  /** The sink's calls must not overlap. */
  #writing: Promise<void> | undefined;
  #octets = 0;
  #countedOctets = 0;

  constructor(sink: ContentSink, options: IntakeOptions) {
    this.#sink = sink;
    this.#framing = options.framing;
    this.#maxOctets = options.maxOctets;
    this.#onError = options.onError;
    this.#refusal = options.refusal;
  }

  /** Whether something is wrong with the content. */
  get isRefused(): boolean {
    return this.#refusal !== undefined;
  }

  /** Content octets since the last call. */
  countNewOctets(): number {
    const octets = this.#octets - this.#countedOctets;
    this.#countedOctets = this.#octets;
    return octets;
  }

  /** Whether so much had to be thrown away that the client is not worth listening to. */
  get isHopeless(): boolean {
    return this.#octets > this.#maxOctets + MAX_DISCARDED_OCTETS;
  }

  write(chunk: Uint8Array, start: number): IntakeStep {
    const { pieces, end } = this.#framing.scan(chunk, start);
    for (const piece of pieces) this.#octets += piece.length;
    this.#judge();
    const [first] = pieces;
    if (first === undefined || this.#refusal !== undefined) return { end, ready: undefined };
    return { end, ready: this.#pass(pieces.length === 1 ? first : Buffer.concat(pieces)) };
  }

  /** The content is complete: the answer to the client. */
  async finish(): Promise<SmtpReply> {
    await this.#complete();
    await this.#aborted;
    if (this.#refusal !== undefined) return this.#refusal;
    try {
      return await this.#sink.finish();
    } catch (error) {
      this.#onError(error);
      return replyToFailure(error);
    }
  }

  /** The client went away, or gave the transaction up. */
  async abort(): Promise<void> {
    this.#refuse(REPLIES.localError);
    await this.#aborted;
  }

  async #complete(): Promise<void> {
    const rest = this.#framing.complete();
    this.#judge();
    if (rest.length > 0 && this.#refusal === undefined) await this.#pass(rest);
  }

  #judge(): void {
    const problem = this.#framing.lineEndProblem;
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
    this.#refuse(replyToFailure(error));
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
