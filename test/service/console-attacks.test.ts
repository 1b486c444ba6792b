/** What is tried against the console's door of a running service, and comes to nothing. Named by the attack. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { signInToConsole, type ConsoleCaller } from '../support/console-caller.ts';
import {
  ALL_FREE_PORTS,
  makeWorkFolder,
  OFFICE,
  type ServiceProcess,
  startOffice,
  startService,
} from '../support/service-process.ts';

const run = promisify(execFile);
const ADMIN = OFFICE.admin;

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;
let base: URL;
let cookie: string;
let owner: ConsoleCaller;

beforeAll(async () => {
  folder = await makeWorkFolder();
  service = await startOffice(folder);
  base = new URL(service.ready.console);
  cookie = await signIn();
  owner = await signInToConsole(base.href, ADMIN);
});

afterAll(async () => {
  owner.close();
  await service.end();
  await folder.remove();
});

interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** As an attacker's shell would: curl, with the header fields given. */
async function curl(
  path: string,
  options: { fields?: readonly string[]; body?: unknown; args?: readonly string[] } = {},
): Promise<Answer> {
  const { fields = [], body, args = [] } = options;
  const data = body === undefined ? [] : ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)];
  const { stdout } = await run('curl', [
    ...['-sS', '-i', '--max-time', '20', ...args, ...fields.flatMap((field) => ['-H', field]), ...data],
    new URL(path, base).href,
  ]);
  const [head = '', ...rest] = stdout.split('\r\n\r\n');
  return { status: Number(/^HTTP\/1.1 (\d+)/u.exec(head)?.[1]), head, body: rest.join('\r\n\r\n') };
}

const call = (name: string, input?: unknown, fields: readonly string[] = []) =>
  curl(`rpc/${name}`, { body: { json: input }, fields });

async function signIn(): Promise<string> {
  const { head } = await call('session/signIn', ADMIN);
  return /^set-cookie: ([^;]+)/imu.exec(head)?.[1] ?? '';
}

async function makeToken(
  scopes: readonly ('read' | 'accounts' | 'queue' | 'all')[],
  expiresAt: number | null = null,
) {
  return owner.calls.profile.addToken({ name: scopes.join(), scopes: [...scopes], expiresAt });
}

const bearer = (secret: string) => [`Authorization: Bearer ${secret}`];

describe('the page of another site (CSRF)', () => {
  it.each([
    'Origin: https://evil.example',
    'Origin: null',
    'Origin: http://127.0.0.1:1',
    'Sec-Fetch-Site: cross-site',
    'Sec-Fetch-Site: same-site',
  ])('cannot sign the administrator out with %s and the cookie', async (field) => {
    expect((await call('session/signOut', undefined, [`Cookie: ${cookie}`, field])).status).toBe(403);
    expect((await call('session/state', undefined, [`Cookie: ${cookie}`])).body).toContain('signedIn');
  });

  it('gets no CORS permission by a preflight', async () => {
    const { status, head } = await curl('rpc/session/signIn', {
      args: ['-X', 'OPTIONS'],
      fields: ['Origin: https://evil.example', 'Access-Control-Request-Method: POST'],
    });
    expect(status).toBe(403);
    expect(head.toLowerCase()).not.toContain('access-control-allow');
  });

  it('cannot make the browser change anything with a form, since no change answers to a cookie over HTTP', async () => {
    for (const name of ['settings/change', 'accounts/remove', 'administrators/add'])
      expect((await call(name, {}, [`Cookie: ${cookie}`])).status).toBe(404);
  });

  it('is not sent the cookie by the browser, nor can its scripts read it', async () => {
    const { head } = await call('session/signIn', ADMIN);
    expect(head).toMatch(/^set-cookie: postroom_\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict\r?$/imu);
    const behindTls = await call('session/signIn', ADMIN, ['X-Forwarded-Proto: https']);
    expect(behindTls.head).toMatch(/^set-cookie: .*; Secure\r?$/imu);
  });
});

