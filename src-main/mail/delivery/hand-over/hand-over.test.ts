/** Hand-overs to real files and programs of this machine; LMTP to a scripted server. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock, type Clock } from '../../../base/clock.ts';
import { systemClock } from '../../../host/system-clock.ts';
import { outcomeOfExit } from './exit-codes.ts';
import { lockMailbox } from './mailbox-lock.ts';
import { createMaildirHandOver } from './maildir.ts';
import { createMboxHandOver } from './mbox.ts';
import { createPipeHandOver } from './pipe.ts';
import type { HandedMessage } from './port.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-hand-over-'));
});

afterEach(() => rm(folder, { recursive: true }));

function message(text: string, change: Partial<HandedMessage> = {}): HandedMessage {
  const octets = Buffer.from(text.replaceAll('\n', '\r\n'));
  return {
    reversePath: 'jack@server2.com',
    address: 'tom@server1.com',
    recipient: 'tom+news@server1.com',
    at: Date.UTC(2026, 10, 21, 9, 5, 7),
    sizeOctets: octets.length,
    content: async function* () {
      for (let at = 0; at < octets.length; at += 7) yield octets.subarray(at, at + 7);
    },
    ...change,
  };
}

/** A clock on which every wait is over at once. */
function hurryingClock(start: number): Clock {
  let now = start;
  return {
    now: () => now,
    after: (ms, run) => {
      now += ms;
      const immediate = setImmediate(run);
      return () => clearImmediate(immediate);
    },
  };
}

async function* breaksOff(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('Subject: half\r\n\r\nhalf a mess');
  throw Object.assign(new Error('input/output error'), { code: 'EIO' });
}

describe('an mbox file', () => {
  const path = () => join(folder, 'tom');
  const handOver = createMboxHandOver({ clock: systemClock });
  const deliver = (handed: HandedMessage) => handOver({ method: 'mbox', path: path() }, handed);
  const contents = () => readFile(path(), 'utf8');

  test('has each message behind a From line, quoted as mboxrd, with lines that end with LF', async () => {
    expect(await deliver(message('Subject: one\n\nFrom here on\n>From there\n'))).toMatchObject({
      kind: 'delivered',
      status: '2.0.0',
    });
    await deliver(message('Subject: two\n\nno line end', { reversePath: '' }));
    expect(await contents()).toBe(
      'From jack@server2.com Sat Nov 21 09:05:07 2026\nSubject: one\n\n>From here on\n>>From there\n\n' +
        'From MAILER-DAEMON Sat Nov 21 09:05:07 2026\nSubject: two\n\nno line end\n\n',
    );
    expect((await stat(path())).mode & 0o777).toBe(0o600);
  });

  test('is mended where another program left its end open', async () => {
    await writeFile(path(), 'From x Sat Nov 21 09:05:07 2026\nSubject: old\n\nopen end');
    await deliver(message('Subject: new\n\nx\n'));
    expect(await contents()).toContain('\nopen end\n\nFrom jack@server2.com');
  });

  test('never holds half a message: what could not be read to its end is cut off again', async () => {
    await deliver(message('Subject: one\n\nx\n'));
    const before = await contents();
    const both = await Promise.all([
      deliver(message('', { content: breaksOff })),
      deliver(message('Subject: two\n\ny\n')),
    ]);
    expect(both).toMatchObject([{ kind: 'deferred', status: '4.2.0' }, { kind: 'delivered' }]);
    expect((await contents()).startsWith(`${before}From jack@server2.com`)).toBe(true);
    expect(await contents()).not.toContain('half');
  });

  test('is left alone while another program has its dot-lock, which is waited for', async () => {
    await writeFile(`${path()}.lock`, '1');
    const waiting = deliver(message('Subject: one\n\nx\n'));
    await new Promise((resolve) => systemClock.after(150, () => resolve(undefined)));
    expect(await contents()).toBe('');
    await rm(`${path()}.lock`);
    expect((await waiting).kind).toBe('delivered');
    expect(await readdir(folder)).toEqual(['tom']);
  });

  test('is not waited for for ever', async () => {
    await writeFile(path(), '');
    await writeFile(`${path()}.lock`, '1');
    const lock = await lockMailbox(path(), hurryingClock(Date.now()));
    expect(lock).toEqual({ ok: false, error: `${path()}.lock is held by another program` });
  });

  test('is taken where a lock was left behind by a crash', async () => {
    await writeFile(path(), '');
    await writeFile(`${path()}.lock`, '1');
    const lock = await lockMailbox(path(), hurryingClock(Date.now() + 6 * 60_000));
    expect(lock.ok).toBe(true);
    if (lock.ok) await lock.value();
    expect(await readdir(folder)).toEqual(['tom']);
  });

  test('that cannot be written keeps the message waiting', async () => {
    await mkdir(path());
    expect(await deliver(message('Subject: one\n\nx\n'))).toMatchObject({
      kind: 'deferred',
      status: '4.2.0',
    });
  });
});

