/** Faults that strace (Debian) puts into a running service's system calls: it is attached for as long as they last. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const ATTACHING_TIMEOUT_MS = 5_000;
const POLL_MS = 20;

/** `inject`: as in strace's option, e.g. `fsync:error=EIO`. Answers what takes it away again. */
export async function injectInto(processId: number, inject: readonly string[]): Promise<() => Promise<void>> {
  const calls = inject.map((each) => each.split(':')[0]).join(',');
  const wanted = inject.flatMap((each) => ['-e', `inject=${each}`]);
  const args = ['-f', '-qq', '-o', '/dev/null', '-p', String(processId), '-e', `trace=${calls}`, ...wanted];
  const strace = spawn('strace', args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => strace.once('exit', () => resolve()));
  const deadline = Date.now() + ATTACHING_TIMEOUT_MS;
  while (!isAttached(processId) && Date.now() < deadline) await wait(POLL_MS);
  return async () => {
    strace.kill('SIGINT');
    await ended;
  };
}

/** All threads are watched. */
function isAttached(processId: number): boolean {
  const folder = `/proc/${processId}/task`;
  return readdirSync(folder).every((thread) => {
    const status = readFileSync(`${folder}/${thread}/status`, 'utf8');
    return !/^TracerPid:\s+0$/mu.test(status);
  });
}
