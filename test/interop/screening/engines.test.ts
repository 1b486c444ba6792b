/**
 * Debian's clamd, spamd and rspamd, asked by our clients. Needs clamav-daemon, spamassassin, spamd and rspamd; where they are not
 * installed the tests are left out. Run with `npx vitest run --config vitest.system.config.ts test/interop/screening`.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTcpConnect } from '../../../src-main/protocol/connection/tcp-connect.ts';
import { systemClock } from '../../../src-main/host/system-clock.ts';
import { readClamdVersion, scanWithClamd } from '../../../src-main/protocol/clamd/clamd-client.ts';
import type { EngineTarget } from '../../../src-main/protocol/engine/engine-channel.ts';
import { askRspamd, pingRspamd } from '../../../src-main/protocol/rspamd/rspamd-client.ts';
import { askSpamd, pingSpamd } from '../../../src-main/protocol/spamd/spamd-client.ts';
import { piecesOf } from '../../support/fake-engine.ts';
import { findFreePort } from '../../support/free-port.ts';

const isThere = (program: string) => spawnSync('which', [program]).status === 0;
/** Not written in one piece, so that no scanner takes this file for it. */
const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');
const GTUBE = ['XJS*C4JDBQADN1.NSBN3*2IDNEN*', 'GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'].join('');

let folder: string;
const running: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-engines-'));
});

afterAll(async () => {
  for (const child of running) child.kill();
  await rm(folder, { recursive: true, force: true });
});

function run(program: string, ...args: readonly string[]): void {
  running.push(spawn(program, args, { stdio: 'ignore' }));
}

async function untilThere(place: { path: string } | { port: number; host: string }): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(place as { path: string }, () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the program did not start');
}

const optionsFor = (target: EngineTarget) => ({
  connect: createTcpConnect({ clock: systemClock }),
  clock: systemClock,
  timeoutMs: 30_000,
  target,
});

describe.skipIf(!isThere('clamd'))('clamd', { timeout: 60_000 }, () => {
  let target: EngineTarget;

  beforeAll(async () => {
    // A database of one signature: the test file's text, in hexadecimal.
    const signature = Buffer.from(EICAR).toString('hex');
    await writeFile(join(folder, 'test.ndb'), `Eicar-Test:0:*:${signature}\n`);
    const path = join(folder, 'clamd.ctl');
    const lines = [
      `DatabaseDirectory ${folder}`,
      `LocalSocket ${path}`,
      'Foreground yes',
      'StreamMaxLength 1M',
      'User root',
    ];
    await writeFile(join(folder, 'clamd.conf'), `${lines.join('\n')}\n`);
    run('clamd', '-c', join(folder, 'clamd.conf'));
    await untilThere({ path });
    target = { kind: 'local', path };
  }, 60_000);

  test('finds the EICAR file in a message and nothing in another', async () => {
    const found = await scanWithClamd(optionsFor(target), piecesOf('Subject: x\r\n\r\n', EICAR));
    expect(found).toMatchObject({ ok: true, value: { kind: 'found' } });
    const clean = await scanWithClamd(optionsFor(target), piecesOf('Subject: x\r\n\r\n', 'hello\r\n'));
    expect(clean).toEqual({ ok: true, value: { kind: 'clean' } });
  });

  test('a message beyond StreamMaxLength is no answer', async () => {
    const large = await scanWithClamd(optionsFor(target), piecesOf('x'.repeat(1_500_000)));
    expect(large.ok).toBe(false);
  });

  test('says its version', async () => {
    expect(await readClamdVersion(optionsFor(target))).toMatchObject({ ok: true });
  });
});

describe.skipIf(!isThere('spamd'))('spamd', { timeout: 120_000 }, () => {
  let target: EngineTarget;

  beforeAll(async () => {
    const port = await findFreePort();
    run(
      'spamd',
      '--local',
      '--nouser-config',
      `--listen=127.0.0.1:${port}`,
      '--max-children=1',
      '--username=nobody',
    );
    await untilThere({ host: '127.0.0.1', port });
    target = { kind: 'tcp', host: '127.0.0.1', port };
  }, 120_000);

  const message = (body: string) => {
    const text = `From: a@example.com\r\nTo: b@example.com\r\nSubject: hello\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n\r\n${body}\r\n`;
    return { sizeBytes: text.length, octets: piecesOf(text) };
  };

  test('calls GTUBE junk, and names the rule', async () => {
    const answer = await askSpamd(optionsFor(target), message(GTUBE));
    expect(answer).toMatchObject({ ok: true, value: { isSpam: true } });
    expect(answer.ok && answer.value.symbols).toContain('GTUBE');
  });

  test('calls an ordinary message no junk', async () => {
    const answer = await askSpamd(optionsFor(target), message('Shall we have lunch tomorrow?'));
    expect(answer).toMatchObject({ ok: true, value: { isSpam: false } });
  });

  test('answers a ping', async () => {
    expect(await pingSpamd(optionsFor(target))).toMatchObject({ ok: true });
  });
});

describe.skipIf(!isThere('rspamd'))('rspamd', { timeout: 60_000 }, () => {
  let target: EngineTarget;

  beforeAll(async () => {
    const port = await findFreePort();
    await chmod(folder, 0o777);
    const lines = [
      `options { pidfile = "${folder}/pid"; tempdir = "${folder}"; hs_cache_dir = "${folder}"; control_socket = "${folder}/control"; }`,
      `logging { type = "file"; filename = "${folder}/rspamd.log"; }`,
      'actions { reject = 15; "add header" = 6; }',
      `worker "normal" { bind_socket = "127.0.0.1:${port}"; count = 1; }`,
    ];
    await writeFile(join(folder, 'rspamd.conf'), `${lines.join('\n')}\n`);
    run('rspamd', '-f', '-u', '_rspamd', '-g', '_rspamd', '-c', join(folder, 'rspamd.conf'));
    await untilThere({ host: '127.0.0.1', port });
    target = { kind: 'tcp', host: '127.0.0.1', port };
  }, 60_000);

  const ask = (body: string) => {
    const text = `From: a@example.com\r\nTo: b@example.com\r\nSubject: hello\r\n\r\n${body}\r\n`;
    return askRspamd(optionsFor(target), {
      octets: piecesOf(text),
      sizeBytes: text.length,
      client: { address: '192.0.2.7', hello: 'mx.example', name: null },
      reversePath: 'a@example.com',
      recipients: ['b@example.com', 'c@example.com'],
      queueId: 'id1',
    });
  };

  test('would refuse GTUBE, and names the symbol', async () => {
    const answer = await ask(GTUBE);
    expect(answer).toMatchObject({ ok: true, value: { action: 'reject', score: 15, requiredScore: 15 } });
    expect(answer.ok && answer.value.symbols.map(({ name }) => name)).toContain('GTUBE');
  });

  test('has nothing against an ordinary message', async () => {
    expect(await ask('Shall we have lunch tomorrow?')).toMatchObject({
      ok: true,
      value: { action: 'no action' },
    });
  });

  test('answers a ping', async () => {
    expect(await pingRspamd(optionsFor(target))).toEqual({ ok: true, value: undefined });
  });
});
