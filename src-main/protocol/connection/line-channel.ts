/**
 * Line channel: an accepted connection as the line-based engines (IMAP, POP3) read and write it.
 *
 * Flow: listener → AcceptedConnection → here → engine. Lines and counted octets come in, replies go out in batches.
 * Invariants: memory is bounded whatever the peer sends or fails to read; a read always settles (line, end of input,
 * timeout, interruption); nothing that arrived before startTls() is read after it; writing to a dead peer is silent.
 */
import type { Duplex } from 'node:stream';
import type { Cancel, Clock } from '../../base/clock.ts';
import type { AcceptedConnection } from './accepted-connection.ts';
import { DeflateStream } from './deflate-stream.ts';
import type { TlsDetails } from './session.ts';

/** Input held while the engine is busy; beyond it the peer has to wait (TCP flow control). */
const MOST_BUFFERED_OCTETS = 256 * 1024;
/** A peer that takes none of our octets for so long is gone; slow mobile links stall for a minute or two. */
const WRITE_TIMEOUT_MS = 5 * 60_000;
/** How long a peer may take to close after we have said goodbye. */
const CLOSE_TIMEOUT_MS = 2_000;
/** Output gathered before it is handed to the socket even though more replies follow. */
const FLUSH_OCTETS = 64 * 1024;

const LF = 0x0a;
const CR = 0x0d;

/** Why nothing more can be read. */
export type ReadStop = 'end' | 'timeout' | 'interrupted';

export type LineRead =
  | { readonly kind: 'line'; /** Each character is one octet, without the line end. */ readonly text: string }
  | { readonly kind: 'tooLong' }
  | { readonly kind: ReadStop };

export class LineChannel {
  readonly #connection: AcceptedConnection;
  readonly #clock: Clock;
  /** The socket, or what compresses over it. */
  #stream: Duplex;
  /** Input that was not read yet, in order. */
  #input: Buffer[] = [];
  #inputOctets = 0;
  /** Octets at the start of the input that are known to hold no line end. */
  #scanned = 0;
  #output: (string | Uint8Array)[] = [];
  #outputOctets = 0;
  #hasEnded = false;
  #isInterrupted = false;
  #wake: (() => void) | null = null;
  readonly #onData = (chunk: Buffer): void => this.#receive(chunk);
  readonly #onEnd = (): void => this.#end();

  constructor(connection: AcceptedConnection, clock: Clock) {
    this.#connection = connection;
    this.#stream = connection.socket;
    this.#clock = clock;
    this.#attach();
  }

