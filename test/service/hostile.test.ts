/**
 * Bad input never stops the server: whatever a client sends to any listener gets a protocol error or a closed connection, in
 * bounded time, and the next client is served.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkFolder, startOffice, type ServiceProcess } from '../support/service-process.ts';

const LISTENERS = ['smtp', 'submission', 'submissions', 'pop3', 'pop3s', 'imap', 'imaps'] as const;
type ListenerName = (typeof LISTENERS)[number];

const GREETINGS: Readonly<Record<ListenerName, RegExp>> = {
  smtp: /^220 /u,
  submission: /^220 /u,
  submissions: /^220 /u,
  pop3: /^\+OK/u,
  pop3s: /^\+OK/u,
  imap: /^\* OK/u,
  imaps: /^\* OK/u,
};
const IMPLICIT_TLS: ReadonlySet<ListenerName> = new Set(['submissions', 'pop3s', 'imaps']);
/** How long an attack may go on before we look at what came of it. */
const PATIENCE_MS = 500;
/** More than any line or literal that an engine may keep. */
const FLOOD_OCTETS = 8 * 1024 * 1024;
/** What the server may grow by under a flood, with room for the collector's laziness. */
const MOST_GROWTH_OCTETS = 300 * 1024 * 1024;

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;

beforeAll(async () => {
  folder = await makeWorkFolder();
  service = await startOffice(folder);
});

afterAll(async () => {
  expect(await service.end()).toBe(0);
  await folder.remove();
});

async function dial(name: ListenerName): Promise<Socket> {
  const options = { port: service.port(name), host: '127.0.0.1', rejectUnauthorized: false };
  const socket = IMPLICIT_TLS.has(name) ? connectTls(options) : connect(options);
  socket.on('error', () => undefined);
  return socket;
}

async function greeting(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString();
}

async function expectServed(name: ListenerName): Promise<void> {
  const socket = await dial(name);
  expect(await greeting(socket)).toMatch(GREETINGS[name]);
  socket.destroy();
}

/** Sends, and collects what comes back until the server closes or patience ends. */
async function attack(name: ListenerName, send: (socket: Socket) => void): Promise<string> {
  const socket = await dial(name);
  let answer = await greeting(socket);
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
  send(socket);
  await Promise.race([once(socket, 'close'), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  socket.destroy();
  return answer;
}

/** Noise that is the same in every run. */
function noise(length: number, seed: number): Buffer {
  let state = seed;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 24;
    }),
  );
}

function memoryOf(processId: number): number {
  return Number(/VmRSS:\s+(\d+)/u.exec(readStatus(processId))?.[1]) * 1024;
}

function readStatus(processId: number): string {
  return readFileSync(`/proc/${processId}/status`, 'utf8');
}

const SIGN_IN: Readonly<Partial<Record<ListenerName, string>>> = {
  submission: `EHLO a\r\nAUTH PLAIN ${Buffer.from('\0anna@server1.com\0anna-password').toString('base64')}\r\n`,
  pop3: 'USER anna@server1.com\r\nPASS anna-password\r\n',
  imap: 'a LOGIN anna@server1.com anna-password\r\nb SELECT INBOX\r\n',
};

describe.each(LISTENERS)('the %s listener', (name) => {
  it('survives random octets', async () => {
    for (const seed of [1, 2, 3]) await attack(name, (socket) => socket.end(noise(20_000, seed)));
    await expectServed(name);
  });

  it('survives random octets after signing in', async () => {
    const signIn = SIGN_IN[name];
    await attack(name, (socket) => {
      if (signIn !== undefined) socket.write(signIn);
      socket.end(noise(50_000, 7));
    });
    await expectServed(name);
  });

  it('refuses a line without an end, in bounded memory', async () => {
    const before = memoryOf(service.process.pid ?? 0);
    await attack(name, (socket) => socket.write(Buffer.alloc(FLOOD_OCTETS, 'A')));
    expect(memoryOf(service.process.pid ?? 0) - before).toBeLessThan(MOST_GROWTH_OCTETS);
    await expectServed(name);
  });

  it('lets go of a client that closes its half at once, or in the middle of a command', async () => {
    await attack(name, (socket) => socket.end());
    await attack(name, (socket) => socket.end('EH'));
    await expectServed(name);
  });

  it('lets go of clients that vanish', async () => {
    for (let count = 0; count < 20; count++) {
      const socket = await dial(name);
      socket.once('data', () => (IMPLICIT_TLS.has(name) ? socket.destroy() : socket.resetAndDestroy()));
      await once(socket, 'close');
    }
    await expectServed(name);
  });

  it('survives NUL octets, empty lines and lone CRs', async () => {
    await attack(name, (socket) => socket.end('\0\0\r\n\r\n\r\n\r\r\r\n\n\n\0'));
    await expectServed(name);
  });
});

describe('literals', () => {
  it('that never come, are too large, or no number, are refused or waited for', async () => {
    for (const literal of ['{99999999999999999999}', '{4294967295}', '{-1}', '{1000000+}', '{}', '{10']) {
      const answer = await attack('imap', (socket) => socket.write(`a LOGIN ${literal}\r\n`));
      expect(answer.split('\r\n').length).toBeGreaterThan(1);
    }
    const login = SIGN_IN.imap ?? '';
    await attack('imap', (socket) => socket.end(`${login}c APPEND INBOX {5000}\r\nhalf a mess`));
    await attack('imap', (socket) => socket.end(`${login}d APPEND INBOX {5000000000}\r\n`));
    await expectServed('imap');
  });

  it('nested without end are refused', async () => {
    const answer = await attack('imap', (socket) =>
      socket.write(`${SIGN_IN.imap ?? ''}c SEARCH ${'('.repeat(100_000)}\r\nd NOOP\r\n`),
    );
    expect(answer).toMatch(/BAD|BYE/u);
    await expectServed('imap');
  });
});

describe('a crowd', () => {
  it('of 500 half-open connections on each listener leaves room for the next', async () => {
    const crowd: Socket[] = [];
    for (const name of LISTENERS) {
      for (let count = 0; count < 500; count++) {
        const socket = connect({ port: service.port(name), host: '127.0.0.1' });
        socket.on('error', () => undefined);
        crowd.push(socket);
      }
    }
    for (const name of LISTENERS) await expectServed(name);
    for (const socket of crowd) socket.destroy();
  });
});
