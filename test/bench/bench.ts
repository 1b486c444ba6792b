/**
 * `npm run bench`: messages per second accepted and delivered, durably, with the CPU each one cost the server.
 *
 * The load comes from a process of its own on the same machine, so both share its cores: the CPU per message is the figure
 * to compare between days, the rate only between lines of one run. */
import { join } from 'node:path';
import { Connection } from '../../src-main/storage/connection.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../support/service-process.ts';
import { runLoadClient } from './load-client.ts';
import { cpuSeconds } from './process-cpu.ts';
import { reportFigure } from './report-figure.ts';
import type { LoadResult } from './smtp-load.ts';

const MESSAGE_OCTETS = 4096;
/** Sessions and messages: each line takes some seconds. */
const RUNS = [
  { sessions: 1, messages: 4_000 },
  { sessions: 10, messages: 20_000 },
  { sessions: 50, messages: 40_000 },
] as const;
const WARM_UP = { sessions: 10, messages: 5_000 };
const ACCOUNTS = 20;
const POLL_MS = 5;

interface Measured {
  readonly accepted: LoadResult;
  readonly deliveredPerSecond: number;
  readonly cpuMicroseconds: number;
}

const accounts = Array.from({ length: ACCOUNTS }, (_, index) => ({
  localPart: `user${index}`,
  password: 'password',
}));
const folder = await makeWorkFolder({
  ...OFFICE,
  encryption: { enabled: false },
  domains: [{ name: 'server1.com', accounts }],
});
const service = await startOffice(folder);
try {
  await measure(service, WARM_UP);
  console.log(`${MESSAGE_OCTETS} octets a message, submission with sign-in, 1 recipient, fsynced before 250`);
  console.log('sessions  accepted/s  delivered/s  median ms   99 % ms  CPU µs/message');
  for (const run of RUNS) printRow(run.sessions, await measure(service, run));
} finally {
  await service.end();
  await folder.remove();
}

async function measure(
  target: ServiceProcess,
  run: { readonly sessions: number; readonly messages: number },
): Promise<Measured> {
  const processId = target.process.pid ?? 0;
  const cpuBefore = cpuSeconds(processId);
  const accepted = await runLoadClient({
    ...run,
    port: target.port('submission'),
    size: MESSAGE_OCTETS,
    user: 'user0@server1.com',
    password: 'password',
    from: 'user0@server1.com',
    to: 'user1@server1.com',
  });
  const acceptedAt = performance.now();
  await queueIsEmpty();
  const lagSeconds = (performance.now() - acceptedAt) / 1000;
  return {
    accepted,
    deliveredPerSecond: run.messages / (accepted.seconds + lagSeconds),
    cpuMicroseconds: ((cpuSeconds(processId) - cpuBefore) * 1e6) / run.messages,
  };
}

async function queueIsEmpty(): Promise<void> {
  const connection = new Connection(join(folder.data, 'postroom.db'), { readonly: true });
  while (connection.get('SELECT 1 FROM queue_entry LIMIT 1') !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  connection.close();
}

function printRow(sessions: number, { accepted, deliveredPerSecond, cpuMicroseconds }: Measured): void {
  const name = `submission, ${sessions} sessions`;
  const cpu = { value: cpuMicroseconds, unit: 'µs CPU a message', better: 'less', isRatio: false } as const;
  reportFigure({ name, ...cpu });
  const cells: readonly (readonly [string, number])[] = [
    [String(sessions), 8],
    [accepted.messagesPerSecond.toFixed(0), 12],
    [deliveredPerSecond.toFixed(0), 13],
    [accepted.medianMs.toFixed(1), 11],
    [accepted.p99Ms.toFixed(1), 10],
    [cpuMicroseconds.toFixed(0), 16],
  ];
  console.log(cells.map(([text, width]) => text.padStart(width)).join(''));
}