describe('a name that was rebound to this machine (DNS rebinding)', () => {
  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'user@localhost'])(
    'Host: %s',
    async (host) => {
      for (const path of ['', 'rpc/session/state', 'release?token=1'])
        expect((await curl(path, { fields: [`Host: ${host}`] })).status).toBeGreaterThanOrEqual(400);
    },
  );
});

describe('a frame round the page (clickjacking)', () => {
  it('is refused by X-Frame-Options and frame-ancestors', async () => {
    const { head } = await curl('');
    expect(head).toMatch(/^x-frame-options: DENY/imu);
    expect(head).toMatch(/^content-security-policy: .*frame-ancestors 'none'/imu);
  });
});

describe('a script that got into the page (XSS)', () => {
  it('finds a policy that runs our files only, and no inline script or eval', async () => {
    const policy = /^content-security-policy: (.*)$/imu.exec((await curl('')).head)?.[1] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect((await curl('')).head).toMatch(/^x-content-type-options: nosniff/imu);
  });
});

describe('a WebSocket that another site opens (CSWSH)', () => {
  function upgrade(headers: Record<string, string>): Promise<number | 'open'> {
    return new Promise((resolve) => {
      const socket = new WebSocket(`ws://${base.host}/live`, { headers });
      socket.once('open', () => {
        socket.terminate();
        resolve('open');
      });
      socket.once('unexpected-response', (_, { statusCode = 0 }) => resolve(statusCode));
      socket.once('error', () => undefined);
    });
  }

  it('is refused with the cookie and a foreign origin, or none', async () => {
    expect(await upgrade({ Cookie: cookie, Origin: 'https://evil.example' })).toBe(403);
    expect(await upgrade({ Cookie: cookie })).toBe(403);
    expect(await upgrade({ Cookie: cookie, Origin: base.origin })).toBe('open');
  });

  it('is refused without a session, and with a token instead', async () => {
    const { secret } = await makeToken(['all']);
    expect(await upgrade({ Origin: base.origin })).toBe(401);
    expect(await upgrade({ Origin: base.origin, Authorization: `Bearer ${secret}` })).toBe(401);
  });
});

describe('session fixation', () => {
  it('finds a new token after every sign-in, and the one of before worth nothing', async () => {
    const first = await signIn();
    const { head } = await call('session/signIn', ADMIN, [`Cookie: ${first}`]);
    const second = /^set-cookie: ([^;]+)/imu.exec(head)?.[1];
    expect(second).not.toBe(first);
    expect((await call('session/state', undefined, [`Cookie: ${first}`])).body).toContain('needsSignIn');
    const planted = `${first.split('=')[0] ?? ''}=${'A'.repeat(43)}`;
    const taken = await call('session/signIn', ADMIN, [`Cookie: ${planted}`]);
    expect(taken.head).not.toContain('A'.repeat(43));
  });
});

describe('a stolen cookie', () => {
  it('is worth nothing once the administrator signed out, or changed the password', async () => {
    await owner.calls.administrators.add({
      ...{ name: 'victim', role: 'helpDesk', domains: [], password: 'tigers eat many plums' },
    });
    const enter = async (password: string) => {
      const { head } = await call('session/signIn', { name: 'victim', password });
      return /^set-cookie: ([^;]+)/imu.exec(head)?.[1] ?? '';
    };
    const stolen = await enter('tigers eat many plums');
    const own = await enter('tigers eat many plums');
    const change = { current: 'tigers eat many plums', password: 'lions drink hardly any tea' };
    const changed = await call('profile/changePassword', change, [`Cookie: ${own}`]);
    expect(changed.status).toBe(200);
    expect((await call('session/state', undefined, [`Cookie: ${stolen}`])).body).toContain('needsSignIn');
    const next = /^set-cookie: ([^;]+)/imu.exec(changed.head)?.[1] ?? '';
    expect((await call('session/state', undefined, [`Cookie: ${next}`])).body).toContain('signedIn');
  });
});

