import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ConsoleWorld } from '../../../test/support/console-world.ts';
import { ManualClock } from '../../base/clock.ts';
import type { ConsoleContract } from '../../contract/contract.ts';
import { createConsoleRouter } from '../../host/api/router.ts';
import { type ConsoleServer, createConsoleServer } from './console-server.ts';
import { LIMITS } from './limits.ts';

const ADMIN = { name: 'admin', password: 'a long enough password' };

let world: ConsoleWorld;
let clock: ManualClock;
let server: ConsoleServer;
let port: number;
let root: string;

beforeEach(async () => {
  clock = new ManualClock();
  world = new ConsoleWorld({ clock });
  root = await mkdtemp(join(tmpdir(), 'postroom-page-'));
  await mkdir(join(root, 'assets'));
  await writeFile(join(root, 'index.html'), '<!doctype html><title>Postroom</title>');
  await writeFile(join(root, 'assets', 'index-abc123.js'), 'export {};');
  await world.administrators.put(ADMIN);
  await serve();
});

async function serve(): Promise<void> {
  server = createConsoleServer({
    router: createConsoleRouter(world.services()),
    access: world.access,
    version: '0.1.0',
    release: world.releaseDesk(),
    staticRoot: root,
    bind: '127.0.0.1',
    port: 0,
    clock,
    randomBytes: (length) => randomBytes(length),
    logger: world.logger,
  });
  ({ port } = await server.start());
}

afterEach(async () => {
  await server.stop();
  await rm(root, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        path,
        method: options.method ?? 'GET',
        headers: options.headers ?? {},
        agent: false,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (body += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    request.on('error', reject);
    request.end(options.body);
  });
}

function call(procedure: string, input: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return ask(`/rpc/${procedure}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ json: input }),
  });
}

async function signIn(credentials = ADMIN): Promise<string> {
  const answer = await call('session/signIn', credentials);
  return String(answer.headers['set-cookie']).split(';')[0] ?? '';
}

function openSocket(headers: Record<string, string>): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${String(port)}/live`, { headers });
    socket.once('open', () => resolve(socket));
    socket.once('unexpected-response', (_, response) => reject(new Error(String(response.statusCode))));
    socket.once('error', reject);
  });
}

const ownOrigin = (): string => `http://127.0.0.1:${String(port)}`;

function closed(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once('close', (code) => resolve(code)));
}

