/** A small SMTP client for load and for the demo: one transaction after another on the same connection. */
import { LineClient, type Endpoint } from './line-client.ts';

export interface SmtpClientOptions extends Endpoint {
  /** What it calls itself in EHLO. */
  readonly name?: string;
  /** Whom it signs in as; nobody where absent. */
  readonly account?: { readonly user: string; readonly password: string };
}

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** Header section and body, lines ended by CRLF. */
  readonly content: string | Uint8Array;
}

/** The server refused a command. */
export class RefusedError extends Error {
  override name = 'RefusedError' as const;
}

export class SmtpClient {
  readonly #line: LineClient;

  private constructor(options: SmtpClientOptions) {
    this.#line = new LineClient(options);
  }

  static async connect(options: SmtpClientOptions): Promise<SmtpClient> {
    const client = new SmtpClient(options);
    try {
      await client.#begin(options);
    } catch (error) {
      client.close();
      throw error;
    }
    return client;
  }

  /** Where we are in what the server sends: our port, and the octets read so far. */
  get position(): { readonly port: number; readonly octets: number } {
    return { port: this.#line.localPort, octets: this.#line.octetsRead };
  }

  /** Resolves when the server has acknowledged the message with 250. */
  async submit(mail: Mail): Promise<void> {
    await this.command(`MAIL FROM:<${mail.from}>`, '250');
    for (const address of mail.to) await this.command(`RCPT TO:<${address}>`, '250');
    await this.command('DATA', '354');
    this.#line.write(stuffDots(mail.content));
    await this.command('\r\n.', '250');
  }

  /** Sends one line and reads the reply's last line; throws RefusedError unless it begins with `code`. */
  async command(line: string, code: string): Promise<string> {
    this.#line.write(`${line}\r\n`);
    return this.#expect(code);
  }

  /** Ends the session as it should end; resolves when the connection is closed. */
  async quit(): Promise<void> {
    await this.command('QUIT', '221');
    const closed = this.#line.closed();
    this.#line.destroy();
    await closed;
  }

  close(): void {
    this.#line.destroy();
  }

  async #begin({ tls, account, name = 'client.example' }: SmtpClientOptions): Promise<void> {
    await this.#expect('220');
    await this.command(`EHLO ${name}`, '250');
    if (tls === 'starttls') {
      await this.command('STARTTLS', '220');
      this.#line.startTls();
      await this.command(`EHLO ${name}`, '250');
    }
    if (account === undefined) return;
    const credentials = Buffer.from(`\0${account.user}\0${account.password}`).toString('base64');
    await this.command(`AUTH PLAIN ${credentials}`, '235');
  }

  async #expect(code: string): Promise<string> {
    for (;;) {
      const line = await this.#line.readLine();
      if (/^\d{3}-/u.test(line)) continue;
      if (!line.startsWith(code)) throw new RefusedError(`expected ${code}, got ${line}`);
      return line;
    }
  }
}

/** RFC 5321 §4.5.2 */
function stuffDots(content: string | Uint8Array): string | Uint8Array {
  if (typeof content === 'string') return content.replaceAll('\r\n.', '\r\n..');
  const octets = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (!octets.includes('\r\n.')) return octets;
  return Buffer.from(octets.toString('latin1').replaceAll('\r\n.', '\r\n..'), 'latin1');
}
