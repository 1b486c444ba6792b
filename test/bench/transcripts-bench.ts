/**
 * `npm run bench:transcripts`: what transcripts cost: the same SMTP sessions, each with a small message, with transcripts off, on, and on
 * while a console page watches the list and one dialogue; in turn, within one service.
 *
 * CPU a session is the figure to compare, that of the least disturbed round above all; the rate depends on what else the machine does. Memory is that of the service at the end
 * of each run.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { signInToConsole, type ConsoleCaller } from '../support/console-caller.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../support/service-process.ts';
import { cpuSeconds } from './process-cpu.ts';
import { memoryOfTree } from './process-memory.ts';

const SESSIONS = 2_000;
const WARM_UP = 2_000;
const ROUNDS = Number(process.argv[2] ?? 8);
const KIB = 1024;

type Way = 'off' | 'on' | 'watched';
const WAYS: readonly Way[] = ['off', 'on', 'watched'];

interface Measured {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
  readonly memoryMib: number;
}

const folder = await makeWorkFolder({ ...OFFICE, encryption: { enabled: true } });
const service = await startOffice(folder);
const caller = await signInToConsole(service.ready.console, OFFICE.admin);
try {
  await runLoad(service, WARM_UP);
  const measured = new Map<Way, Measured[]>(WAYS.map((way) => [way, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const way of WAYS) measured.get(way)?.push(await measure(service, caller, way));
  printTable(measured);
  console.log('recording at the end:', JSON.stringify(await recordingState(caller)));
} finally {
  caller.close();
  await service.end();
  await folder.remove();
}

async function measure(target: ServiceProcess, console: ConsoleCaller, way: Way): Promise<Measured> {
  const { settings } = await console.calls.retention.read();
  await console.calls.retention.change({ ...settings, recordsSessions: way !== 'off' });
  const stop = new AbortController();
  const watching = way === 'watched' ? watch(console, stop.signal) : Promise.resolve();
  const processId = target.process.pid ?? 0;
  const before = cpuSeconds(processId);
  const { seconds } = await runLoad(target, SESSIONS);
  // What is written afterwards belongs to it.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const cpu = cpuSeconds(processId) - before;
  stop.abort();
  await watching;
  return {
    perSecond: SESSIONS / seconds,
    cpuMicroseconds: (cpu * 1e6) / SESSIONS,
    memoryMib: memoryOfTree(processId) / KIB,
  };
}

/** As the page does: the list, and how much of it is recorded. */
async function watch({ calls }: ConsoleCaller, signal: AbortSignal): Promise<void> {
  const feeds = [
    calls.transcripts.watch({}, { signal }),
    calls.transcripts.watchRecording(undefined, { signal }),
  ];
  await Promise.all(
    feeds.map(async (feed) => {
      try {
        for await (const event of await feed) void event;
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }),
  );
}

async function recordingState({ calls }: ConsoleCaller): Promise<unknown> {
  for await (const event of await calls.transcripts.watchRecording()) return event;
  return null;
}

async function runLoad(target: ServiceProcess, sessions: number): Promise<{ seconds: number }> {
  const file = fileURLToPath(new URL('./session-load.ts', import.meta.url));
  const values = { port: target.port('smtp'), to: 'anna@server1.com', sessions };
  const args = Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return JSON.parse(line) as { seconds: number };
}

function printTable(measured: ReadonlyMap<Way, readonly Measured[]>): void {
  console.log(`${SESSIONS} sessions with a message each, ${ROUNDS} rounds, medians; encrypted`);
  console.log('             sessions/s  CPU µs/session  against off  least CPU  against off  memory MiB');
  const off = median(measured.get('off') ?? [], 'cpuMicroseconds');
  const leastOff = least(measured.get('off') ?? []);
  for (const [way, rows] of measured) {
    const cpu = median(rows, 'cpuMicroseconds');
    const cells = [
      median(rows, 'perSecond').toFixed(0).padStart(12),
      cpu.toFixed(0).padStart(16),
      againstOff(cpu, off),
      least(rows).toFixed(0).padStart(11),
      againstOff(least(rows), leastOff),
      median(rows, 'memoryMib').toFixed(0).padStart(12),
    ];
    console.log(way.padEnd(11) + cells.join(''));
  }
}

/** Of the round that was disturbed least. */
function least(rows: readonly Measured[]): number {
  return Math.min(...rows.map(({ cpuMicroseconds }) => cpuMicroseconds));
}

function againstOff(cpu: number, off: number): string {
  return `${((cpu / off - 1) * 100).toFixed(1)} %`.padStart(13);
}

function median(rows: readonly Measured[], name: keyof Measured): number {
  return rows.map((row) => row[name]).toSorted((a, b) => a - b)[rows.length >> 1] ?? 0;
}
