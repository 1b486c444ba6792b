/**
 * `npm run bench:backup [-- --messages 100000]`: a running service is backed up: the first time, again after one in a hundred messages came,
 * again after nothing did, and while mail is submitted as fast as it goes; then restored by the command line.
 *
 * Rates with a backup are given as a share of those without one, just before. Linux only (memory is read from /proc).
 */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { signInToConsole, type ConsoleCaller } from '../support/console-caller.ts';
import {
  makeWorkFolder,
  OFFICE,
  runService,
  startOffice,
  type ServiceProcess,
} from '../support/service-process.ts';
import { runLoadClient } from './load-client.ts';

const { values } = parseArgs({ options: { messages: { type: 'string', default: '100000' } } });
const MESSAGES = Number(values.messages);
const MESSAGE_OCTETS = 4096;
const TOM = { user: 'tom@server1.com', password: 'tom-password' };
const LOAD = { sessions: 10, size: MESSAGE_OCTETS, ...TOM, from: TOM.user, to: TOM.user };
const UNDER_LOAD = 10_000;
const MEBIBYTE = 2 ** 20;

const mebibytes = (octets: number): string => (octets / MEBIBYTE).toFixed(1);

function submit(service: ServiceProcess, messages: number) {
  return runLoadClient({ ...LOAD, messages, port: service.port('submission') });
}

/** The largest resident memory the process has had. */
function peakMebibytes({ process: { pid } }: ServiceProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1] ?? 0) / 1024);
}

/** Begins a backup; resolves with seconds and octets when it has ended. */
async function backUp({ calls }: ConsoleCaller): Promise<{ seconds: number; added: number; octets: number }> {
  const from = performance.now();
  const begun = Date.now();
  const { trouble } = await calls.backups.start({ kind: 'backup' });
  if (trouble !== null) throw new Error(trouble.message);
  for await (const event of await calls.backups.watch()) {
    if (event.type !== 'snapshot' || event.snapshot.job !== null) continue;
    const last = event.snapshot.runs[0];
    if (last === undefined || last.startedAt < begun) continue;
    if (last.trouble !== null) throw new Error(last.trouble.message);
    const newest = event.snapshot.snapshots?.[0];
    return {
      seconds: (performance.now() - from) / 1000,
      added: last.addedOctets ?? 0,
      octets: newest?.octets ?? 0,
    };
  }
  throw new Error('the feed ended');
}

async function measure(title: string, caller: ConsoleCaller): Promise<void> {
  const { seconds, added, octets } = await backUp(caller);
  console.log(`| ${title} | ${seconds.toFixed(1)} s | ${mebibytes(octets)} | ${mebibytes(added)} |`);
}

const folder = await makeWorkFolder({
  ...OFFICE,
  admin: { name: 'admin', password: 'correct horse battery' },
});
let service = await startOffice(folder);
await submit(service, MESSAGES);
// A start of its own, so that peaks of memory are the backups'.
await service.end();
service = await startOffice(folder);
const caller = await signInToConsole(service.ready.console, {
  name: 'admin',
  password: 'correct horse battery',
});
const { recoveryKey } = await caller.calls.backups.setPlace({
  place: { kind: 'folder', path: folder.path('place') },
  recoveryKey: '',
});
await caller.calls.backups.setPlan({
  ...{ schedule: null, trialEveryDays: null, mostOctetsPerSecond: null },
  retention: { last: 3, daily: 0, weekly: 0, monthly: 0 },
});
const idleMebibytes = peakMebibytes(service);
console.log(
  `${MESSAGES} messages of ${MESSAGE_OCTETS} octets, encrypted at rest, to a folder on the same disk`,
);
console.log('| backup | took | MiB in all | MiB stored |\n|---|---|---|---|');
await measure('the first', caller);
await measure('after nothing happened', caller);
await submit(service, MESSAGES / 100);
await measure('after one message in a hundred came', caller);
console.log(`peak memory: ${idleMebibytes} MiB before, ${peakMebibytes(service)} MiB after`);

const alone = await submit(service, UNDER_LOAD);
const beside = backUp(caller);
const together = await submit(service, UNDER_LOAD);
await beside;
console.log(
  `submission: ${Math.round(alone.messagesPerSecond)}/s alone, ${Math.round(together.messagesPerSecond)}/s while a backup runs: ${(together.messagesPerSecond / alone.messagesPerSecond).toFixed(2)}`,
);
caller.close();
await service.end();

await writeFile(folder.path('key'), recoveryKey ?? '');
const bare = folder.path('bare');
await mkdir(bare);
const from = performance.now();
const { output } = await runService([
  'restore',
  folder.path('place'),
  '--recovery-key-file',
  folder.path('key'),
  '--data',
  bare,
]);
console.log(
  `restore: ${((performance.now() - from) / 1000).toFixed(1)} s, ${output.split('\n')[0]?.replace(bare, '…')}`,
);
await folder.remove();
