import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { connect as connectTls, createSecureContext } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { silentLogger, type LogFields, type Logger } from '../../base/logger.ts';
import { makeSelfSigned } from '../../host/self-signed.ts';
import { systemClock } from '../../host/system-clock.ts';
import type { AcceptedConnection, ServeConnection } from './accepted-connection.ts';
import { HandshakeRoom } from './handshake-room.ts';
import { Listener, type ListenerOptions } from './listener.ts';

let pair: { certificate: string; key: string };
const listeners: Listener[] = [];
const sockets: Socket[] = [];

beforeAll(async () => {
  pair = await makeSelfSigned('mail.example.com', Date.now());
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const listener of listeners.splice(0)) {
    listener.stopAccepting();
    listener.destroyConnections();
  }
});

async function listen(
  serve: ServeConnection,
  options: {
    tlsMode?: 'implicit' | 'starttls';
    logger?: Logger;
    clients?: Partial<Pick<ListenerOptions, 'isProxy' | 'limits' | 'isExempt' | 'clock' | 'handshakes'>>;
  } = {},
): Promise<{ listener: Listener; port: number }> {
  const listener = new Listener({
    serve,
    tlsMode: options.tlsMode ?? 'starttls',
    secureContext: () => createSecureContext({ cert: pair.certificate, key: pair.key }),
    busyLine: '421 busy',
    clock: systemClock,
    logger: options.logger ?? silentLogger,
    ...options.clients,
  });
  listeners.push(listener);
  const bound = await listener.listen('127.0.0.1', 0);
  if (!bound.ok) throw new Error(bound.error.detail);
  return { listener, port: bound.value };
}

function dial(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
}

async function firstText(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString();
}

const greet: ServeConnection = async ({ socket, remoteAddress, tls }) => {
  socket.write(`hello ${remoteAddress} ${tls?.version ?? 'clear'}\r\n`);
};

describe('a listener', () => {
  it('hands a connection over with the addresses of both ends', async () => {
    const { port } = await listen(greet);
    expect(await firstText(dial(port))).toBe('hello 127.0.0.1 clear\r\n');
  });

  it('shakes hands before the engine sees a connection when TLS is implicit', async () => {
    const { port } = await listen(greet, { tlsMode: 'implicit' });
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    expect(await firstText(socket)).toBe('hello 127.0.0.1 TLSv1.3\r\n');
    socket.destroy();
  });

  it('serves an honest client while strangers hold every place in the handshakes', async () => {
    const handshakes = new HandshakeRoom(3);
    const { port } = await listen(greet, { tlsMode: 'implicit', clients: { handshakes } });
    const idle = Array.from({ length: 10 }, () => dial(port));
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    const closed = idle.slice(0, 7).map((socket) => once(socket, 'close'));
    await Promise.all(closed);
    expect(handshakes.size).toBe(3);
    const honest = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    expect(await firstText(honest)).toContain('TLSv1.3');
    honest.destroy();
  });

  it('drops what is no TLS on an implicit port, and serves the next', async () => {
    const { port } = await listen(greet, { tlsMode: 'implicit' });
    const stranger = dial(port);
    stranger.write('EHLO there\r\n');
    await once(stranger, 'close');
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    expect(await firstText(socket)).toContain('TLSv1.3');
    socket.destroy();
  });

  it('says what is in the way of a port', async () => {
    const { port } = await listen(greet);
    const second = new Listener({
      serve: greet,
      tlsMode: 'starttls',
      secureContext: () => createSecureContext(),
      busyLine: '',
      clock: systemClock,
      logger: silentLogger,
    });
    expect(await second.listen('127.0.0.1', port)).toMatchObject({ ok: false, error: { kind: 'portTaken' } });
    expect(await second.listen('203.0.113.1', 0)).toMatchObject({ ok: false, error: { kind: 'other' } });
  });

  it('logs an engine that fails, ends that connection, and serves the next', async () => {
    const logged: (LogFields | undefined)[] = [];
    const logger = { ...silentLogger, error: (_: string, fields?: LogFields) => logged.push(fields) };
    let isBroken = true;
    const { port } = await listen(
      (connection) => {
        if (isBroken) return Promise.reject(new Error('broken engine'));
        return greet(connection);
      },
      { logger },
    );
    await once(dial(port).resume(), 'close');
    expect(logged).toHaveLength(1);
    isBroken = false;
    expect(await firstText(dial(port))).toContain('hello');
  });

  it('counts connections and forgets those that are gone', async () => {
    const { listener, port } = await listen(greet);
    const socket = dial(port);
    await firstText(socket);
    expect(listener.connectionCount).toBe(1);
    socket.destroy();
    await expect.poll(() => listener.connectionCount).toBe(0);
  });
});