/** Writes raw octets and answers all that comes until the connection closes. */
function raw(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

describe('the page', () => {
  it('is served with a strict policy and is asked for again each time', async () => {
    const { status, headers } = await ask('/');
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-cache');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toContain(
      "default-src 'none'; script-src 'self'; style-src 'self'",
    );
    expect(headers['content-security-policy']).not.toContain('unsafe');
  });

  it('serves files with a hash in their name for a year', async () => {
    const { headers } = await ask('/assets/index-abc123.js');
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it('answers 304 to a browser that has the file', async () => {
    const { headers } = await ask('/');
    const again = await ask('/', { headers: { 'If-None-Match': String(headers['etag']) } });
    expect(again).toMatchObject({ status: 304, body: '' });
  });

  it('gives its routes the entry document and unknown files nothing', async () => {
    expect((await ask('/messages/abc')).status).toBe(200);
    expect((await ask('/nothing.js')).status).toBe(404);
    expect((await ask('/../../etc/passwd.txt')).status).toBe(404);
    expect((await ask('/%2e%2e/%2e%2e/etc/passwd.txt')).status).toBe(404);
  });
});

describe('Host and Origin', () => {
  it.each(['evil.example', 'evil.example:80', 'localhost.evil.example', 'user@localhost'])(
    'refuses a request for the host %j, which a rebound DNS name would send',
    async (host) => {
      expect((await ask('/', { headers: { Host: host } })).status).toBeGreaterThanOrEqual(400);
      expect((await call('session/state', undefined, { Host: host })).status).toBeGreaterThanOrEqual(400);
    },
  );

  it.each(['localhost:9000', '127.0.0.1', '[::1]:8025', '192.168.1.4:8025'])(
    'knows the host %s',
    async (host) => {
      expect((await ask('/', { headers: { Host: host } })).status).toBe(200);
    },
  );

  it('refuses a call that another site makes', async () => {
    expect((await call('session/state', undefined, { Origin: 'https://evil.example' })).status).toBe(403);
    expect((await call('session/state', undefined, { Origin: 'null' })).status).toBe(403);
    expect((await call('session/state', undefined, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await call('session/state', undefined, { Origin: ownOrigin() })).status).toBe(200);
  });

  it('refuses a WebSocket from another site, or from none', async () => {
    const Cookie = await signIn();
    await expect(openSocket({ Cookie, Origin: 'https://evil.example' })).rejects.toThrow('403');
    await expect(openSocket({ Cookie })).rejects.toThrow('403');
  });
});

describe('signing in', () => {
  it('sets a cookie that scripts cannot read and other sites cannot send', async () => {
    const answer = await call('session/signIn', ADMIN);
    expect(String(answer.headers['set-cookie'])).toMatch(
      /^postroom_\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('says the same of a wrong name and a wrong password', async () => {
    const wrongName = await call('session/signIn', { ...ADMIN, name: 'root' });
    const wrongPassword = await call('session/signIn', { ...ADMIN, password: 'wrong' });
    expect(wrongName.body).toBe(wrongPassword.body);
    expect(wrongName.headers['set-cookie']).toBeUndefined();
  });

  it('makes a guesser wait, even with the right password in the end', async () => {
    for (let i = 0; i < 10; i++) await call('session/signIn', { ...ADMIN, password: 'wrong' });
    const answer = await call('session/signIn', ADMIN);
    expect(answer.status).toBe(429);
    expect(world.access.door.listBlocks()).toMatchObject([{ kind: 'address', lastDoor: 'console' }]);
    clock.advance(15 * 60_000);
    expect((await call('session/signIn', ADMIN)).status).toBe(200);
  });

  it('lets only a few of many guesses at once through', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => call('session/signIn', { ...ADMIN, password: 'wrong' })),
    );
    expect(answers.filter((answer) => answer.status === 422).length).toBeLessThanOrEqual(10);
  });

  it('answers nothing but the session area over HTTP', async () => {
    const Cookie = await signIn();
    expect((await call('accounts/list', {}, { Cookie })).status).toBe(404);
    expect((await call('settings/change', { hostname: 'a.b' }, { Cookie })).status).toBe(404);
  });

  it('refuses a body that is too large', async () => {
    const answer = await call('session/signIn', { name: 'a', password: 'x'.repeat(LIMITS.bodyBytes) });
    expect(answer.status).toBe(413);
  });

  it('refuses input that the contract does not know', async () => {
    expect((await call('session/signIn', { name: 'admin' })).status).toBe(400);
    expect((await call('session/signIn', [])).status).toBe(400);
  });
});

describe('the WebSocket (RFC 6455)', () => {
  it('is not opened without a session', async () => {
    await expect(openSocket({ Origin: ownOrigin() })).rejects.toThrow('401');
    const Cookie = `postroom_${String(port)}=${'A'.repeat(43)}`;
    await expect(openSocket({ Origin: ownOrigin(), Cookie })).rejects.toThrow('401');
  });

  it('carries calls and feeds of a signed-in administrator', async () => {
    const socket = await openSocket({ Origin: ownOrigin(), Cookie: await signIn() });
    const client: ContractRouterClient<ConsoleContract> = createORPCClient(
      new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }),
    );
    await world.directory.addDomain('server1.com');
    const domains = await client.domains.watch();
    const first = await domains.next();
    expect(first.value).toMatchObject({ type: 'snapshot', seq: 0, snapshot: [{ name: 'server1.com' }] });
    await expect(client.domains.add({ name: 'server1.com' })).rejects.toMatchObject({
      code: 'REFUSED',
      data: { reason: 'domainExists' },
    });
    socket.terminate();
  });

  it('is closed when the administrator signs out', async () => {
    const Cookie = await signIn();
    const socket = await openSocket({ Origin: ownOrigin(), Cookie });
    const code = closed(socket);
    await call('session/signOut', undefined, { Cookie });
    expect(await code).toBe(4401);
    await expect(openSocket({ Origin: ownOrigin(), Cookie })).rejects.toThrow('401');
  });

  it.each(['garbage', '{}', '[]', '{"i":1}', '{"i":"1","p":{"u":"http://evil/"}}', 'null'])(
    'is closed on the frame %s and the next one is served',
    async (text) => {
      const Cookie = await signIn();
      const socket = await openSocket({ Origin: ownOrigin(), Cookie });
      const code = closed(socket);
      socket.send(text);
      expect(await code).toBe(1003);
      (await openSocket({ Origin: ownOrigin(), Cookie })).terminate();
    },
  );

  it('is closed on a frame that is too large', async () => {
    const socket = await openSocket({ Origin: ownOrigin(), Cookie: await signIn() });
    const code = closed(socket);
    socket.send('x'.repeat(LIMITS.frameBytes + 1));
    expect(await code).toBe(1009);
  });

  it('is refused past the number that one session may hold', async () => {
    const Cookie = await signIn();
    const sockets: WebSocket[] = [];
    for (let i = 0; i < LIMITS.socketsPerSession; i++) {
      sockets.push(await openSocket({ Origin: ownOrigin(), Cookie }));
    }
    await expect(openSocket({ Origin: ownOrigin(), Cookie })).rejects.toThrow('503');
    for (const socket of sockets) socket.terminate();
  });
});

describe('the first start', () => {
  beforeEach(async () => {
    await server.stop();
    world = new ConsoleWorld({ clock });
    await serve();
  });

  it('lets a client on this machine become the administrator, once', async () => {
    expect((await call('session/state', undefined)).body).toContain('"mayBegin":true');
    const created = await call('setup/createAdministrator', ADMIN);
    expect(created.status).toBe(200);
    expect(created.headers['set-cookie']).toBeDefined();
    const again = await call('setup/createAdministrator', { ...ADMIN, name: 'second' });
    expect(again.body).toContain('alreadySetUp');
  });

  it('lets one of two at the same moment win', async () => {
    const answers = await Promise.all([
      call('setup/createAdministrator', { ...ADMIN, name: 'one' }),
      call('setup/createAdministrator', { ...ADMIN, name: 'two' }),
    ]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 422]);
  });

  it('does not let a client behind a proxy begin', async () => {
    const created = await call('setup/createAdministrator', ADMIN, { 'X-Forwarded-For': '203.0.113.4' });
    expect(created.body).toContain('notOnThisMachine');
    expect(await world.administrators.count()).toBe(0);
  });
});

