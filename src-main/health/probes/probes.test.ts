/** Looks at real sockets on loopback: mail servers, others, and those that lie or hang. */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createWebServer, type RequestListener } from 'node:http';
import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { memoryResolver } from '../../../test/support/memory-resolver.ts';
import { systemClock } from '../../host/system-clock.ts';
import { createTcpConnect } from '../../protocol/connection/tcp-connect.ts';
import { askTheTime, readOffset } from './ask-the-time.ts';
import { hurriedClock } from './hurried-clock.ts';
import { lookAtGreeting } from './look-at-greeting.ts';
import { lookAtSmtp } from './look-at-smtp.ts';
import { lookAtWeb } from './look-at-web.ts';

const clock = hurriedClock(systemClock, 150);
const options = { connect: createTcpConnect({ clock }), clock, hostname: 'mail.example.com' };
const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

/** Answers each line by the table; `undefined`: says nothing. */
async function serve(
  greeting: string | null,
  replies: Readonly<Record<string, string>> = {},
): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (greeting !== null) socket.write(greeting);
    socket.on('data', (octets: Buffer) => {
      const reply = replies[octets.toString().trim().split(' ')[0] ?? ''];
      if (reply !== undefined) socket.write(reply);
    });
  });
  const port = await listen(server);
  closers.push(() => sockets.forEach((socket) => socket.destroy()));
  return port;
}

function listen(server: Server): Promise<number> {
  closers.push(() => server.close());
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
}

const at = (port: number, serverName: string | null = null) => ({ address: '127.0.0.1', port, serverName });

describe('a look at an SMTP server', () => {
  it('knows its name by EHLO, and whether it offers TLS', async () => {
    const port = await serve('220 greeting.example ESMTP\r\n', {
      EHLO: '250-mail.example.com at your service\r\n250-STARTTLS\r\n250 8BITMIME\r\n',
    });
    expect(await lookAtSmtp(at(port), options)).toEqual({
      kind: 'answered',
      greeting: '220 greeting.example ESMTP',
      ...{ name: 'mail.example.com', offersTls: true, tls: null, tlsProblem: null },
    });
  });

  it('goes by the greeting where EHLO is refused', async () => {
    const port = await serve('220 old.example SMTP\r\n', { EHLO: '502 5.5.1 what?\r\n' });
    expect(await lookAtSmtp(at(port), options)).toMatchObject({ name: 'old.example', offersTls: false });
  });

  it('sees that STARTTLS is offered and does not work', async () => {
    const port = await serve('220 x\r\n', { EHLO: '250-x\r\n250 STARTTLS\r\n', STARTTLS: '454 not now\r\n' });
    expect(await lookAtSmtp(at(port, 'x'), options)).toMatchObject({
      offersTls: true,
      tls: null,
      tlsProblem: '454 not now',
    });
    const lying = await serve('220 x\r\n', {
      EHLO: '250-x\r\n250 STARTTLS\r\n',
      STARTTLS: '220 go\r\nnonsense, no TLS',
    });
    expect(await lookAtSmtp(at(lying, 'x'), options)).toMatchObject({
      tls: null,
      tlsProblem: expect.stringMatching(/./u) as string,
    });
  });

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9\r\n', 'otherProtocol'],
    ['a server that takes nobody', '554 no service here\r\n', 'otherProtocol'],
    ['one that says nothing', null, 'unreachable'],
    ['one that never ends a line', 'x'.repeat(100_000), 'unreachable'],
  ])('is not deceived by %s', async (_, greeting, kind) => {
    expect((await lookAtSmtp(at(await serve(greeting)), options)).kind).toBe(kind);
  });

  it('tells why nobody was reached', async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await lookAtSmtp(at(port), options)).toEqual({
      kind: 'unreachable',
      reason: 'the host refused the connection',
    });
  });
});

describe('a look at a listener', () => {
  const look = async (greeting: string | null, isTlsFirst = false) =>
    lookAtGreeting({ ...at(await serve(greeting)), isTlsFirst }, options);

  it('hears its first line', async () => {
    expect(await look('* OK ready\r\n')).toEqual({ kind: 'answered', greeting: '* OK ready', tls: null });
  });

  it('fails where it says nothing, too much, or no TLS', async () => {
    expect(await look(null)).toEqual({ kind: 'failed', reason: 'the host did not answer' });
    expect((await look('x'.repeat(50_000))).kind).toBe('failed');
    expect((await look('* OK in the clear\r\n', true)).kind).toBe('failed');
  });
});

