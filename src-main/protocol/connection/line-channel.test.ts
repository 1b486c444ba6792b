import { duplexPair } from 'node:stream';
import type { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import type { AcceptedConnection } from './accepted-connection.ts';
import { LineChannel } from './line-channel.ts';
import type { LineRead } from './line-channel.ts';

function open() {
  const [client, server] = duplexPair();
  const [securedClient, securedServer] = duplexPair();
  const connection = {
    socket: server,
    tls: undefined,
    remoteAddress: '192.0.2.7',
    remotePort: 1,
    localAddress: '192.0.2.1',
    localPort: 143,
    startTls() {
      connection.socket = securedServer;
      return Promise.resolve({ version: 'TLSv1.3', cipher: 'x' });
    },
  } satisfies AcceptedConnection & { socket: Duplex };
  const clock = new ManualClock();
  const channel = new LineChannel(connection, clock);
  return { channel, client, server, securedClient, clock };
}

const line = (text: string): LineRead => ({ kind: 'line', text });

describe('reading lines', () => {
  test('takes CRLF and LF, octet by octet or all at once', async () => {
    const { channel, client } = open();
    client.write('one\r\ntwo\nthr');
    expect(await channel.readLine(100, 1000)).toEqual(line('one'));
    expect(await channel.readLine(100, 1000)).toEqual(line('two'));
    client.write('ee\r');
    client.write('\n\r\n');
    expect(await channel.readLine(100, 1000)).toEqual(line('three'));
    expect(await channel.readLine(100, 1000)).toEqual(line(''));
    client.end();
    expect(await channel.readLine(100, 1000)).toEqual({ kind: 'end' });
  });

  test('gives up on a line that is too long, whether it ends or not', async () => {
    const { channel, client } = open();
    client.write('12345\r\n123456\r\n');
    expect(await channel.readLine(5, 1000)).toEqual(line('12345'));
    expect(await channel.readLine(5, 1000)).toEqual({ kind: 'tooLong' });
    const other = open();
    other.client.write('1234567');
    expect(await other.channel.readLine(5, 1000)).toEqual({ kind: 'tooLong' });
  });

  test('waits for the whole line, not for each octet', async () => {
    const { channel, client, clock } = open();
    const read = channel.readLine(100, 1000);
    client.write('slo');
    await settle();
    clock.advance(999);
    client.write('w');
    await settle();
    clock.advance(1);
    expect(await read).toEqual({ kind: 'timeout' });
  });

  test('can be interrupted while it waits', async () => {
    const { channel } = open();
    const read = channel.readLine(100, 1000);
    await settle();
    channel.interrupt();
    expect(await read).toEqual({ kind: 'interrupted' });
    expect(await channel.readLine(100, 1000)).toEqual({ kind: 'interrupted' });
  });

  test('reads the same whatever the pieces are', async () => {
    const lines = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\r', ' ') }), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(lines, fc.array(fc.integer({ min: 1, max: 9 })), async (texts, sizes) => {
        const wanted = texts.map((text) => text.replace(/\r+$/, ''));
        const { channel, client } = open();
        let rest = wanted.map((text) => `${text}\r\n`).join('');
        for (const size of sizes) {
          client.write(rest.slice(0, size));
          rest = rest.slice(size);
        }
        client.write(rest);
        for (const text of wanted) expect(await channel.readLine(100, 1000)).toEqual(line(text));
      }),
      { numRuns: 50 },
    );
  });
});

describe('reading octets', () => {
  test('hands over exactly so many and leaves the rest', async () => {
    const { channel, client } = open();
    client.write('line\r\n12345rest\r\n');
    await channel.readLine(100, 1000);
    let got = '';
    expect(
      await channel.readOctets(5, 1000, (chunk) => void (got += Buffer.from(chunk).toString())),
    ).toBeNull();
    expect(got).toBe('12345');
    expect(await channel.readLine(100, 1000)).toEqual(line('rest'));
  });

  test('says when the peer ends first, or stalls', async () => {
    const { channel, client, clock } = open();
    const stalled = channel.readOctets(5, 1000, () => undefined);
    client.write('123');
    await settle();
    clock.advance(1000);
    expect(await stalled).toBe('timeout');
    const ended = channel.readOctets(5, 1000, () => undefined);
    client.end();
    expect(await ended).toBe('end');
  });

  test('holds the peer back while nothing is read', async () => {
    const { channel, client } = open();
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let sent = 0;
    while (sent < 100 && client.write(chunk)) sent++;
    await settle();
    while (sent < 100 && client.write(chunk)) sent++;
    expect(sent).toBeLessThan(100);
    let octets = 0;
    const read = channel.readOctets(100 * chunk.length, 60_000, (piece) => void (octets += piece.length));
    client.on('drain', () => {
      while (sent < 100 && client.write(chunk)) sent++;
      if (sent === 100) client.end();
    });
    await read;
    expect(octets).toBeGreaterThan(50 * chunk.length);
  });
});

describe('writing', () => {
  test('gathers replies until a read has to wait', async () => {
    const { channel, client } = open();
    const pieces: string[] = [];
    client.on('data', (chunk: Buffer) => pieces.push(chunk.toString()));
    client.write('a\r\nb\r\n');
    await channel.readLine(100, 1000);
    channel.write('1\r\n');
    await channel.readLine(100, 1000);
    channel.write('2\r\n');
    channel.write(Buffer.from('3\r\n'));
    void channel.readLine(100, 1000);
    await settle();
    expect(pieces.join('')).toBe('1\r\n2\r\n3\r\n');
    expect(pieces[0]).toBe('1\r\n2\r\n');
  });

  test('to a peer that takes nothing gives up after a while', async () => {
    const { channel, server, clock } = open();
    for (let i = 0; i < 10; i++) channel.write(Buffer.alloc(64 * 1024));
    const flushed = channel.flush();
    await settle();
    clock.advance(6 * 60_000);
    await flushed;
    expect(server.destroyed).toBe(true);
  });

  test('closes after the last word, and does not wait forever for the peer to do the same', async () => {
    const { channel, client, clock } = open();
    let heard = '';
    client.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    channel.write('bye\r\n');
    const closed = channel.close();
    await settle();
    expect(heard).toBe('bye\r\n');
    clock.advance(2_000);
    await closed;
  });
});

test('nothing that came before startTls is read after it', async () => {
  const { channel, client, securedClient } = open();
  client.write('STARTTLS\r\nINJECTED\r\n');
  expect(await channel.readLine(100, 1000)).toEqual(line('STARTTLS'));
  expect(await channel.startTls()).toEqual({ version: 'TLSv1.3', cipher: 'x' });
  securedClient.write('NOOP\r\n');
  expect(await channel.readLine(100, 1000)).toEqual(line('NOOP'));
});

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}
