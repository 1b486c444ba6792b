/**
 * MailboxLock: keeps mail programs from an mbox file while it is written.
 *
 * Debian policy §11.6: first fcntl, then a dot-lock beside the file. Node has no fcntl(2), so a small Perl program (Perl is part of
 * every Debian and macOS) holds that lock until its standard input ends; it goes with us, however we end. On Windows no mail
 * program knows fcntl, and the dot-lock stands alone.
 * Invariants: both locks are held, or none; waiting is bounded; a dot-lock that was left by a crash is removed after STALE_LOCK_MS.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { open, stat, unlink } from 'node:fs/promises';
import type { Clock } from '../../../base/clock.ts';
import { err, ok, type Result } from '../../../base/result.ts';
import { LOCK_RETRY_MS, LOCK_WAIT_MS, STALE_LOCK_MS } from './limits.ts';

export type Unlock = () => Promise<void>;

/** Takes the write lock of the whole file, tells so in a line, and waits for the end of its input. */
const FCNTL_HOLDER = `
use strict; use Fcntl qw(:DEFAULT :seek F_WRLCK F_SETLK);
my ($path, $seconds) = @ARGV; my $end = time + $seconds; $| = 1;
open(my $file, '+<', $path) or do { print "cannot open: $!\\n"; exit 1 };
my $lock = $^O eq 'darwin' ? pack('q q i s s', 0, 0, 0, F_WRLCK, SEEK_SET)
                           : pack('s s x![q] q q i x![q]', F_WRLCK, SEEK_SET, 0, 0, 0);
until (fcntl($file, F_SETLK, $lock)) {
  do { print "locked by another program\\n"; exit 1 } if time >= $end;
  select(undef, undef, undef, 0.05);
}
print "held\\n"; read(STDIN, my $nothing, 1);
`;

/** The error says why, for people. */
export async function lockMailbox(path: string, clock: Clock): Promise<Result<Unlock, string>> {
  const holder = process.platform === 'win32' ? ok(undefined) : await holdFcntl(path);
  if (!holder.ok) return holder;
  const release = () => holder.value?.stdin?.end();
  const dotLock = `${path}.lock`;
  const problem = await takeDotLock(dotLock, clock);
  if (problem !== null) {
    release();
    return err(problem);
  }
  return ok(async () => {
    await unlink(dotLock).catch(() => undefined);
    release();
  });
}

function holdFcntl(path: string): Promise<Result<ChildProcess, string>> {
  const arguments_ = ['-e', FCNTL_HOLDER, path, String(LOCK_WAIT_MS / 1000)];
  const holder = spawn('perl', arguments_, { stdio: ['pipe', 'pipe', 'ignore'] });
  holder.stdin.on('error', () => undefined);
  return new Promise((resolve) => {
    holder.once('error', (error) =>
      resolve(err(`perl, which locks the file, cannot be run: ${error.message}`)),
    );
    holder.once('close', () => resolve(err(`${path} could not be locked`)));
    holder.stdout.once('data', (line: Buffer) => {
      const text = line.toString().trim();
      resolve(text === 'held' ? ok(holder) : err(`${path} is ${text}`));
    });
  });
}

/** null: we have it. */
async function takeDotLock(dotLock: string, clock: Clock): Promise<string | null> {
  const until = clock.now() + LOCK_WAIT_MS;
  for (;;) {
    const problem = await tryDotLock(dotLock);
    if (problem === null) return null;
    if (problem !== 'EEXIST') return `${dotLock} cannot be made: ${problem}`;
    if (await isStale(dotLock, clock)) await unlink(dotLock).catch(() => undefined);
    else if (clock.now() >= until) return `${dotLock} is held by another program`;
    else await new Promise<void>((resolve) => clock.after(LOCK_RETRY_MS, resolve));
  }
}

async function tryDotLock(dotLock: string): Promise<string | null> {
  try {
    const handle = await open(dotLock, 'wx', 0o600);
    await handle.writeFile(`${process.pid}\n`);
    await handle.close();
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

async function isStale(dotLock: string, clock: Clock): Promise<boolean> {
  const found = await stat(dotLock).catch(() => null);
  return found !== null && clock.now() - found.mtimeMs > STALE_LOCK_MS;
}