describe('a Maildir', () => {
  let ids = 0;
  const handOver = createMaildirHandOver({ makeId: () => `id${++ids}`, hostname: () => 'mail.server1.com' });
  const deliver = (handed: HandedMessage) =>
    handOver({ method: 'maildir', path: join(folder, 'Maildir') }, handed);

  test('is made where it is missing, and has the message in new, under a name of its own', async () => {
    expect(await deliver(message('Subject: one\n\nx\n'))).toMatchObject({ kind: 'delivered' });
    const [name = ''] = await readdir(join(folder, 'Maildir', 'new'));
    expect(name).toMatch(/^1795251907\.id1\.mail\.server1\.com,S=16$/u);
    expect(await readFile(join(folder, 'Maildir', 'new', name), 'utf8')).toBe('Subject: one\n\nx\n');
    expect(await readdir(join(folder, 'Maildir', 'tmp'))).toEqual([]);
  });

  test('has nothing of a message that could not be read to its end', async () => {
    const outcome = await deliver(message('', { content: breaksOff }));
    expect(outcome).toMatchObject({ kind: 'deferred', status: '4.2.0' });
    expect(await readdir(join(folder, 'Maildir', 'new'))).toEqual([]);
    expect(await readdir(join(folder, 'Maildir', 'tmp'))).toEqual([]);
  });

  test('that cannot be made keeps the message waiting', async () => {
    await writeFile(join(folder, 'Maildir'), 'a file');
    expect((await deliver(message('Subject: one\n\nx\n'))).kind).toBe('deferred');
  });
});

describe('a program', () => {
  const handOver = createPipeHandOver({ clock: systemClock });
  const run = (command: readonly string[], handed = message('Subject: one\n\nx\n')) =>
    handOver({ method: 'pipe', command }, handed);

  test('gets the message on its standard input, and words that no shell has touched', async () => {
    const out = join(folder, 'out');
    const script =
      'printf "%s|" "$@" > "$0"; cat >> "$0"; printf "%s %s %s" "$SENDER" "$RECIPIENT" "$ORIGINAL_RECIPIENT" >> "$0"';
    expect(await run(['/bin/sh', '-c', script, out, '$(touch x)', '; ls'])).toMatchObject({
      kind: 'delivered',
    });
    expect(await readFile(out, 'utf8')).toBe(
      '$(touch x)|; ls|Subject: one\n\nx\njack@server2.com tom@server1.com tom+news@server1.com',
    );
  });

  test('sees nothing of our environment', async () => {
    const out = join(folder, 'out');
    await run(['/bin/sh', '-c', 'env > "$0"', out]);
    expect((await readFile(out, 'utf8')).match(/^[A-Z_]+(?==)/gmu)?.sort()).toEqual(
      expect.arrayContaining(['DOMAIN', 'LANG', 'ORIGINAL_RECIPIENT', 'PATH', 'RECIPIENT', 'SENDER', 'USER']),
    );
    expect(await readFile(out, 'utf8')).not.toMatch(/^(HOME|NODE_|VITEST)/mu);
  });

  test.each([
    [0, 'delivered', '2.0.0'],
    [67, 'failed', '5.1.1'],
    [75, 'deferred', '4.3.0'],
    [77, 'failed', '5.7.0'],
    [1, 'failed', '5.3.0'],
    [127, 'deferred', '4.3.5'],
  ])('that ends with code %i: %s %s', async (code, kind, status) => {
    expect(await run(['/bin/sh', '-c', `cat >/dev/null; echo so it is >&2; exit ${code}`])).toMatchObject({
      kind,
      status,
      ...(code !== 0 && { diagnostic: expect.stringContaining('so it is') as string }),
    });
  });

  test('need not read the message to take it', async () => {
    const large = message(`Subject: large\n\n${'x'.repeat(70)}\n`.repeat(20_000));
    expect(await run(['/bin/true'], large)).toMatchObject({ kind: 'delivered' });
  });

  test('that is missing, or is killed, keeps the message waiting', async () => {
    expect(await run(['/no/such/program'])).toMatchObject({ kind: 'deferred', status: '4.3.0' });
    expect(await run(['/bin/sh', '-c', 'kill -9 $$'])).toMatchObject({
      kind: 'deferred',
      diagnostic: '/bin/sh was ended by SIGKILL',
    });
  });

  test('that hangs is ended, with what it has started', async () => {
    const clock = new ManualClock();
    const pidFile = join(folder, 'pid');
    const hanging = createPipeHandOver({ clock })(
      { method: 'pipe', command: ['/bin/sh', '-c', 'sleep 600 & echo $! > "$0"; wait', pidFile] },
      message('Subject: one\n\nx\n'),
    );
    let pid = 0;
    while (pid === 0) {
      pid = Number(await readFile(pidFile, 'utf8').catch(() => '0'));
      await new Promise((resolve) => setImmediate(resolve));
    }
    clock.advance(5 * 60_000);
    expect(await hanging).toMatchObject({ kind: 'deferred', status: '4.3.0' });
    while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('an exit code', () => {
  test('of sysexits.h is told in words', () => {
    expect(outcomeOfExit('/usr/bin/p', 69, '').diagnostic).toBe(
      '/usr/bin/p did not take the message, something it needs is not available (EX_UNAVAILABLE)',
    );
  });
});
