/**
 * Records a service under the mixed load with strace (Debian): every call that changes or syncs a file, with its octets, and every
 * write to a client, in one order. An acknowledgement is where it was when the server began to write it.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Acknowledgement } from '../proof/history.ts';
import { MixedLoad, proofOffice } from '../proof/mixed-load.ts';
import { RememberingSink } from '../proof/remembering-sink.ts';
import type { Snapshot } from '../proof/snapshot.ts';
import { signInToConsole } from '../support/console-caller.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../support/service-process.ts';
import { readOperations, type Recording } from './operations.ts';
import { readSystemCalls } from './strace-log.ts';

const CALLS = [
  ...[
    'execve',
    'openat',
    'open',
    'openat2',
    'creat',
    'close',
    'dup',
    'dup2',
    'dup3',
    'fcntl',
    'mmap',
    'msync',
  ],
  ...[
    'write',
    'writev',
    'pwrite64',
    'pwritev',
    'pwritev2',
    'sendto',
    'sendmsg',
    'copy_file_range',
    'sendfile',
  ],
  ...[
    'truncate',
    'ftruncate',
    'fallocate',
    'fsync',
    'fdatasync',
    'sync',
    'syncfs',
    'sync_file_range',
    'splice',
  ],
  ...['rename', 'renameat', 'renameat2', 'unlink', 'unlinkat', 'rmdir', 'mkdir', 'mkdirat', 'link', 'linkat'],
  ...['symlink', 'symlinkat', 'io_uring_enter', 'getpeername'],
];
/** Above what is written at once. */
const LONGEST_STRING = 8 * 2 ** 20;

export interface Scenario {
  readonly name: string;
  readonly seed: number;
  /** For how long there is load, in each life of the service, in milliseconds. */
  readonly livesMs: readonly number[];
  /** Encryption is switched off, and on again, under load. */
  readonly isRewriting?: boolean;
}

/** What is done to a recording so that it is that of a worse program. */
export interface AuditOptions {
  /** Each reply is taken to have been sent when the one before it was, before its commit. */
  readonly acknowledgesEarly?: boolean;
}

export class RecordedRun {
  readonly recording: Recording;
  readonly #load: MixedLoad;
  readonly #isSent: { line: number };

  private constructor(recording: Recording, load: MixedLoad, isSent: { line: number }) {
    this.recording = recording;
    this.#load = load;
    this.#isSent = isSent;
  }

  /** Every life of the service but the last ends as it should; the last one is killed in the middle. */
  static async record({ seed, livesMs, isRewriting = false }: Scenario): Promise<RecordedRun> {
    const sink = new RememberingSink();
    const work = await makeWorkFolder(proofOffice(await sink.listen()));
    const sent = { line: Infinity, at: new Map() as ReadonlyMap<string, number> };
    const load = new MixedLoad(seed, { has: (id) => (sent.at.get(id) ?? Infinity) <= sent.line });
    const logs = livesMs.map((_, life) => work.path(`trace-${life}`));
    try {
      for (const [life, lengthMs] of livesMs.entries()) {
        const service = await startOffice(work, recordedTo(logs[life] ?? ''));
        if (life === 0) await load.introduce(service);
        if (isRewriting) void rewrite(service).catch(() => undefined);
        await workFor(lengthMs, load, service);
        await end(service, life === livesMs.length - 1 ? 'SIGKILL' : 'SIGTERM');
      }
      const recording = await readOperations(readSystemCalls(logs), work.data);
      sent.at = recording.sent;
      return new RecordedRun(recording, load, sent);
    } finally {
      await sink.close();
      await work.remove();
    }
  }

  get acknowledged(): number {
    return this.#load.acknowledged;
  }

  /** What is wrong with what is left after a cut at the line; empty is what we want. */
  audit(
    snapshot: Snapshot,
    line: number,
    { acknowledgesEarly = false }: AuditOptions = {},
  ): readonly string[] {
    this.#isSent.line = line;
    return this.#load.audit(
      snapshot,
      (acknowledgement) => this.#saidAt(acknowledgement, acknowledgesEarly) <= line,
    );
  }

  #saidAt({ port, octets }: Acknowledgement, isEarly: boolean): number {
    const said = this.recording.said.get(port) ?? [];
    const at = said.findIndex(({ end }) => end >= octets);
    const found = said[isEarly ? at - 1 : at];
    if (found === undefined) throw new Error(`the recording has no octet ${octets} to port ${port}`);
    return found.began;
  }
}

function recordedTo(log: string) {
  const what = ['-e', 'signal=none', '-e', `trace=${CALLS.join(',')}`];
  const how = ['-f', '--seccomp-bpf', '-qq', '-xx', '-s', String(LONGEST_STRING)];
  // Calls that libuv hands to the kernel in a ring would not be seen.
  return { runner: ['strace', ...how, ...what, '-o', log], env: { UV_USE_IO_URING: '0' } };
}

async function workFor(lengthMs: number, load: MixedLoad, service: ServiceProcess): Promise<void> {
  const stop = new AbortController();
  const work = load.work(service, { signal: stop.signal, pause: () => Promise.resolve() });
  await wait(lengthMs);
  // Nobody has stopped yet: the last of them are cut in the middle.
  stop.abort();
  void work.catch(() => undefined);
  await Promise.race([work, wait(0)]);
}

/** strace passes no signals on. */
async function end(service: ServiceProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const { pid = 0 } = service.process;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  const ended = service.ended();
  process.kill(Number(children[0]), signal);
  await ended;
}

async function rewrite(service: ServiceProcess): Promise<void> {
  const { calls, close } = await signInToConsole(service.ready.console, OFFICE.admin);
  for (const isOn of [false, true]) await calls.encryption.switch({ isOn });
  close();
}
