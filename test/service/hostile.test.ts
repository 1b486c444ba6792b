/**
 * Bad input never stops the server: whatever a client sends to any listener gets a protocol error or a closed connection, in
 * bounded time, and the next client is served.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { residentOctets } from '../bench/process-memory.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../support/service-process.ts';

const LISTENERS = [
  'smtp',
  'submission',
  'submissions',
  'pop3',
  'pop3s',
  'imap',
  'imaps',
  'managesieve',
] as const;
type ListenerName = (typeof LISTENERS)[number];

const GREETINGS: Readonly<Record<ListenerName, RegExp>> = {
  smtp: /^220 /u,
  submission: /^220 /u,
  submissions: /^220 /u,
  pop3: /^\+OK/u,
  pop3s: /^\+OK/u,
  imap: /^\* OK/u,
  imaps: /^\* OK/u,
  managesieve: /^"IMPLEMENTATION"/u,
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

/** Addresses of this machine that the service takes for proxies. */
const PROXY = '127.0.0.9';
const XCLIENT = '127.0.0.8';

beforeAll(async () => {
  const trustedProxies = { proxyProtocol: [PROXY], xclient: [XCLIENT] };
  folder = await makeWorkFolder({ ...OFFICE, security: { allowCleartextAuth: true, trustedProxies } });
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
    const before = residentOctets(service.process.pid ?? 0);
    await attack(name, (socket) => socket.write(Buffer.alloc(FLOOD_OCTETS, 'A')));
    expect(residentOctets(service.process.pid ?? 0) - before).toBeLessThan(MOST_GROWTH_OCTETS);
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

const ENVELOPE = 'EHLO a\r\nMAIL FROM:<x@elsewhere.example>\r\nRCPT TO:<anna@server1.com>\r\n';

describe('chunks', () => {
  it.each([
    ['without a number', 'BDAT\r\n', /501 5\.5\.4/u],
    ['of a number beyond all', 'BDAT 99999999999999999999 LAST\r\n', /552 5\.3\.4/u],
    ['of a negative number', 'BDAT -1 LAST\r\n', /501 5\.5\.4/u],
    ['behind a bare LF', 'BDAT 6 LAST\nQUIT\r\n', /500 5\.5\.2|501/u],
  ])('%s end the session', async (_what, words, expected) => {
    const answer = await attack('smtp', (socket) => socket.write(ENVELOPE + words));
    expect(answer).toMatch(expected);
    expect(answer).not.toContain('221 ');
    await expectServed('smtp');
  });

  it('that never come, or come without end, are waited for in bounded memory', async () => {
    const before = residentOctets(service.process.pid ?? 0);
    await attack('smtp', (socket) => socket.end(`${ENVELOPE}BDAT 50000000 LAST\r\nhalf a mess`));
    await attack('smtp', (socket) => {
      socket.write(`${ENVELOPE}BDAT 50000000 LAST\r\n`);
      for (let i = 0; i < 8; i++) socket.write(Buffer.alloc(FLOOD_OCTETS / 8, 'A'));
    });
    // Nothing but chunks that are refused.
    await attack('smtp', (socket) => socket.write(`BDAT 100000\r\n${'x'.repeat(100_000)}`.repeat(80)));
    expect(residentOctets(service.process.pid ?? 0) - before).toBeLessThan(MOST_GROWTH_OCTETS);
    await expectServed('smtp');
  });

  it('of random octets, in random pieces, are never commands', async () => {
    for (const seed of [11, 12, 13]) {
      const octets = Buffer.concat([noise(5_000, seed), Buffer.from('\r\n.\r\nQUIT\r\n')]);
      const answer = await attack('smtp', (socket) => {
        socket.write(`${ENVELOPE}BDAT ${octets.length}\r\n`);
        socket.end(Buffer.concat([octets, Buffer.from('NOOP\r\n')]));
      });
      expect(answer).toMatch(/550 5\.6\.0 [^\r]*\r\n250 2\.0\.0 Ok\r\n$/u);
    }
  });
});

describe('a proxy', () => {
  const asProxy = (name: ListenerName, octets: Buffer | string): Promise<string> => {
    const socket = connect({ port: service.port(name), host: '127.0.0.1', localAddress: PROXY });
    let answer = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.end(octets);
    return once(socket, 'close').then(() => answer);
  };

  it.each(LISTENERS)('that sends noise to %s hears nothing, and the next one is served', async (name) => {
    const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n');
    for (const seed of [1, 2, 3, 4, 5]) {
      const octets = noise(300, seed);
      const binary = Buffer.concat([signature, Buffer.from([0x21, 0x11, 0x40, 0x01]), octets]);
      expect(await asProxy(name, octets)).toBe('');
      expect(await asProxy(name, binary)).toBe('');
      expect(await asProxy(name, `PROXY TCP4 ${octets.toString('latin1')}`)).toBe('');
    }
    expect(await asProxy(name, '')).toBe('');
    if (IMPLICIT_TLS.has(name)) return expectServed(name);
    const header = 'PROXY TCP4 203.0.113.9 192.0.2.1 1 2\r\n';
    expect(await asProxy(name, header)).toMatch(GREETINGS[name]);
    // A stranger on port 25 that does not wait for the greeting is told so; elsewhere it is let on.
    const early = await asProxy(name, `${header}QUIT\r\n`);
    expect(early).toMatch(name === 'smtp' ? /^554 5\.5\.1 [^\r]*\r\n$/u : GREETINGS[name]);
  });

  it('that sends XCLIENT with noise hears 501, and the session goes on', async () => {
    const socket = connect({ port: service.port('smtp'), host: '127.0.0.1', localAddress: XCLIENT });
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    for (const seed of [1, 2, 3]) socket.write(`XCLIENT ADDR=${noise(200, seed).toString('base64')}\r\n`);
    socket.end('XCLIENT ADDR=203.0.113.9\r\nNOOP\r\n');
    await once(socket, 'close');
    expect(answer.match(/^501 5\.5\.4/gmu)).toHaveLength(3);
    expect(answer).toMatch(/\r\n220 [^\r]*\r\n250 2\.0\.0 Ok\r\n$/u);
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
