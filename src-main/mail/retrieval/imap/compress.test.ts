import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { constants, createDeflateRaw, createInflateRaw, deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startReadingServer } from '../../../../test/support/reading-listeners.ts';
import type { ReadingServer } from '../../../../test/support/reading-listeners.ts';

/** A client that deflates from the moment on when the server has said so. */
class DeflatingClient {
  readonly socket: Socket;
  readonly #deflate = createDeflateRaw();
  readonly #inflate = createInflateRaw();
  #isCompressed = false;
  #heard = '';
  #wake = (): void => undefined;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1' });
    const hear = (chunk: Buffer): void => {
      this.#heard += chunk.toString('utf8');
      this.#wake();
    };
    this.#deflate.on('data', (chunk: Buffer) => this.socket.write(chunk));
    this.#inflate.on('data', hear);
    this.socket.on('data', (chunk: Buffer) => {
      if (this.#isCompressed) this.#inflate.write(chunk);
      else hear(chunk);
    });
  }

  async ask(command: string): Promise<string> {
    this.#heard = '';
    if (this.#isCompressed) {
      this.#deflate.write(`t ${command}\r\n`);
      this.#deflate.flush(constants.Z_SYNC_FLUSH);
    } else {
      this.socket.write(`t ${command}\r\n`);
    }
    return this.until(/^t .*\r\n/m);
  }

  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#heard)) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#heard;
  }

  compress(): void {
    this.#isCompressed = true;
  }
}

describe('RFC 4978 COMPRESS', () => {
  let server: ReadingServer;
  let client: DeflatingClient;

  beforeEach(async () => {
    server = await startReadingServer();
    client = new DeflatingClient(server.ports.imap);
    await client.until(/^\* OK .*\r\n/);
  });

  afterEach(async () => {
    client.socket.destroy();
    await server.stop();
  });

  async function compress(): Promise<void> {
    expect(await client.ask('LOGIN tom@server1.com secret-tom')).toContain('COMPRESS=DEFLATE');
    expect(await client.ask('COMPRESS DEFLATE')).toBe('t OK DEFLATE active\r\n');
    client.compress();
  }

  test('§3 deflates both ways (RFC 1951) after its OK, is offered no more, and cannot be started twice', async () => {
    await compress();
    expect(await client.ask('CAPABILITY')).not.toContain('COMPRESS');
    expect(await client.ask('COMPRESS DEFLATE')).toMatch(/^t NO \[COMPRESSIONACTIVE\]/);
    const ended = once(client.socket, 'end');
    expect(await client.ask('LOGOUT')).toMatch(/^\* BYE .*\r\nt OK/);
    await ended;
  });

  test('needs a sign-in, and a mechanism that is known', async () => {
    expect(await client.ask('COMPRESS DEFLATE')).toMatch(/^t BAD/);
    await client.ask('LOGIN tom@server1.com secret-tom');
    expect(await client.ask('COMPRESS GZIP')).toMatch(/^t NO /);
    expect(await client.ask('NOOP')).toMatch(/^t OK/);
  });

  test('a large message goes through whole, in few octets', async () => {
    await server.office.arrive(`Subject: large\n\n${'the same line again\n'.repeat(50_000)}`);
    await compress();
    await client.ask('SELECT INBOX');
    const before = client.socket.bytesRead;
    const answer = await client.ask('FETCH 1 BODY.PEEK[TEXT]');
    expect(answer.split('the same line again\r\n')).toHaveLength(50_001);
    expect(client.socket.bytesRead - before).toBeLessThan(50_000);
  });

  test('a client that sends no deflated octets is cut off, and the next is served', async () => {
    await compress();
    const closed = once(client.socket, 'close');
    client.socket.write('t NOOP\r\n');
    await closed;
    const next = new DeflatingClient(server.ports.imap);
    await next.until(/^\* OK .*\r\n/);
    next.socket.destroy();
  });

  test('a small input that inflates to a great deal ends as any line that is too long', async () => {
    await compress();
    const ended = once(client.socket, 'end');
    client.socket.write(deflateRawSync(Buffer.alloc(100 * 1024 * 1024, 'x'), { level: 9 }));
    expect(await client.until(/^\* BYE .*\r\n/m)).toContain('Command too long');
    await ended;
  });
});
