/** A small submission client for load: signs in once, then one transaction after another on the same connection. */
import { connect, type Socket } from 'node:net';

export interface SubmissionAccount {
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** The connection went away; whatever was not answered is not acknowledged. */
export class ConnectionLostError extends Error {
  override name = 'ConnectionLostError' as const;
}

export class SubmissionClient {
  readonly #socket: Socket;
  #buffered = '';
  #waiting: { resolve: (reply: string) => void; reject: (error: Error) => void } | undefined;
  #isLost = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.#read(text));
    socket.on('error', () => this.#lose());
    socket.on('close', () => this.#lose());
  }

  static async connect(account: SubmissionAccount): Promise<SubmissionClient> {
    const client = new SubmissionClient(connect({ port: account.port, host: '127.0.0.1' }));
    await client.#expect('220');
    await client.#command('EHLO client.example', '250');
    const credentials = Buffer.from(`\0${account.user}\0${account.password}`).toString('base64');
    await client.#command(`AUTH PLAIN ${credentials}`, '235');
    return client;
  }

  /** Resolves when the server has acknowledged the message with 250. */
  async submit(message: { from: string; to: readonly string[]; text: string }): Promise<void> {
    await this.#command(`MAIL FROM:<${message.from}>`, '250');
    for (const address of message.to) await this.#command(`RCPT TO:<${address}>`, '250');
    await this.#command('DATA', '354');
    await this.#command(`${message.text}\r\n.`, '250');
  }

  close(): void {
    this.#socket.destroy();
  }

  #command(line: string, code: string): Promise<string> {
    this.#socket.write(`${line}\r\n`);
    return this.#expect(code);
  }

  async #expect(code: string): Promise<string> {
    const reply = await new Promise<string>((resolve, reject) => {
      if (this.#isLost) return reject(new ConnectionLostError());
      this.#waiting = { resolve, reject };
      this.#read('');
    });
    if (!reply.startsWith(code)) throw new Error(`expected ${code}, got ${reply}`);
    return reply;
  }

  #read(text: string): void {
    this.#buffered += text;
    const end = /^\d{3}(?: .*)?\r\n/mu.exec(this.#buffered);
    if (end === null || this.#waiting === undefined) return;
    this.#buffered = this.#buffered.slice(end.index + end[0].length);
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve(end[0].trimEnd());
  }

  #lose(): void {
    this.#isLost = true;
    this.#waiting?.reject(new ConnectionLostError());
    this.#waiting = undefined;
  }
}
