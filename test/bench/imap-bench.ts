/**
 * `npm run bench:imap`: Postroom and Debian's Dovecot (Maildir, its defaults) side by side on the same messages.
 *
 * Each line is run on Dovecot, then on Postroom; a ratio above 1 says how many times faster Postroom is. Load and server
 * share the machine's cores. Options: `--messages 100000 --idle 1000 --only search`; `--alone` leaves Dovecot out.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Dovecot, missingDovecot } from '../support/dovecot.ts';
import { makeWorkFolder, OFFICE, startOffice } from '../support/service-process.ts';
import { LINES, type BenchLine } from './imap-bench-lines.ts';
import { ImapLoadSession } from './imap-load.ts';
import { makeMessages } from './imap-messages.ts';
import { cpuSecondsOfTree } from './process-cpu.ts';
import { memoryOfTree } from './process-memory.ts';
import { reportRatio } from './report-figure.ts';

const USER = 'tom@server1.com';
const PASSWORD = 'tom-password';
const APPENDED_AT_ONCE = 100;
const REST_MS = 8_000;
/** Each idle session of Dovecot takes one; Debian gives a user 128. */
const INOTIFY_LIMIT = '/proc/sys/fs/inotify/max_user_instances';
const INOTIFY_INSTANCES = '4096';
/** CPU in a second that is no work. */
const BUSY_SECONDS = 0.05;

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '20000' },
    idle: { type: 'string', default: '1000' },
    only: { type: 'string', default: '' },
    alone: { type: 'boolean', default: false },
  },
});
const size = { messages: Number(values.messages), idleSessions: Number(values.idle) };

interface Contestant {
  readonly name: string;
  readonly port: number;
  readonly processId: number;
  readonly idle: ImapLoadSession[];
  /** CPU when all messages had come. */
  readonly filledAt: number;
  readonly stop: () => Promise<void>;
}

interface Figures {
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly note: string;
}

const contestants: Contestant[] = [];
const inotifyBefore = giveInotify(INOTIFY_INSTANCES);
try {
  const missing = values.alone ? 'left out' : missingDovecot();
  if (missing === null) contestants.push(await startDovecot());
  else console.log(missing);
  contestants.push(await startPostroom());
  for (const contestant of contestants) await rest(contestant);
  console.log(`${size.messages} messages of 4 KiB; wall clock and CPU in ms`);
  console.log(`${''.padEnd(40)}${contestants.map(({ name }) => name.padStart(20)).join('')}   ratios`);
  for (const line of LINES) if (line.title.includes(values.only)) await runLine(line);
  for (const { name, processId } of contestants)
    console.log(`memory of ${name} at the end: ${toMib(memoryOfTree(processId))}`);
} finally {
  for (const contestant of contestants) await contestant.stop();
  giveInotify(inotifyBefore);
}

/** Answers what it was; without the right to change it (root) it stays. */
function giveInotify(instances: string): string {
  const before = readFileSync(INOTIFY_LIMIT, 'utf8');
  try {
    writeFileSync(INOTIFY_LIMIT, instances);
  } catch {
    console.log(`${INOTIFY_LIMIT} stays ${before.trim()}: Dovecot's idle sessions look every half minute`);
  }
  return before;
}

async function startDovecot(): Promise<Contestant> {
  const dovecot = await Dovecot.start(PASSWORD);
  await dovecot.fill('tom', makeMessages(size.messages));
  return {
    name: 'Dovecot',
    port: dovecot.port,
    processId: dovecot.processId,
    idle: [],
    filledAt: cpuSecondsOfTree(dovecot.processId),
    stop: () => dovecot.stop(),
  };
}

async function startPostroom(): Promise<Contestant> {
  const folder = await makeWorkFolder({ ...OFFICE, encryption: { enabled: false } });
  const service = await startOffice(folder);
  const session = await ImapLoadSession.signIn(service.port('imap'), { user: USER, password: PASSWORD });
  let batch: string[] = [];
  for (const message of makeMessages(size.messages)) {
    batch.push(`APPEND INBOX {${Buffer.byteLength(message)}+}\r\n${message}`);
    if (batch.length < APPENDED_AT_ONCE) continue;
    await session.run(...batch);
    batch = [];
  }
  if (batch.length > 0) await session.run(...batch);
  session.close();
  const stop = async (): Promise<void> => {
    await service.end();
    await folder.remove();
  };
  return {
    name: 'Postroom',
    port: service.port('imap'),
    processId: service.process.pid ?? 0,
    idle: [],
    filledAt: cpuSecondsOfTree(service.process.pid ?? 0),
    stop,
  };
}

