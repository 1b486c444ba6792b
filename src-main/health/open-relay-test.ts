/**
 * Open-relay test: tries the classic tricks on a running listener, as a stranger would, and tells what it answers.
 *
 * RFC 5321 §7, RFC 5068 §3.1. Flow: console → here → TCP → our own listener (or any).
 * Invariants: DATA is never said, so no mail leaves whatever the answers are; every trick is a transaction of its own (RSET
 * between); a session that the listener ends is opened again.
 */
import type { Clock } from '../base/clock.ts';
import type { SessionTranscript } from '../protocol/connection/session.ts';
import { ClientWire } from '../protocol/smtp/client/client-wire.ts';
import type { Connect } from '../protocol/connection/outgoing-connection.ts';
import { SessionBrokenError } from '../protocol/smtp/client/problem.ts';
import { describeReply, isAccepted } from '../protocol/smtp/client/reply.ts';
import { makeRelayTricks, type RelayTrick, type TrickMaterial } from './relay-tricks.ts';

/** Servers end sessions with many refusals. */
const TRICKS_PER_SESSION = 5;
/** Generous for a server on this machine, with a tarpit too. */
const REPLY_TIMEOUT_MS = 30_000;
const CLIENT_NAME = 'relay-test.example';

export interface DialogueLine {
  readonly from: 'client' | 'server' | 'note';
  readonly text: string;
}

/** `unknown`: the listener did not answer. */
export interface TrickAnswer extends RelayTrick {
  readonly answer: 'accepted' | 'refused' | 'unknown';
  /** The reply that decided. */
  readonly reply: string;
  readonly lines: readonly DialogueLine[];
}

export interface OpenRelayTestOptions {
  readonly connect: Connect;
  readonly clock: Clock;
  readonly listener: { readonly address: string; readonly port: number };
  readonly material: TrickMaterial;
}

export async function* testForOpenRelay(
  options: OpenRelayTestOptions,
): AsyncGenerator<TrickAnswer, void, void> {
  const tricks = makeRelayTricks(options.material);
  const tester = new Tester(options);
  try {
    for (const [index, trick] of tricks.entries()) {
      if (index % TRICKS_PER_SESSION === 0) await tester.leave();
      yield await tester.try(trick);
    }
  } finally {
    await tester.leave();
  }
}

class Tester {
  readonly #options: OpenRelayTestOptions;
  #wire: ClientWire | null = null;
  #lines: DialogueLine[] = [];

  constructor(options: OpenRelayTestOptions) {
    this.#options = options;
  }

  async try(trick: RelayTrick): Promise<TrickAnswer> {
    this.#lines = [];
    try {
      return await this.#ask(trick);
    } catch (error) {
      this.#wire?.abort('failed');
      this.#wire = null;
      const reply = error instanceof Error ? error.message : String(error);
      return { ...trick, answer: 'unknown', reply, lines: this.#lines };
    }
  }

  async leave(): Promise<void> {
    const wire = this.#wire;
    this.#wire = null;
    if (wire?.isOpen !== true) return wire?.abort('closed');
    wire.send('QUIT');
    await wire.close('closed');
  }

  async #ask(trick: RelayTrick): Promise<TrickAnswer> {
    const wire = await this.#open();
    wire.send(`MAIL FROM:${trick.sender}`);
    let reply = await wire.readReply(REPLY_TIMEOUT_MS);
    if (isAccepted(reply)) {
      wire.send(`RCPT TO:${trick.recipient}`);
      reply = await wire.readReply(REPLY_TIMEOUT_MS);
    }
    const answer = isAccepted(reply) ? 'accepted' : 'refused';
    const lines = [...this.#lines];
    await this.#reset(wire);
    return { ...trick, answer, reply: describeReply(reply), lines };
  }

  /** What goes wrong here is the next trick's concern, which then opens a session of its own. */
  async #reset(wire: ClientWire): Promise<void> {
    try {
      wire.send('RSET');
      await wire.readReply(REPLY_TIMEOUT_MS);
    } catch (error) {
      if (!(error instanceof SessionBrokenError)) throw error;
      this.#wire = null;
    }
  }

  async #open(): Promise<ClientWire> {
    if (this.#wire?.isOpen === true) return this.#wire;
    const { connect, clock, listener } = this.#options;
    const connection = await connect({ ...listener, serverName: null, mustVerify: false });
    const wire = new ClientWire(connection, this.#transcript(), clock);
    this.#wire = wire;
    await wire.readReply(REPLY_TIMEOUT_MS);
    wire.send(`EHLO ${CLIENT_NAME}`);
    await wire.readReply(REPLY_TIMEOUT_MS);
    return wire;
  }

  /** The listener records the session; here only the lines of the trick at hand are kept. */
  #transcript(): SessionTranscript {
    const nothing = (): void => undefined;
    const hear = (from: DialogueLine['from']) => (text: string) => void this.#lines.push({ from, text });
    return {
      sessionId: 'relay-test',
      client: hear('client'),
      server: hear('server'),
      note: hear('note'),
      content: nothing,
      phase: nothing,
      update: nothing,
      close: nothing,
    };
  }
}
