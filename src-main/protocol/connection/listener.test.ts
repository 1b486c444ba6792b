import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { connect as connectTls, createSecureContext } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, type LogFields, type Logger } from '../../base/logger.ts';
import { makeSelfSigned } from '../../host/self-signed.ts';
import type { AcceptedConnection, ServeConnection } from './accepted-connection.ts';
import { Listener } from './listener.ts';

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
  options: { tlsMode?: 'implicit' | 'starttls'; logger?: Logger } = {},
): Promise<{ listener: Listener; port: number }> {
  const listener = new Listener({
    serve,
    tlsMode: options.tlsMode ?? 'starttls',
    secureContext: () => createSecureContext({ cert: pair.certificate, key: pair.key }),
    busyLine: '421 busy',
    logger: options.logger ?? silentLogger,
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
