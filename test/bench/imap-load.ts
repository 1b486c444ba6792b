/** An IMAP session for benches: pipelines commands, waits for completions, counts what comes in, and keeps little of it. */
import { connect, type Socket } from 'node:net';

const KEPT_CHARACTERS = 4_000;
/** Longer than the slowest line; a server that hangs is a result too. */
const PATIENCE_MS = 90_000;

export class ImapLoadSession {
  readonly #socket: Socket;
  #tail = '';
  #tags = 0;
  #wake: (() => void) | null = null;
  octets = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.octets += chunk.length;
      const text = chunk.toString('latin1', Math.max(0, chunk.length - KEPT_CHARACTERS));
      this.#tail = (this.#tail + text).slice(-KEPT_CHARACTERS);
      this.#wake?.();
    });
    socket.once('close', () => this.#wake?.());
    socket.on('error', () => this.#wake?.());
  }

  /** Connects and waits for the greeting. */
  static async open(port: number): Promise<ImapLoadSession> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const session = new ImapLoadSession(socket);
    await session.hear(/\n/);
    return session;
  }

  static async signIn(port: number, who: { user: string; password: string }): Promise<ImapLoadSession> {
    const session = await ImapLoadSession.open(port);
    await session.run(`LOGIN ${who.user} ${who.password}`);
    return session;
  }

  /** Sends commands at once and waits for the last one's completion; each must succeed. */
  async run(...commands: readonly string[]): Promise<string> {
    this.#tail = '';
    const tags = commands.map(() => `a${++this.#tags}`);
    this.#socket.write(commands.map((command, index) => `${tags[index]} ${command}\r\n`).join(''));
    const found = await this.hear(new RegExp(`(?:^|\\n)${tags.at(-1)} ([^\\r\\n]*)\\r\\n`));
    const completion = found[1] ?? '';
    if (!completion.startsWith('OK')) throw new Error(`${commands.at(-1)?.slice(0, 200)}: ${completion}`);
    return this.#tail;
  }

  /** Writes without waiting for anything. */
  write(text: string): void {
    this.#tail = '';
    this.#socket.write(text);
  }

  /** Waits until what came last matches. */
  async hear(pattern: RegExp): Promise<RegExpExecArray> {
    const giveUp = setTimeout(() => this.#socket.destroy(), PATIENCE_MS);
    for (;;) {
      const found = pattern.exec(this.#tail);
      if (found !== null) {
        clearTimeout(giveUp);
        return found;
      }
      if (this.#socket.destroyed) throw new Error(`the server closed the connection: ${this.#tail}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