describe('links of quarantine digests', () => {
  it('need no session, and the guard holds for them too', async () => {
    const forged = await ask('/release?token=1.1.a.b.c');
    expect(forged.status).toBe(404);
    expect(forged.headers['content-type']).toContain('text/html');
    expect(forged.headers['content-security-policy']).toContain("default-src 'none'; style-src 'sha256-");
    expect(forged.headers['x-frame-options']).toBe('DENY');
    expect((await ask('/release', { headers: { Host: 'evil.example' } })).status).toBe(421);
  });
});

describe('bad peers', () => {
  it('closes on garbage and serves the next client', async () => {
    expect(await raw('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw(Buffer.from(randomBytes(4096)))).toMatch(/^(HTTP\/1.1 4|$)/);
    expect((await ask('/')).status).toBe(200);
  });

  it('closes on header fields that are too large', async () => {
    const text = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(LIMITS.headerBytes + 100)}\r\n\r\n`;
    expect(await raw(text)).toMatch(/^HTTP\/1.1 431 /);
  });

  it('refuses methods that change nothing here', async () => {
    expect((await ask('/', { method: 'DELETE' })).status).toBe(405);
    expect((await ask('/', { method: 'TRACE' })).status).toBe(405);
  });

  it('serves a client while a thousand others hold idle connections', async () => {
    const idle = await Promise.all(
      Array.from(
        { length: 1000 },
        () =>
          new Promise<ReturnType<typeof connect>>((resolve) => {
            const socket = connect(port, '127.0.0.1', () => resolve(socket));
            socket.on('error', () => undefined);
          }),
      ),
    );
    expect((await ask('/')).status).toBe(200);
    for (const socket of idle) socket.destroy();
  });
});