describe('guessing which administrators there are', () => {
  it('gets the same words and about the same time for a name that nobody has', async () => {
    const times: Record<string, number[]> = { admin: [], nobody: [] };
    const bodies = new Set<string>();
    for (let round = 0; round < 3; round++) {
      for (const name of ['admin', 'nobody']) {
        const begun = performance.now();
        const { status, body } = await call('session/signIn', { name, password: `wrong ${round}` });
        times[name]?.push(performance.now() - begun);
        expect(status).toBe(422);
        bodies.add(body);
      }
    }
    const best = (name: string) => Math.min(...(times[name] ?? []));
    expect(bodies.size).toBe(1);
    expect(best('nobody') / best('admin')).toBeGreaterThan(0.4);
    expect(best('nobody') / best('admin')).toBeLessThan(2.5);
    await openAgain();
  });
});

async function openAgain(): Promise<void> {
  const feed = await owner.calls.signIns.watch({ limit: 1 });
  const next = await feed.next();
  await feed.return(undefined);
  const blocks = next.done === true || next.value.type !== 'snapshot' ? [] : next.value.snapshot.blocks;
  for (const { id } of blocks) await owner.calls.signIns.unblock({ id });
}

describe('a token', () => {
  it('does what its scopes say and no more (curl, as README shows)', async () => {
    const { secret } = await makeToken(['read']);
    const shown = await curl('api/accounts/list', { body: { text: 'tom' }, fields: bearer(secret) });
    expect(JSON.parse(shown.body)).toMatchObject({ items: [{ address: 'tom@server1.com' }] });
    const change = { hostname: 'evil.example' };
    expect((await curl('api/settings/change', { body: change, fields: bearer(secret) })).status).toBe(403);
    const listed = await call('accounts/list', {}, bearer(secret));
    expect(listed.status).toBe(200);
    expect(listed.body).toContain('tom@server1.com');
    expect((await call('settings/change', { hostname: 'evil.example' }, bearer(secret))).status).toBe(403);
    expect(
      (await call('profile/addToken', { name: 'more', scopes: ['all'], expiresAt: null }, bearer(secret)))
        .status,
    ).toBe(403);
  });

  it('changes something within its scopes, and the audit log says by which token', async () => {
    const { secret } = await makeToken(['accounts']);
    const fresh = {
      localPart: 'eve',
      domain: 'server1.com',
      name: 'Eve',
      password: 'eve writes many letters',
      quotaBytes: null,
    };
    expect((await call('accounts/add', fresh, bearer(secret))).status).toBe(200);
    const { items } = await owner.calls.audit.list({ text: 'accounts.add', limit: 1 });
    expect(items[0]).toMatchObject({
      who: 'admin',
      means: { kind: 'token', name: 'accounts' },
      address: '127.0.0.1',
    });
    expect(JSON.stringify(items)).not.toContain(fresh.password);
    expect(JSON.stringify(items)).not.toContain(secret);
  });

  it('that was taken back or has expired is refused, and none opens the session area’s cookies', async () => {
    const { token, secret } = await makeToken(['all']);
    await owner.calls.profile.removeToken({ id: token.id });
    expect((await call('accounts/list', {}, bearer(secret))).status).toBe(401);
    const expired = await makeToken(['all'], 1);
    expect((await call('accounts/list', {}, bearer(expired.secret))).status).toBe(401);
    // A wrong token is not made good by a right cookie.
    expect((await call('session/state', undefined, [...bearer('x'), `Cookie: ${cookie}`])).status).toBe(401);
    await openAgain();
  });

  it('is kept as a hash: the data folder does not hold it', async () => {
    const { secret } = await makeToken(['read']);
    const { stdout } = await run('grep', ['-rlaF', secret, folder.data]).catch(() => ({ stdout: '' }));
    expect(stdout).toBe('');
  });
});

