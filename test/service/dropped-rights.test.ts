// The service as an account that nobody signs in to, with the one right that its unit leaves it, and a disk that it may not write to.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mayRunServer } from '../support/installed.ts';
import { OFFICE, SERVICE_FILE } from '../support/service-process.ts';

/** nobody */
const ACCOUNT = '65534';
/** This machine's own, where nobody else listens. */
const ADDRESS = '127.0.25.1';
const RIGHT = '+net_bind_service';

describe.runIf(mayRunServer('setpriv'))('with its rights dropped, the service', () => {
  let folder: string;
  let service: ChildProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'postroom-rights-'));
    await mkdir(join(folder, 'data'));
    spawnSync('chown', [ACCOUNT, join(folder, 'data')]);
    await writeFile(join(folder, 'office.json'), JSON.stringify(OFFICE));
    await writeFile(join(folder, 'message'), 'Subject: without rights\r\n\r\nHello\r\n');
    await chmod(folder, 0o755);
    const places = ['--data', join(folder, 'data'), '--provision', join(folder, 'office.json')];
    const ports = ['--bind', ADDRESS, '--ports', 'http=off,https=off', '--console', `${ADDRESS}:0`];
    service = spawn('unshare', ['--mount', 'sh', '-c', SHUT_OFF, folder, ...dropped(), ...places, ...ports], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await untilReady(service);
  });

  /** Everything read-only but the data folder; then the rest of the arguments is run. */
  const SHUT_OFF =
    'mount --bind "$0/data" "$0/data" && mount --bind / /mnt && mount -o remount,bind,ro / && exec "$@"';

  function dropped(): readonly string[] {
    const identity = ['--reuid', ACCOUNT, '--regid', ACCOUNT, '--clear-groups', '--no-new-privs'];
    const rights = [
      '--inh-caps',
      `-all,${RIGHT}`,
      '--ambient-caps',
      `-all,${RIGHT}`,
      '--bounding-set',
      `-all,${RIGHT}`,
    ];
    return ['setpriv', ...identity, ...rights, '--', process.execPath, SERVICE_FILE, 'serve'];
  }

  afterAll(async () => {
    service.kill();
    await rm(folder, { recursive: true });
  });

  test('listens on the standard ports', () => {
    const listening = spawnSync('ss', ['-Hltn', `src ${ADDRESS}`], { encoding: 'utf8' }).stdout;
    for (const port of [25, 110, 143, 465, 587, 993, 995])
      expect(listening).toContain(`${ADDRESS}:${String(port)} `);
  });

  test('takes mail in and hands it out', async () => {
    const envelope = ['--mail-from', 'a@elsewhere.example', '--mail-rcpt', 'tom@server1.com'];
    const message = ['--upload-file', join(folder, 'message')];
    expect(curl(`smtp://${ADDRESS}:25`, ...envelope, ...message)).toMatchObject({ status: 0, stderr: '' });
    const read = () =>
      curl('--user', 'tom@server1.com:tom-password', `imap://${ADDRESS}/INBOX;MAILINDEX=1`).stdout;
    await expect.poll(read, { timeout: 10_000 }).toContain('Subject: without rights');
  });

  test('is nobody, and can do nothing else', () => {
    const { pid } = service;
    const { stdout } = spawnSync('cat', [`/proc/${String(pid)}/status`], { encoding: 'utf8' });
    expect(stdout).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/mu);
    expect(stdout).toMatch(/^CapEff:\t0000000000000400$/mu);
    const touch = (path: string) =>
      spawnSync('nsenter', ['-t', String(pid), '-m', 'touch', path], { encoding: 'utf8' }).status;
    expect([touch('/var/tmp/postroom-was-here'), touch(join(folder, 'data', 'own'))]).toEqual([1, 0]);
  });

  test('ends when it is asked to', async () => {
    const ended = once(service, 'exit');
    service.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});

function curl(...args: readonly string[]) {
  return spawnSync('curl', ['-sS', ...args], { encoding: 'utf8' });
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('READY')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`it ended with ${String(code)}`)));
  });
}