describe('a look at a page', () => {
  async function page(answer: RequestListener): Promise<string> {
    const server = createWebServer(answer);
    return `http://web.example:${await listen(server)}/x?y=1`;
  }
  const resolver = memoryResolver({ 'web.example': { A: ['127.0.0.1'] } });
  const look = (url: string, method: 'GET' | 'POST' = 'GET', body?: string) =>
    lookAtWeb({ method, url, ...(body !== undefined && { body }) }, { resolver, clock });

  it('brings status, type and body, of the name that was asked', async () => {
    const url = await page((request, response) => {
      response.setHeader('content-type', 'text/plain');
      response.end(`${request.method} ${request.headers.host?.split(':')[0]} ${request.url}`);
    });
    expect(await look(url)).toMatchObject({
      kind: 'answered',
      status: 200,
      type: 'text/plain',
      body: 'GET web.example /x?y=1',
    });
  });

  it('sends a body', async () => {
    const url = await page((request, response) => void request.pipe(response));
    expect(await look(url, 'POST', '{"port":25}')).toMatchObject({ body: '{"port":25}' });
  });

  it('tells where a redirect leads, and does not follow', async () => {
    const url = await page((_, response) =>
      response.writeHead(302, { location: 'https://elsewhere.example/' }).end(),
    );
    expect(await look(url)).toMatchObject({ status: 302, location: 'https://elsewhere.example/' });
  });

  it.each<[string, RequestListener]>([
    ['is too long', (_, response) => void response.end('x'.repeat(300_000))],
    ['does not come', () => undefined],
    ['breaks off', (request) => request.socket.destroy()],
  ])('fails where the answer %s', async (_, answer) => {
    expect(await look(await page(answer))).toMatchObject({ kind: 'failed', isCertificate: false });
  });

  it('fails where the name has no address, or the URL is none', async () => {
    expect(await look('http://nowhere.example/')).toMatchObject({
      kind: 'failed',
      reason: 'the address of nowhere.example could not be found',
    });
    expect((await look('nonsense')).kind).toBe('failed');
    expect((await look('ftp://web.example/')).kind).toBe('failed');
  });

  it('goes by one family of addresses where it is told to', async () => {
    const url = await page((_, response) => void response.end('four'));
    expect(await lookAtWeb({ method: 'GET', url, family: 4 }, { resolver, clock })).toMatchObject({
      body: 'four',
    });
    expect(await lookAtWeb({ method: 'GET', url, family: 6 }, { resolver, clock })).toMatchObject({
      kind: 'failed',
    });
  });
});

describe('the time of others (RFC 4330)', () => {
  const SECONDS_1900_TO_1970 = 2_208_988_800;

  function answerTo(query: Buffer, time: number, change: { flags?: number; stratum?: number } = {}): Buffer {
    const answer = Buffer.alloc(48);
    answer[0] = change.flags ?? 0x24;
    answer[1] = change.stratum ?? 2;
    query.copy(answer, 24, 40, 48);
    for (const place of [32, 40]) answer.writeUInt32BE(Math.floor(time / 1000) + SECONDS_1900_TO_1970, place);
    return answer;
  }

  async function timeServer(answer: (query: Buffer) => Buffer | null): Promise<number> {
    const socket = createSocket('udp4');
    socket.on('message', (query, from) => {
      const reply = answer(query);
      if (reply !== null) socket.send(reply, from.port, from.address);
    });
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    closers.push(() => socket.close());
    return socket.address().port;
  }

  it('is compared with ours', async () => {
    const port = await timeServer((query) => answerTo(query, Date.now() - 60_000));
    const ahead = await askTheTime({ address: '127.0.0.1', port }, clock);
    expect(Math.abs((ahead ?? 0) - 60_000)).toBeLessThan(3_000);
  });

  it.each<[string, (query: Buffer) => Buffer | null]>([
    ['of a server that says nothing', () => null],
    ['of one that refuses (stratum 0)', (query) => answerTo(query, Date.now(), { stratum: 0 })],
    ['of one that is no server', (query) => answerTo(query, Date.now(), { flags: 0x23 })],
    [
      'of one who did not hear our question',
      (query) => answerTo(Buffer.alloc(48, 7), Date.now()).fill(0, 0, query.length - 48),
    ],
    ['too short', () => Buffer.alloc(20)],
  ])('does not count where it is %s', async (_, answer) => {
    expect(await askTheTime({ address: '127.0.0.1', port: await timeServer(answer) }, clock)).toBeNull();
  });

  it('of a server that no network leads to is not known', async () => {
    // The system lets no socket connect to all at once, as it lets none where there is no network.
    expect(await askTheTime({ address: '255.255.255.255' }, clock)).toBeNull();
  });

  it('is read without harm, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (octets) => {
        const offset = readOffset(Buffer.from(octets), Buffer.alloc(48, 1), { sentAt: 1, receivedAt: 2 });
        expect(offset === null || Number.isFinite(offset)).toBe(true);
      }),
    );
  });
});
