/** Reads one command: its line, and the literals and lines that it announces (RFC 5804 §1.2). */
import type { LineChannel, ReadStop } from '../../connection/line-channel.ts';
import { MASKED } from '../../connection/session.ts';
import type { SessionTranscript } from '../../connection/session.ts';
import { MAX_ARGUMENTS, MAX_LINE_OCTETS, MAX_SKIPPED_LITERAL } from '../limits.ts';
import { announcedOctets, literalToken, readTokens } from '../tokens.ts';
import type { Token } from '../tokens.ts';

/** Why nothing more can be read. */
export type CommandStop = ReadStop | 'tooLong';

export type CommandRead =
  | { readonly kind: 'tokens'; readonly tokens: readonly Token[] }
  /** With a sentence for the client. */
  | { readonly kind: 'malformed'; readonly text: string }
  | { readonly kind: 'stop'; readonly stop: CommandStop };

export interface ReadOptions {
  readonly timeoutMs: number;
  /** A larger one is skipped. */
  readonly maxLiteralOctets: number;
  /** What the transcript shows instead. */
  readonly mask?: string;
}

export class CommandReader {
  readonly #channel: LineChannel;
  readonly #transcript: SessionTranscript;

  constructor(channel: LineChannel, transcript: SessionTranscript) {
    this.#channel = channel;
    this.#transcript = transcript;
  }

  async read(options: ReadOptions): Promise<CommandRead> {
    const tokens: Token[] = [];
    let problem: string | null = null;
    for (;;) {
      const read = await this.#channel.readLine(MAX_LINE_OCTETS, options.timeoutMs);
      if (read.kind !== 'line') return { kind: 'stop', stop: read.kind };
      this.#record(read.text, tokens, options.mask);
      const line = readTokens(read.text);
      if (line.ok) tokens.push(...line.value);
      else problem ??= line.error;
      // Also of a line that is malformed: a script must never be taken for commands.
      const octets = announcedOctets(read.text);
      if (octets === null)
        return problem === null ? { kind: 'tokens', tokens } : { kind: 'malformed', text: problem };
      const literal = await this.#readLiteral(octets, options);
      if (typeof literal === 'string') return { kind: 'stop', stop: literal };
      if (literal === null) problem ??= 'The literal is not UTF-8';
      else tokens.push(literal);
      if (tokens.length > MAX_ARGUMENTS) return { kind: 'stop', stop: 'tooLong' };
    }
  }

  /** null: not UTF-8. */
  async #readLiteral(octets: number, options: ReadOptions): Promise<Token | CommandStop | null> {
    const isTaken = octets <= options.maxLiteralOctets;
    // Before anybody has signed in nothing is read just to be thrown away.
    const mostSkipped =
      options.maxLiteralOctets > MAX_LINE_OCTETS ? MAX_SKIPPED_LITERAL : options.maxLiteralOctets;
    if (octets > mostSkipped && !isTaken) return 'tooLong';
    const chunks: Uint8Array[] = [];
    const stop = await this.#channel.readOctets(octets, options.timeoutMs, (chunk) => {
      if (isTaken) chunks.push(chunk);
    });
    if (stop !== null) return stop;
    this.#transcript.content('client', octets);
    return isTaken ? literalToken(Buffer.concat(chunks)) : { kind: 'tooLarge', octets };
  }

  /** SASL responses stay hidden. */
  #record(line: string, before: readonly Token[], mask: string | undefined): void {
    if (mask !== undefined) return this.#transcript.client(line === '"*"' ? line : mask);
    const [, command = '', mechanism = '', rest] =
      /^\s*(AUTHENTICATE)\s+("[^"]*"|\S*)(.*)$/is.exec(line) ?? [];
    const hides = command !== '' && rest !== undefined && rest.trim() !== '';
    if (hides) return this.#transcript.client(`${command} ${mechanism} ${MASKED}`);
    const [first] = before;
    const isRestOfSignIn = first?.kind === 'atom' && first.text.toUpperCase() === 'AUTHENTICATE';
    if (isRestOfSignIn) return this.#transcript.client(MASKED);
    if (line !== '' || before.length === 0) {
      this.#transcript.client(Buffer.from(line.slice(0, 1000), 'latin1').toString('utf8'));
    }
  }
}
