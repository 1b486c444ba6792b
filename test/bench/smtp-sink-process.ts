/** Postfix's smtp-sink as a next hop that takes everything as fast as it comes, and counts it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { findFreePort, untilListening } from '../support/free-port.ts';

const PROGRAM = '/usr/sbin/smtp-sink';
const POLL_MS = 10;
const TIMEOUT_MS = 600_000;

export class SmtpSink {
  readonly port: number;
  readonly #process: ChildProcess;
  messages = 0;

  private constructor(port: number, process: ChildProcess) {
    this.port = port;
    this.#process = process;
    process.stdout?.on('data', (chunk: Buffer) => {
      const counts = [...chunk.toString().matchAll(/mesg=(\d+)/gu)].at(-1);
      if (counts !== undefined) this.messages = Number(counts[1]);
    });
  }

  static async start(): Promise<SmtpSink> {
    const port = await findFreePort();
    const args = ['-u', 'nobody', '-c', '-h', 'sink.example', `127.0.0.1:${port}`, '1024'];
    const process = spawn(PROGRAM, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await untilListening('127.0.0.1', port);
    return new SmtpSink(port, process);
  }

  /** Resolves when it has taken so many messages. */
  async received(messages: number): Promise<void> {
    const deadline = performance.now() + TIMEOUT_MS;
    while (this.messages < messages) {
      if (performance.now() > deadline) throw new Error(`only ${this.messages} of ${messages} came out`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  end(): void {
    this.#process.kill();
  }
}