describe('a listener behind a proxy', () => {
  const isProxy = (address: string) => address === '127.0.0.1';
  const HEADER = 'PROXY TCP4 203.0.113.9 192.0.2.25 40000 25\r\n';
  const binary = (ends: string) => Buffer.from(`0d0a0d0a000d0a515549540a${ends}`.replaceAll(' ', ''), 'hex');

  it.each([
    ['version 1', HEADER, '203.0.113.9'],
    ['version 1 over IPv6', 'PROXY TCP6 2001:db8::9 2001:db8::25 40000 25\r\n', '2001:db8::9'],
    ['version 1, not knowing', 'PROXY UNKNOWN ffff::1 something\r\n', '127.0.0.1'],
    ['version 2', binary('21 11 000c cb007109 c0000219 9c40 0019'), '203.0.113.9'],
    ['version 2 with TLVs', binary('21 11 0013 cb007109 c0000219 9c40 0019 04 0004 00000000'), '203.0.113.9'],
    ['version 2, for itself', binary('20 00 0000'), '127.0.0.1'],
  ])('knows the client by the header: %s', async (_version, header, remoteAddress) => {
    const { port } = await listen(greet, { clients: { isProxy } });
    const socket = dial(port);
    socket.write(header);
    expect(await firstText(socket)).toBe(`hello ${remoteAddress} clear\r\n`);
  });

  it('leaves what follows the header to the engine, however it was cut', async () => {
    const echo: ServeConnection = async ({ socket, remoteAddress }) => {
      socket.on('data', (chunk: Buffer) => socket.write(`${remoteAddress}: ${chunk.toString()}`));
    };
    const { port } = await listen(echo, { clients: { isProxy } });
    const whole = dial(port);
    whole.write(`${HEADER}NOOP`);
    expect(await firstText(whole)).toBe('203.0.113.9: NOOP');
    const cut = dial(port);
    for (const octet of HEADER) cut.write(octet);
    await new Promise((resolve) => setImmediate(resolve));
    cut.write('QUIT');
    expect(await firstText(cut)).toBe('203.0.113.9: QUIT');
  });

  it('reads it before the TLS handshake of an implicit port', async () => {
    const { port } = await listen(greet, { tlsMode: 'implicit', clients: { isProxy } });
    const socket = dial(port);
    socket.write(HEADER);
    const secure = connectTls({ socket, rejectUnauthorized: false });
    expect(await firstText(secure)).toBe('hello 203.0.113.9 TLSv1.3\r\n');
  });

  it.each(['EHLO there\r\n', 'PROXY TCP4 nobody\r\n', 'PROXY TCP4 '.padEnd(200, '1')])(
    'closes where the proxy says something else: %j',
    async (words) => {
      const { port } = await listen(greet, { clients: { isProxy } });
      const socket = dial(port);
      const heard: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => heard.push(chunk));
      socket.write(words);
      await once(socket, 'close');
      expect(heard).toEqual([]);
    },
  );

  it('does not wait for ever for a header', async () => {
    const clock = new ManualClock();
    const { listener, port } = await listen(greet, { clients: { isProxy, clock } });
    const socket = dial(port).resume();
    socket.write('PROXY TCP4 203.0.113.9');
    await expect.poll(() => listener.connectionCount).toBe(1);
    const closed = once(socket, 'close');
    clock.advance(10_000);
    await closed;
    await expect.poll(() => listener.connectionCount).toBe(0);
  });

  it('takes no header from anybody else', async () => {
    const { port } = await listen(greet, { clients: { isProxy: () => false } });
    const socket = dial(port);
    socket.write(HEADER);
    expect(await firstText(socket)).toBe('hello 127.0.0.1 clear\r\n');
  });

  it("counts the client's connections, not the proxy's", async () => {
    const limits = () => ({ connections: 1, connectionsPerMinute: 2 });
    const { port } = await listen(greet, { clients: { isProxy, limits } });
    const dialAs = async (address: string): Promise<[Socket, string]> => {
      const socket = dial(port);
      socket.write(`PROXY TCP4 ${address} 192.0.2.25 40000 25\r\n`);
      return [socket, await firstText(socket)];
    };
    const [first, greeting] = await dialAs('203.0.113.9');
    expect(greeting).toContain('hello');
    expect((await dialAs('203.0.113.9'))[1]).toBe('421 busy\r\n');
    expect((await dialAs('203.0.113.10'))[1]).toContain('hello');
    first.destroy();
    await expect.poll(async () => (await dialAs('203.0.113.9'))[1]).toContain('hello');
    // Twice this minute already.
    const [third, refusal] = await dialAs('203.0.113.9');
    third.destroy();
    expect(refusal).toBe('421 busy\r\n');
  });

  it('does not bind this machine, nor those who are exempt, by limits', async () => {
    const limits = () => ({ connections: 0, connectionsPerMinute: 0 });
    const isExempt = (address: string) => address === '203.0.113.9';
    const { port } = await listen(greet, { clients: { isProxy, limits, isExempt } });
    for (const address of ['127.0.0.2', '203.0.113.9']) {
      const socket = dial(port);
      socket.write(`PROXY TCP4 ${address} 192.0.2.25 40000 25\r\n`);
      expect(await firstText(socket)).toContain('hello');
    }
  });
});

