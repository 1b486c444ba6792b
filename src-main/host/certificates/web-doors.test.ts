import { request as overHttp } from 'node:http';
import { request as overHttps, type RequestOptions } from 'node:https';
import { connect, createSecureContext } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeAuthority, type TestAuthority } from '../../../test/support/test-authority.ts';
import { silentLogger } from '../../base/logger.ts';
import type { ServeConnection } from '../../protocol/connection/accepted-connection.ts';
import { Listener } from '../../protocol/connection/listener.ts';
import { systemClock } from '../system-clock.ts';
import { formatPolicy, formatPolicyRecord } from './mta-sts.ts';
import type { DeviceAnswer, DeviceRequest } from '../device-settings/answer-device.ts';
import { WebDoors, type WebDoorsOptions } from './web-doors.ts';

const HOST = 'mta-sts.example.com';
const POLICY = formatPolicy({ domain: 'example.com', mode: 'enforce' }, 'mail.example.com');

/** What devices hear. */
let deviceAnswer: (request: DeviceRequest) => Promise<DeviceAnswer | null>;
let authority: TestAuthority;
let doors: WebDoors;
let ports: { http: number; https: number };
const listeners: Listener[] = [];

async function listen(serve: ServeConnection): Promise<number> {
  const secureContext = () => createSecureContext();
  const listener = new Listener({
    serve,
    tlsMode: 'starttls',
    secureContext,
    busyLine: '',
    clock: systemClock,
    logger: silentLogger,
  });
  listeners.push(listener);
  const bound = await listener.listen('127.0.0.1', 0);
  if (!bound.ok) throw new Error(bound.error.detail);
  return bound.value;
}

beforeEach(async () => {
  authority = await makeAuthority(Date.now());
  const { certificate, key } = await authority.issue([HOST]);
  const context = createSecureContext({ cert: certificate, key });
  const policyAt = (host: string) => (host === HOST ? POLICY : null);
  const answerDevice: WebDoorsOptions['answerDevice'] = (request) => deviceAnswer(request);
  doors = new WebDoors({ clock: systemClock, secureContext: () => context, policyAt, answerDevice });
  ports = { http: await listen(doors.serveHttp), https: await listen(doors.serveHttps) };
});

afterEach(() => {
  doors.stop();
  for (const listener of listeners.splice(0)) {
    listener.stopAccepting();
    listener.destroyConnections();
  }
});

function get(request: typeof overHttps, options: RequestOptions): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', agent: false, ...options }, (response) => {
      let text = '';
      response.on('data', (piece: Buffer) => (text += piece.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.on('error', reject).end();
  });
}

const getPolicy = (host: string, path = '/.well-known/mta-sts.txt') =>
  get(overHttps, { port: ports.https, path, servername: HOST, ca: authority.root, headers: { host } });

describe('devices', () => {
  const post = (body: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const asked = overHttp(
        {
          host: '127.0.0.1',
          agent: false,
          port: ports.http,
          path: '/autodiscover/autodiscover.xml',
          method: 'POST',
        },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      asked.on('error', reject).end(body);
    });

  it('are asked by their paths alone, and told what there is', async () => {
    deviceAnswer = ({ body, isSecure, method }) =>
      Promise.resolve({ status: 200, type: 'text/xml', body: `${method} ${String(isSecure)} ${body}` });
    const path = '/mail/config-v1.1.xml?emailaddress=a%40b';
    expect(await get(overHttp, { port: ports.http, path })).toEqual({ status: 200, text: 'GET false ' });
    expect((await getPolicy(HOST, path)).text).toBe('GET true ');
    expect((await get(overHttp, { port: ports.http, path: '/mail/other' })).status).toBe(404);
    deviceAnswer = () => Promise.resolve(null);
    expect((await get(overHttp, { port: ports.http, path })).status).toBe(404);
  });

  it('that send more than anybody needs are refused, and the next one served', async () => {
    deviceAnswer = () => Promise.resolve({ status: 200, type: 'text/xml', body: '' });
    expect(await post('x'.repeat(16 * 1024))).toBe(200);
    expect(await post('x'.repeat(16 * 1024 + 1))).toBe(413);
    expect(await post('')).toBe(200);
  });

  it('that come while the server goes down lose their connection and nothing else', async () => {
    deviceAnswer = () => Promise.reject(new Error('the host is not running'));
    await expect(post('')).rejects.toThrow();
    deviceAnswer = () => Promise.resolve(null);
    expect(await post('')).toBe(404);
  });
});

describe('port 443', () => {
  it('serves the policy at its host, and nothing else (RFC 8461 §3.3)', async () => {
    expect(await getPolicy(HOST)).toEqual({ status: 200, text: POLICY });
    expect((await getPolicy('www.example.com')).status).toBe(404);
    expect((await getPolicy(HOST, '/')).status).toBe(404);
    expect((await getPolicy(HOST, '/.well-known/acme-challenge/x')).status).toBe(404);
  });

  it('knows no challenge that was not put up (RFC 8737)', async () => {
    const socket = connect({
      port: ports.https,
      host: '127.0.0.1',
      servername: HOST,
      ALPNProtocols: ['acme-tls/1'],
      rejectUnauthorized: false,
    });
    await new Promise<void>((resolve) => {
      socket.on('error', () => undefined);
      socket.once('close', () => resolve());
    });
    expect(socket.authorized).toBe(false);
    expect((await getPolicy(HOST)).status).toBe(200);
  });

  it('lets go what is no TLS, and serves the next', async () => {
    await expect(get(overHttp, { port: ports.https, path: '/' })).rejects.toThrow();
    expect((await getPolicy(HOST)).status).toBe(200);
  });
});

describe('port 80', () => {
  it('answers a challenge while it is put up, and nothing else (RFC 8555 §8.3)', async () => {
    const path = '/.well-known/acme-challenge/token-1';
    const ask = (at = path) => get(overHttp, { port: ports.http, path: at });
    expect((await ask()).status).toBe(404);
    const challenge = { name: 'mail.example.com', token: 'token-1', keyAuthorization: 'token-1.thumb' };
    const takeDown = await doors.httpSolver.present(challenge, new AbortController().signal);
    expect(await ask()).toEqual({ status: 200, text: 'token-1.thumb' });
    expect((await ask('/.well-known/acme-challenge/')).status).toBe(404);
    expect((await ask('/.well-known/mta-sts.txt')).status).toBe(404);
    await takeDown();
    expect((await ask()).status).toBe(404);
  });
});

describe('a published policy', () => {
  it('is what RFC 8461 §3.2 shows', () => {
    expect(POLICY).toBe('version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmax_age: 1209600\r\n');
  });

  it('has an id that changes with it, and only with it (RFC 8461 §3.1)', () => {
    const record = (mode: 'testing' | 'enforce', host = 'mail.example.com') =>
      formatPolicyRecord({ domain: 'example.com', mode }, host);
    expect(record('enforce')).toMatch(/^v=STSv1; id=[a-z0-9]{1,32};$/u);
    expect(record('enforce')).toBe(record('enforce'));
    expect(new Set([record('enforce'), record('testing'), record('enforce', 'mx.example.com')]).size).toBe(3);
  });
});
