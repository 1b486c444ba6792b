import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConsoleWorld } from '../../../test/support/console-world.ts';
import { ManualClock } from '../../base/clock.ts';
import type { TokenScope } from '../../contract/roles.ts';
import { createConsoleRouter } from '../../host/api/router.ts';
import { type ConsoleServer, createConsoleServer } from './console-server.ts';

const ADMIN = { name: 'admin', password: 'a long enough password' };

let world: ConsoleWorld;
let server: ConsoleServer;
let root: string;
let url: string;

beforeEach(async () => {
  const clock = new ManualClock();
  world = new ConsoleWorld({ clock });
  await world.administrators.put(ADMIN);
  root = await mkdtemp(join(tmpdir(), 'postroom-page-'));
  await writeFile(join(root, 'index.html'), '<!doctype html><title>Postroom</title>');
  server = createConsoleServer({
    ...{ router: createConsoleRouter(world.services()), access: world.access, version: '0.1.0' },
    ...{ release: world.releaseDesk(), staticRoot: root, bind: '127.0.0.1', port: 0 },
    ...{ clock, randomBytes: (length: number) => randomBytes(length), logger: world.logger },
  });
  ({ url } = await server.start());
});

afterEach(async () => {
  await server.stop();
  await rm(root, { recursive: true });
});

async function tokenOf(...scopes: readonly TokenScope[]): Promise<Record<string, string>> {
  const wanted = { administrator: 'admin', name: scopes.join(), scopes, expiresAt: null };
  const added = await world.access.tokens.add(wanted);
  if (!added.ok) throw new Error(added.error);
  return { Authorization: `Bearer ${added.value.secret}` };
}

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(new URL(path, url), { headers });
}

async function post(path: string, body: unknown, headers: Record<string, string>): Promise<Response> {
  const json = { 'Content-Type': 'application/json', ...headers };
  return fetch(new URL(path, url), { method: 'POST', headers: json, body: JSON.stringify(body) });
}

describe('metrics', () => {
  it('are for who has a token, and only while they are on', async () => {
    const token = await tokenOf('read');
    expect((await get('/metrics', token)).status).toBe(404);
    await world.settings.change({ metricsEnabled: true });
    expect((await get('/metrics')).status).toBe(401);
    expect((await get('/metrics', await tokenOf('accounts'))).status).toBe(403);
    const answer = await get('/metrics', token);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await answer.text()).toMatch(/^postroom_queue_recipients\{state="held"\} 0$/mu);
  });

  it('count what flows, and say what stands still', async () => {
    await world.settings.change({ metricsEnabled: true });
    world.meter.count('received', world.clock.now(), 7);
    const text = await (await get('/metrics', await tokenOf('read'))).text();
    expect(text).toContain('postroom_messages_total{event="received"} 7\n');
    expect(text).toMatch(/^postroom_stage_up\{stage="queue"\} 1$/mu);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/mu);
  });

  it('name no address and no account', async () => {
    await world.settings.change({ metricsEnabled: true });
    await world.directory.addDomain('server1.com');
    const anna = { localPart: 'anna', domain: 'server1.com', name: 'Anna', password: 'long enough words' };
    await world.directory.addAccount(anna);
    const text = await (await get('/metrics', await tokenOf('read'))).text();
    expect(text).toContain('postroom_accounts 1\n');
    expect(text).not.toMatch(/anna|server1/iu);
  });
});

describe('the description of the calls', () => {
  it('is for who has a token or a session', async () => {
    expect((await get('/api/openapi.json')).status).toBe(401);
    const signedIn = await post('/rpc/session/signIn', { json: ADMIN }, {});
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect((await get('/api/', { Cookie: cookie })).status).toBe(200);
    expect((await get('/api/openapi.json', await tokenOf('read'))).status).toBe(200);
  });

  it('says of every call what it takes and needs', async () => {
    const document = (await (await get('/api/openapi.json', await tokenOf('read'))).json()) as {
      openapi: string;
      paths: Record<string, { post: { description: string; operationId: string } }>;
    };
    expect(document.openapi).toMatch(/^3\.1/u);
    const calls = Object.values(document.paths).map(({ post: operation }) => operation);
    expect(calls.length).toBeGreaterThan(100);
    expect(calls.filter(({ description }) => description === undefined)).toEqual([]);
    expect(document.paths['/accounts/list']?.post.description).toBe(
      'Scopes: read, accounts, all. Roles: owner, administrator, domainAdministrator, helpDesk, auditor.',
    );
    expect(document.paths['/profile/addToken']?.post.description).toMatch(/^Not for tokens\./u);
  });

  it('is a page without scripts for people', async () => {
    const answer = await get('/api/', await tokenOf('read'));
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/u);
    const text = await answer.text();
    expect(text).toContain('POST /api/accounts/list');
    expect(text).not.toContain('<script');
  });
});

describe('a call as plain JSON', () => {
  it('is checked by the same schemas and the same gate', async () => {
    const token = await tokenOf('read');
    const listed = await post('/api/accounts/list', { text: '' }, token);
    expect(await listed.json()).toMatchObject({ items: [], total: 0 });
    expect((await post('/api/accounts/list', { limit: 10_000 }, token)).status).toBe(400);
    expect((await post('/api/settings/change', { hostname: 'a.example' }, token)).status).toBe(403);
    expect((await post('/api/accounts/list', {}, {})).status).toBe(401);
    expect((await post('/api/no/such/call', {}, token)).status).toBe(404);
  });

  it('is not answered for a cookie', async () => {
    const signedIn = await post('/rpc/session/signIn', { json: ADMIN }, {});
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect((await post('/api/accounts/list', {}, { Cookie: cookie })).status).toBe(401);
  });
});