describe('STARTTLS', () => {
  const upgrade: ServeConnection = async (connection: AcceptedConnection) => {
    await once(connection.socket, 'data');
    connection.socket.write('220 go ahead\r\n');
    await connection.startTls();
    const heard: string[] = [];
    connection.socket.on('data', (chunk: Buffer) => {
      heard.push(chunk.toString());
      connection.socket.write(`heard ${JSON.stringify(heard)}`);
    });
  };

  it('goes on over TLS on the same connection', async () => {
    const { port } = await listen(upgrade);
    const clear = dial(port);
    clear.write('STARTTLS\r\n');
    expect(await firstText(clear)).toBe('220 go ahead\r\n');
    const secure = connectTls({ socket: clear, rejectUnauthorized: false });
    secure.write('NOOP\r\n');
    expect(await firstText(secure)).toBe('heard ["NOOP\\r\\n"]');
  });

  it('never reads as a command what was injected in the clear before the handshake', async () => {
    const { port } = await listen(upgrade);
    const clear = dial(port);
    clear.write('STARTTLS\r\nMAIL FROM:<attacker@example.com>\r\n');
    await firstText(clear);
    const secure = connectTls({ socket: clear, rejectUnauthorized: false });
    secure.write('NOOP\r\n');
    expect(await firstText(secure)).toBe('heard ["NOOP\\r\\n"]');
  });

  it('ends the connection when the handshake is none', async () => {
    const { port } = await listen((connection) => upgrade(connection).catch(() => undefined));
    const clear = dial(port);
    clear.write('STARTTLS\r\n');
    await firstText(clear);
    clear.write('not a handshake at all\r\n');
    await once(clear.resume(), 'close');
    expect(clear.destroyed).toBe(true);
  });
});