/** Waits until what a server does after mail has come is done: ours begins five seconds later. */
async function rest({ name, processId, filledAt }: Contestant): Promise<void> {
  await setTimeout(REST_MS);
  for (let used = filledAt, last = -1; used - last > BUSY_SECONDS; await setTimeout(1_000)) {
    last = used;
    used = cpuSecondsOfTree(processId);
  }
  const perMessageUs = ((cpuSecondsOfTree(processId) - filledAt) / size.messages) * 1e6;
  console.log(`${name} at rest: ${perMessageUs.toFixed(0)} µs CPU a message since the mail came`);
}

async function runLine(line: BenchLine): Promise<void> {
  const all: (Figures | null)[] = [];
  for (const contestant of contestants) all.push(await measure(line, contestant));
  const cells = all.map((figures) => formatFigures(figures).padStart(20)).join('');
  console.log(`${line.title.padEnd(40)}${cells}   ${formatRatios(all)}`);
  reportLine(line.title, all);
  for (const [index, figures] of all.entries())
    if (figures !== null && figures.note !== '')
      console.log(`  ${contestants[index]?.name}: ${figures.note}`);
}

/** Null where the server cannot do it. */
async function measure(line: BenchLine, { port, processId, idle }: Contestant): Promise<Figures | null> {
  const open = () => ImapLoadSession.signIn(port, { user: USER, password: PASSWORD });
  const session = await open();
  const memory = () => toMib(memoryOfTree(processId));
  try {
    const capabilities = await session.run('CAPABILITY');
    if (line.needs !== undefined && !capabilities.includes(line.needs)) return null;
    await session.run('SELECT INBOX');
    const context = { session, open, size, idle, memory };
    await line.prepare?.(context);
    const cpu = cpuSecondsOfTree(processId);
    const elapsed: number[] = [];
    let note = '';
    for (const times = line.times ?? 1; elapsed.length < times;) {
      const start = performance.now();
      note = (await line.run(context)) ?? '';
      elapsed.push(performance.now() - start);
    }
    const cpuMs = ((cpuSecondsOfTree(processId) - cpu) * 1000) / elapsed.length;
    await line.finish?.(context);
    return { elapsedMs: elapsed.sort((a, b) => a - b)[elapsed.length >> 1] ?? 0, cpuMs, note };
  } catch (error) {
    // Dovecot lets one of 50 sessions that append to a mailbox wait for a lock for ever, now and then.
    return { elapsedMs: Number.NaN, cpuMs: Number.NaN, note: String(error).slice(0, 100) };
  } finally {
    session.close();
  }
}

function formatFigures(figures: Figures | null): string {
  if (figures === null) return 'not offered';
  return `${figures.elapsedMs.toFixed(figures.elapsedMs < 10 ? 1 : 0)} (${figures.cpuMs.toFixed(0)})`;
}

function formatRatios(all: readonly (Figures | null)[]): string {
  const [theirs, ours] = all;
  if (theirs === null || theirs === undefined || ours === null || ours === undefined) return '';
  const ratio = (a: number, b: number): string => (a / Math.max(b, 0.1)).toFixed(2);
  return `${ratio(theirs.elapsedMs, ours.elapsedMs)}x time, ${ratio(theirs.cpuMs, ours.cpuMs)}x CPU`;
}

function reportLine(title: string, [theirs, ours]: readonly (Figures | null)[]): void {
  if (theirs === null || theirs === undefined || ours === null || ours === undefined) return;
  reportRatio(`IMAP, ${title}, time, Dovecot : Postroom`, theirs.elapsedMs / Math.max(ours.elapsedMs, 0.1));
}

function toMib(kib: number): string {
  return `${(kib / 1024).toFixed(0)} MiB`;
}
