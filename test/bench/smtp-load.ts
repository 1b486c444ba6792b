/**
 * SMTP load client: N sessions send M messages as fast as the server takes them, pipelining as RFC 2920 allows (the next
 * transaction's MAIL, RCPT and DATA travel with the end of the content before).
 *
 * node test/bench/smtp-load.ts --port 2525 --to anna@server1.com [--sessions 50] [--messages 10000] [--size 4096]
 *   (a list of sizes is gone through in turn)  [--host 127.0.0.1] [--from stranger@example.org] [--user tom@server1.com --password …] [--json]
 * Exits 1 when a reply is not the one expected; prints messages per second, and the time a message took (median, 99 %).
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { parseArgs } from 'node:util';

export interface LoadOptions {
  readonly host: string;
  readonly port: number;
  readonly sessions: number;
  readonly messages: number;
  /** Octets of the messages' contents, in turn. */
  readonly sizes: readonly number[];
  readonly from: string;
  readonly to: string;
  readonly user?: string;
  readonly password?: string;
}

export interface LoadResult {
  readonly messages: number;
  readonly seconds: number;
  readonly messagesPerSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** Runs the load and measures from the first to the last message. */
export async function runSmtpLoad(options: LoadOptions): Promise<LoadResult> {
  const contents = options.sizes.map((size) => makeContent(options, size));
  const sessions = await Promise.all(
    Array.from({ length: options.sessions }, () => LoadSession.open(options)),
  );
  const durations: number[] = [];
  let sent = 0;
  const takeOne = () => (sent < options.messages ? contents[sent++ % contents.length] : undefined);
  const start = performance.now();
  await Promise.all(sessions.map((session) => session.run(takeOne, durations)));
  const seconds = (performance.now() - start) / 1000;
  durations.sort((a, b) => a - b);
  const at = (share: number) => durations[Math.floor((durations.length - 1) * share)] ?? 0;
  return {
    messages: options.messages,
    seconds,
    messagesPerSecond: options.messages / seconds,
    medianMs: at(0.5),
    p99Ms: at(0.99),
  };
}

function makeContent(options: LoadOptions, size: number): Buffer {
  const header = `From: ${options.from}\r\nTo: ${options.to}\r\nSubject: load\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\nMessage-ID: <load@example.org>\r\n\r\n`;
  const line = `${'The quick brown fox jumps over the lazy dog. '.repeat(2).slice(0, 76)}\r\n`;
  const lines = Math.max(1, Math.ceil((size - header.length) / line.length));
  return Buffer.from(`${header}${line.repeat(lines)}.\r\n`);
}

class LoadSession {
  readonly #socket: Socket;
  readonly #envelope: string;
  #buffer = '';
  #waiting: { codes: string[]; resolve: () => void; reject: (error: Error) => void } | undefined;

  static async open(options: LoadOptions): Promise<LoadSession> {
    const session = new LoadSession(options);
    await session.#expect(['220']);
    await session.#send('EHLO load.example\r\n', ['250']);
    if (options.user !== undefined) {
      const secret = Buffer.from(`\0${options.user}\0${options.password ?? ''}`).toString('base64');
      await session.#send(`AUTH PLAIN ${secret}\r\n`, ['235']);
    }
    return session;
  }

  private constructor(options: LoadOptions) {
    this.#envelope = `MAIL FROM:<${options.from}>\r\nRCPT TO:<${options.to}>\r\nDATA\r\n`;
    this.#socket = connect({ host: options.host, port: options.port, noDelay: true });
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk.toString('latin1')));
    this.#socket.on('error', (error) => this.#waiting?.reject(error));
    this.#socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')));
  }

  /** Sends the messages that `takeOne` gives while there are any, then says QUIT. */
  async run(takeOne: () => Buffer | undefined, durations: number[]): Promise<void> {
    let content = takeOne();
    if (content !== undefined) await this.#send(this.#envelope, ['250', '250', '354']);
    while (content !== undefined) {
      const start = performance.now();
      this.#socket.cork();
      this.#socket.write(content);
      content = takeOne();
      if (content === undefined) await this.#send('', ['250']);
      else await this.#send(this.#envelope, ['250', '250', '250', '354']);
      durations.push(performance.now() - start);
    }
    await this.#send('QUIT\r\n', ['221']);
    this.#socket.end();
  }

  #send(text: string, codes: string[]): Promise<void> {
    const expected = this.#expect(codes);
    if (text !== '') this.#socket.write(text);
    this.#socket.uncork();
    return expected;
  }

  #expect(codes: string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting = { codes, resolve, reject };
    });
  }

  #read(text: string): void {
    this.#buffer += text;
    for (let end = this.#buffer.indexOf('\r\n'); end !== -1; end = this.#buffer.indexOf('\r\n')) {
      const line = this.#buffer.slice(0, end);
      this.#buffer = this.#buffer.slice(end + 2);
      if (line.charAt(3) !== '-') this.#check(line);
    }
  }

  #check(line: string): void {
    const waiting = this.#waiting;
    const code = waiting?.codes.shift();
    if (waiting === undefined || code === undefined || !line.startsWith(code)) {
      waiting?.reject(new Error(`expected ${code ?? 'nothing'}, got ${line}`));
    } else if (waiting.codes.length === 0) {
      this.#waiting = undefined;
      waiting.resolve();
    }
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string' },
      sessions: { type: 'string', default: '50' },
      messages: { type: 'string', default: '10000' },
      size: { type: 'string', default: '4096' },
      from: { type: 'string', default: 'stranger@example.org' },
      to: { type: 'string' },
      user: { type: 'string' },
      password: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const { port, to, user, password } = values;
  if (port === undefined || to === undefined) throw new Error('--port and --to are needed');
  const result = await runSmtpLoad({
    host: values.host,
    port: Number(port),
    sessions: Number(values.sessions),
    messages: Number(values.messages),
    sizes: values.size.split(',').map(Number),
    from: values.from,
    to,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
  });
  console.log(values.json ? JSON.stringify(result) : describe(result));
}

function describe(result: LoadResult): string {
  const rate = Math.round(result.messagesPerSecond);
  return `${result.messages} messages in ${result.seconds.toFixed(2)} s: ${rate}/s, median ${result.medianMs.toFixed(1)} ms, 99 % ${result.p99Ms.toFixed(1)} ms`;
}

if (import.meta.main) await main();
