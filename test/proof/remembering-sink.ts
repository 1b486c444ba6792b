/** The server of another office: takes everything, and remembers what it acknowledged and when. */
import { SMTPServer } from 'smtp-server';

export class RememberingSink {
  /** By `subject recipient`, in milliseconds since 1970. */
  readonly acknowledged = new Map<string, number[]>();
  readonly #subjects = new Set<string>();
  readonly #server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, session, callback) => {
      let content = '';
      stream.on('data', (chunk: Buffer) => (content += chunk.toString('latin1')));
      stream.on('end', () => {
        const subject = /^Subject: (\S+)/mu.exec(content)?.[1] ?? '';
        this.#subjects.add(subject);
        for (const { address } of session.envelope.rcptTo) this.#remember(`${subject} ${address}`);
        callback();
      });
    },
  });

  /** Whether a message with this subject came. */
  has(subject: string): boolean {
    return this.#subjects.has(subject);
  }

  listen(): Promise<number> {
    // A killed client leaves half a session; that is not this server's trouble.
    this.#server.on('error', () => undefined);
    return new Promise((resolve) => {
      const listening = this.#server.listen(0, '127.0.0.1', () => {
        const address = listening.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #remember(key: string): void {
    this.acknowledged.set(key, [...(this.acknowledged.get(key) ?? []), Date.now()]);
  }
}