  /** Reads a line that ends in CRLF or LF, of at most `limit` octets, within `timeoutMs` as a whole. */
  async readLine(limit: number, timeoutMs: number): Promise<LineRead> {
    const deadline = this.#clock.now() + timeoutMs;
    for (;;) {
      if (this.#isInterrupted) return { kind: 'interrupted' };
      const lineFeed = this.#findLineFeed();
      if (lineFeed > limit + 1 || (lineFeed < 0 && this.#inputOctets > limit + 1)) return { kind: 'tooLong' };
      if (lineFeed >= 0) return { kind: 'line', text: this.#takeLine(lineFeed) };
      const stop = await this.#waitForInput(deadline - this.#clock.now());
      if (stop !== null) return { kind: stop };
    }
  }

  /** Hands exactly `count` octets to `sink` as they come; an answer other than null says why it stopped short. */
  async readOctets(
    count: number,
    timeoutMs: number,
    sink: (chunk: Uint8Array) => void | Promise<void>,
  ): Promise<ReadStop | null> {
    let left = count;
    while (left > 0) {
      const chunk = this.#takeChunk(left);
      if (chunk === null) {
        const stop = this.#isInterrupted ? 'interrupted' : await this.#waitForInput(timeoutMs);
        if (stop !== null) return stop;
        continue;
      }
      left -= chunk.length;
      await sink(chunk);
    }
    return null;
  }

  /** Adds to the output, which is sent when the next read has to wait, so that replies to pipelined commands leave together. */
  write(data: string | Uint8Array): void {
    this.#output.push(data);
    this.#outputOctets += data.length;
  }

  /** Whether so much output has gathered that the engine should flush before it makes more. */
  get isFull(): boolean {
    return this.#outputOctets >= FLUSH_OCTETS;
  }

  /** Sends the gathered output; resolves once the peer can take more. */
  async flush(): Promise<void> {
    const socket = this.#stream;
    const output = this.#output;
    if (output.length === 0) return;
    this.#output = [];
    this.#outputOctets = 0;
    if (!socket.writable) return;
    socket.cork();
    let mayGoOn = true;
    for (const piece of joinStrings(output)) mayGoOn = socket.write(piece);
    socket.uncork();
    if (!mayGoOn) await this.#waitForDrain();
  }

  /** STARTTLS, STLS: sends what is gathered, then shakes hands. False when that failed; the connection is gone then. */
  async startTls(): Promise<TlsDetails | null> {
    await this.flush();
    this.#detach();
    this.#dropInput();
    try {
      const tls = await this.#connection.startTls();
      this.#stream = this.#connection.socket;
      this.#attach();
      return tls;
    } catch {
      this.#end();
      return null;
    }
  }

  /** COMPRESS (RFC 4978): sends what is gathered; from then on both directions are deflated. What came too early is dropped. */
  async startDeflate(): Promise<void> {
    await this.flush();
    this.#detach();
    this.#dropInput();
    this.#stream = new DeflateStream(this.#connection.socket);
    this.#attach();
  }

  /** Ends a read that waits, and every later one, with `interrupted`. */
  interrupt(): void {
    this.#isInterrupted = true;
    this.#wake?.();
  }

  /** Sends what is gathered and closes; resolves when the connection is gone. */
  async close(): Promise<void> {
    const socket = this.#stream;
    await this.flush();
    socket.off('data', this.#onData);
    // What still comes in is thrown away, so that our last words are not lost to a reset.
    socket.resume();
    if (socket.destroyed) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(CLOSE_TIMEOUT_MS, () => socket.destroy());
      socket.once('close', () => {
        cancel();
        resolve();
      });
      socket.end();
    });
  }

  /** Drops the connection at once. */
  destroy(): void {
    this.#stream.destroy();
    this.#end();
  }

  #attach(): void {
    const socket = this.#stream;
    if (socket.destroyed || socket.readableEnded) return this.#end();
    // A client may say all it has to say and close its side: it still gets its answers.
    socket.allowHalfOpen = true;
    socket.on('data', this.#onData);
    socket.once('end', this.#onEnd);
    socket.once('close', this.#onEnd);
  }

  #dropInput(): void {
    this.#input = [];
    this.#inputOctets = 0;
    this.#scanned = 0;
  }

  #detach(): void {
    const socket = this.#stream;
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('close', this.#onEnd);
  }

  #receive(chunk: Buffer): void {
    this.#input.push(chunk);
    this.#inputOctets += chunk.length;
    if (this.#inputOctets > MOST_BUFFERED_OCTETS) this.#stream.pause();
    this.#wake?.();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#wake?.();
  }

  /** Sends what is gathered, then waits until something arrives; says why nothing will. */
  async #waitForInput(timeoutMs: number): Promise<ReadStop | null> {
    const before = this.#inputOctets;
    await this.flush();
    if (this.#inputOctets > before) return null;
    if (this.#isInterrupted) return 'interrupted';
    if (this.#hasEnded) return 'end';
    const socket = this.#stream;
    if (socket.isPaused()) socket.resume();
    const hasTimedOut = await this.#sleepUntilWoken(timeoutMs);
    if (this.#inputOctets > before) return null;
    if (this.#isInterrupted) return 'interrupted';
    if (this.#hasEnded) return 'end';
    return hasTimedOut ? 'timeout' : null;
  }

  #sleepUntilWoken(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const wake = (hasTimedOut: boolean): void => {
        this.#wake = null;
        cancel();
        resolve(hasTimedOut);
      };
      const cancel: Cancel = this.#clock.after(timeoutMs, () => wake(true));
      this.#wake = () => wake(false);
    });
  }

  #waitForDrain(): Promise<void> {
    const socket = this.#stream;
    return new Promise((resolve) => {
      const cancel = this.#clock.after(WRITE_TIMEOUT_MS, () => socket.destroy());
      const done = (): void => {
        cancel();
        socket.off('drain', done);
        socket.off('close', done);
        resolve();
      };
      socket.once('drain', done);
      socket.once('close', done);
      if (socket.destroyed) done();
    });
  }

  /** The position of the first line end in the input, or -1. Every octet is looked at once. */
  #findLineFeed(): number {
    let offset = 0;
    for (const chunk of this.#input) {
      const from = Math.max(0, this.#scanned - offset);
      const found = from < chunk.length ? chunk.indexOf(LF, from) : -1;
      if (found >= 0) {
        this.#scanned = offset + found;
        return offset + found;
      }
      offset += chunk.length;
    }
    this.#scanned = offset;
    return -1;
  }

  #takeLine(lineFeed: number): string {
    let chunk = this.#input[0];
    if (chunk === undefined || chunk.length <= lineFeed) {
      chunk = Buffer.concat(this.#input);
      this.#input = [chunk];
    }
    const end = lineFeed > 0 && chunk[lineFeed - 1] === CR ? lineFeed - 1 : lineFeed;
    const text = chunk.toString('latin1', 0, end);
    this.#dropFirst(lineFeed + 1);
    return text;
  }

  #takeChunk(limit: number): Buffer | null {
    const chunk = this.#input[0];
    if (chunk === undefined) return null;
    const taken = chunk.length <= limit ? chunk : chunk.subarray(0, limit);
    this.#dropFirst(taken.length);
    return taken;
  }

  /** Removes octets from the start of the first chunk. */
  #dropFirst(octets: number): void {
    const [chunk] = this.#input;
    if (chunk === undefined) return;
    if (octets < chunk.length) this.#input[0] = chunk.subarray(octets);
    else this.#input.shift();
    this.#inputOctets -= octets;
    this.#scanned = 0;
  }
}

/** One piece for strings in a row: a write per reply costs more than the reply. */
function joinStrings(output: readonly (string | Uint8Array)[]): (string | Uint8Array)[] {
  const joined: (string | Uint8Array)[] = [];
  let text = '';
  for (const piece of output) {
    if (typeof piece === 'string') {
      text += piece;
      continue;
    }
    if (text !== '') joined.push(text);
    text = '';
    joined.push(piece);
  }
  if (text !== '') joined.push(text);
  return joined;
}
