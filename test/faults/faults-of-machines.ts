/** What machines, disks, clocks and networks do to a server, and how each is made here. */
import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { letterOf } from '../proof/letters.ts';
import { TOM } from '../proof/post.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { injectInto } from './strace-faults.ts';
import type { Fault, Scene } from './trial.ts';

const FAKE_TIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
const HERE = import.meta.dirname;

export const FAULTS: readonly Fault[] = [
  {
    name: 'the disk is full',
    how: 'a disk of 160 MiB, filled to its last octet',
    ...{ lastsMs: 2_000, isQuick: true, hasSmallDisk: true },
    begin: ({ folder }) => {
      const ballast = join(folder.data, 'ballast');
      fill(ballast);
      return Promise.resolve(() => rmSync(ballast));
    },
  },
  injected('the disk is read-only', ['pwrite64:error=EROFS', 'ftruncate:error=EROFS'], false),
  injected('writes to the database fail', ['pwrite64:error=EIO'], true),
  injected('reads of the database fail', ['pread64:error=EIO'], false),
  injected('syncs fail', ['fsync:error=EIO', 'fdatasync:error=EIO'], true),
  injected('every third sync fails', ['fsync:error=EIO:when=3+3', 'fdatasync:error=EIO:when=3+3'], false),
  injected(
    'the disk is slow: half a second for each sync',
    ['fsync:delay_enter=500000', 'fdatasync:delay_enter=500000'],
    false,
  ),
  injected(
    'an antivirus holds files: every third open, rename and removal is refused',
    ['openat:error=EACCES:when=3+3', 'rename:error=EBUSY:when=3+3', 'unlink:error=EPERM:when=3+3'],
    true,
  ),
  clock('the clock jumps a day ahead', '+1d'),
  clock('the clock jumps two days back', '-2d'),
  {
    name: 'DNS is dead',
    how: 'the name server answers nothing; mail for others goes by a name',
    ...{ lastsMs: 4_000, isQuick: false },
    begin: ({ dns }) => {
      const before = dns.zone;
      dns.zone = Object.fromEntries(Object.keys(before).map((name) => [name, 'silent']));
      return Promise.resolve(() => {
        dns.zone = before;
      });
    },
  },
  {
    name: 'TLS handshakes fail',
    how: '300 connections to 993 and 465 that send rubbish',
    ...{ lastsMs: 1_500, isQuick: true },
    begin: ({ service }) => {
      const rubbish = Buffer.from('\x16\x03\x01\x00\x05rubbish').toString('hex');
      return holdConnections(service, [
        ['imaps', 150, rubbish],
        ['submissions', 150, rubbish],
      ]);
    },
  },
  {
    name: 'little memory',
    how: 'a heap of 80 MiB (--max-old-space-size), and messages of 20 MiB, four at once',
    ...{ lastsMs: 2_000, isQuick: false },
    around: () => ({ env: { NODE_OPTIONS: '--max-old-space-size=80' } }),
    begin: async (scene) => {
      await Promise.all(Array.from({ length: 4 }, (_, at) => submitLarge(scene, at)));
      return () => undefined;
    },
  },
  {
    name: '10,000 connections',
    how: '10,000 clients of IMAP that say nothing, from 200 addresses',
    ...{ lastsMs: 1_000, isQuick: false },
    around: () => ({ runner: ['prlimit', '--nofile=20000:20000'] }),
    begin: ({ service }) => holdConnections(service, [['imap', 10_000, '']]),
  },
  {
    name: 'no descriptors are left',
    how: 'at most 110 descriptors (prlimit), and 300 clients of IMAP',
    ...{ lastsMs: 2_000, isQuick: true },
    around: () => ({ runner: ['prlimit', '--nofile=110:110'] }),
    begin: ({ service }) => holdConnections(service, [['imap', 300, '']]),
  },
  {
    name: 'the thread that writes dies',
    how: 'process.exit() in it',
    ...{ lastsMs: 2_000, isQuick: true },
    around: (path) => ({
      env: { NODE_OPTIONS: `--import ${join(HERE, 'die-on-demand.ts')}`, POSTROOM_DIE_FILE: path('die') },
    }),
    begin: ({ folder }) => {
      writeFileSync(folder.path('die'), '');
      return Promise.resolve(() => undefined);
    },
  },
];

/** Until nothing fits any more. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (const octets of [2 ** 20, 4096, 1]) while (mayWrite(file, octets));
  } finally {
    closeSync(file);
  }
}

function mayWrite(file: number, octets: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(octets)) === octets;
  } catch {
    return false;
  }
}

function injected(name: string, inject: readonly string[], isQuick: boolean): Fault {
  return {
    name,
    how: `strace, ${inject.join(', ')}`,
    ...{ lastsMs: 2_000, isQuick },
    begin: ({ service }) => injectInto(service.process.pid ?? 0, inject),
  };
}

function clock(name: string, offset: string): Fault {
  const file = (path: (name: string) => string) => path('time');
  return {
    name,
    how: `libfaketime, ${offset} for two seconds, and back`,
    ...{ lastsMs: 2_000, isQuick: false },
    around: (path) => {
      writeFileSync(file(path), '+0');
      const faking = {
        FAKETIME_TIMESTAMP_FILE: file(path),
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      };
      return { env: { LD_PRELOAD: FAKE_TIME, ...faking } };
    },
    begin: ({ folder }) => {
      writeFileSync(file(folder.path), offset);
      return Promise.resolve(() => writeFileSync(file(folder.path), '+0'));
    },
  };
}

type Wanted = readonly [listener: string, count: number, sends: string];

/** From processes of their own, which may have enough descriptors. */
async function holdConnections(service: Scene['service'], wanted: readonly Wanted[]): Promise<() => void> {
  const children = await Promise.all(
    wanted.map(async ([listener, count, sends]) => {
      const args = [String(service.port(listener)), String(count), sends];
      const child: ChildProcess = fork(join(HERE, 'connect-many.ts'), args, {
        execPath: 'prlimit',
        execArgv: ['--nofile=20000:20000', process.execPath],
      });
      await new Promise((resolve, reject) => {
        child.once('message', resolve);
        child.once('exit', () => reject(new Error('connections cannot be opened here')));
      });
      return child;
    }),
  );
  return () => children.forEach((child) => child.kill('SIGKILL'));
}

/** Ends when it is answered, or when the connection is lost. */
async function submitLarge({ service }: Scene, number: number): Promise<void> {
  const account = { user: TOM, password: 'tom-password' };
  const client = await SmtpClient.connect({ port: service.port('submission'), account });
  const content = letterOf(`probe-${number}-huge`, [TOM]);
  await Promise.race([client.submit({ from: TOM, to: [TOM], content }).catch(() => undefined), wait(30_000)]);
  client.close();
}