describe('a request that is none', () => {
  it('smuggled with two lengths is refused', async () => {
    const socket = connect(Number(base.port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      'POST /rpc/session/state HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    );
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toMatch(/^HTTP\/1\.1 400/u);
    socket.destroy();
  });

  it('for a file outside of the page is answered with the page or nothing', async () => {
    for (const path of [
      '..%2f..%2fpackage.json',
      '%2e%2e/%2e%2e/etc/passwd',
      'assets/..%5c..%5cservice.js',
    ]) {
      const { status, body } = await curl(path, { args: ['--path-as-is'] });
      expect(status === 404 || body.startsWith('<!doctype html>')).toBe(true);
      expect(body).not.toMatch(/root:|"dependencies"/u);
    }
  });
});

// Last: it closes this machine out.
describe('guessing an administrator’s password from this machine', () => {
  it('is closed after ten wrong ones, also for the right one, shown on page Sign-ins, and opened there', async () => {
    for (let i = 0; i < 10; i++) await call('session/signIn', { ...ADMIN, password: `wrong ${i}` });
    expect((await call('session/signIn', ADMIN)).status).toBe(429);
    const feed = await owner.calls.signIns.watch({ limit: 1 });
    const { value } = await feed.next();
    await feed.return(undefined);
    expect(value).toMatchObject({
      snapshot: { blocks: [{ kind: 'place', subject: 'admin, 127.0.0.1', lastDoor: 'console' }] },
    });
    await openAgain();
    expect((await call('session/signIn', ADMIN)).status).toBe(200);
  });

  it('is closed for guessed tokens too', async () => {
    for (let i = 0; i < 10; i++) await call('accounts/list', {}, bearer(`postroom_${i}`));
    expect((await call('accounts/list', {}, bearer('postroom_x'))).status).toBe(429);
    await openAgain();
  });
});

describe('an administrator whom the audit log is in the way of', () => {
  it('finds no call that changes or deletes an entry, and a changed database shows', async () => {
    expect(await owner.calls.audit.check()).toMatchObject({ isWhole: true });
    for (const name of ['audit/remove', 'audit/clear', 'audit/change']) {
      const { secret } = await makeToken(['all']);
      expect((await call(name, {}, bearer(secret))).status).toBe(404);
    }
    const { text } = await owner.calls.audit.export({ format: 'jsonl' });
    expect(text).toContain('"call":"provision"');
    expect(text).not.toContain(ADMIN.password);
  });
});

describe('the first start, from another machine', () => {
  it('needs the token that only who reads the service’s files knows', async () => {
    const data = folder.path('first');
    const args = [
      '--data',
      data,
      '--bind',
      '127.0.0.1',
      '--ports',
      ALL_FREE_PORTS,
      '--console',
      '127.0.0.1:0',
    ];
    const fresh = await startService(args);
    try {
      const file = join(data, 'postroom.setup-token');
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      // Another pipe than the READY line's.
      await expect.poll(() => fresh.log).toContain(file);
      const token = (await readFile(file, 'utf8')).trim();
      const begin = async (more: object) => {
        const body = JSON.stringify({ json: { name: 'admin', password: 'tigers eat many plums', ...more } });
        // Behind a proxy nobody is on this machine.
        const headers = { 'Content-Type': 'application/json', 'X-Forwarded-For': '203.0.113.4' };
        const url = new URL('rpc/setup/createAdministrator', fresh.ready.console);
        return (await fetch(url, { method: 'POST', headers, body })).text();
      };
      expect(await begin({})).toContain('notOnThisMachine');
      expect(await begin({ token: 'guess' })).toContain('wrongSetupToken');
      expect(await begin({ token, password: 'password1' })).toContain('weakPassword');
      expect(await begin({ token })).toContain('signedIn');
      await expect(stat(file)).rejects.toThrow('ENOENT');
    } finally {
      await fresh.end();
    }
  });
});
