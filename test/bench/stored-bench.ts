/**
 * What stored mail costs who works with the rest: latency of acceptance, start-up, memory and processor time at rest, with nothing
 * stored, 100,000 and 1,000,000 messages.
 *
 * `node test/bench/stored-bench.ts [--messages 100000,1000000]`
 */
import { readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { withStorage } from '../../src-main/host/offline-tasks.ts';
import { systemClock } from '../../src-main/host/system-clock.ts';
import { createMessageIndexer } from '../../src-main/format/message-indexer.ts';
import { createMessageReceiver } from '../../src-main/mail/content/message-receiver.ts';
import { importMail } from '../../src-main/mail/transfer/import-mail.ts';
import type { ImportSource, SourceMessage } from '../../src-main/mail/transfer/port.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../support/service-process.ts';
import { makeMessages } from './imap-messages.ts';
import { runLoadClient } from './load-client.ts';
import { cpuSeconds } from './process-cpu.ts';
import { reportFigure } from './report-figure.ts';
import type { LoadResult } from './smtp-load.ts';

const ACCOUNTS = 20;
const ACCEPTED = { sessions: 1, messages: 3_000, size: 4096 };
const ROUNDS = 3;
/** Until threads that rest have ended and memory is given back. */
const REST_MS = 50_000;
const IDLE_MS = 40_000;

interface Measured {
  readonly stored: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly startMs: number;
}

const { values } = parseArgs({ options: { messages: { type: 'string', default: '100000,1000000' } } });
const accounts = Array.from({ length: ACCOUNTS }, (_, at) => ({
  localPart: `user${at}`,
  password: 'password',
}));
const folder = await makeWorkFolder({
  ...OFFICE,
  encryption: { enabled: false },
  domains: [{ name: 'server1.com', accounts }],
});
try {
  await (await startOffice(folder)).end();
  const all = [await measure(0)];
  for (const count of values.messages.split(',').map(Number)) {
    await store(count - (all.at(-1)?.stored ?? 0));
    all.push(await measure(count));
  }
  tell(all);
} finally {
  await folder.remove();
}

/** Into all accounts alike, by the import that people use. */
async function store(count: number): Promise<void> {
  const perAccount = Math.ceil(count / ACCOUNTS);
  const offline = { dataFolder: folder.data, clock: systemClock, randomBytes, onError: console.error };
  await withStorage(offline, async ({ directory, mailStore, spool }) => {
    const receiver = createMessageReceiver({ spool, createIndexer: createMessageIndexer });
    for (const { id } of await directory.listAccounts()) {
      const source = sourceOf(perAccount, `${count} ${id}`);
      const common = { accountId: id, mailStore, receiver, clock: systemClock, onProgress: () => undefined };
      await importMail({ ...common, source, signal: new AbortController().signal });
    }
  });
}

function sourceOf(count: number, mark: string): ImportSource {
  return {
    ...{ format: 'eml', totalOctets: null, totalMessages: count },
    messages: async function* (): AsyncGenerator<SourceMessage> {
      let number = 0;
      for (const text of makeMessages(count)) {
        // Messages that are there already would be left out.
        const octets = Buffer.from(`X-Mark: ${mark} ${number++}\r\n${text}`);
        const facts = { mailbox: 'Archive', flags: ['\\Seen'], internalDate: null, where: String(number) };
        yield { ...facts, octets: () => chunks(octets) };
      }
    },
    octetsRead: () => 0,
    close: () => Promise.resolve(),
  };
}

async function* chunks(octets: Buffer): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(octets);
}

async function measure(stored: number): Promise<Measured> {
  const from = performance.now();
  const service = await startOffice(folder);
  const startMs = performance.now() - from;
  // What is indexed after a large import is not what is measured here.
  await rest(service);
  await tellIdle(service, stored);
  const runs: LoadResult[] = [];
  for (let round = 0; round < ROUNDS; round++) runs.push(await accept(service));
  const median = (pick: (run: LoadResult) => number) =>
    runs.map(pick).sort((a, b) => a - b)[ROUNDS >> 1] ?? 0;
  const measured = {
    stored,
    startMs,
    medianMs: median((run) => run.medianMs),
    p99Ms: median((run) => run.p99Ms),
  };
  console.log(
    `${stored} stored: accepted in ${measured.medianMs.toFixed(2)} ms (median), ${measured.p99Ms.toFixed(2)} ms (99 %), started in ${startMs.toFixed(0)} ms`,
  );
  await service.end();
  return measured;
}

function accept(service: ServiceProcess) {
  const people = {
    user: 'user0@server1.com',
    password: 'password',
    from: 'user0@server1.com',
    to: 'user1@server1.com',
  };
  return runLoadClient({ ...ACCEPTED, ...people, port: service.port('submission') });
}

/** Until the processor is used no more. */
async function rest(service: ServiceProcess): Promise<void> {
  const processId = service.process.pid ?? 0;
  for (let used = -1; cpuSeconds(processId) - used > 0.05;) {
    used = cpuSeconds(processId);
    await setTimeout(7_000);
  }
}

async function tellIdle(service: ServiceProcess, stored: number): Promise<void> {
  const processId = service.process.pid ?? 0;
  await setTimeout(REST_MS);
  const used = cpuSeconds(processId);
  await setTimeout(IDLE_MS);
  const percent = ((cpuSeconds(processId) - used) / (IDLE_MS / 1000)) * 100;
  const mebibytes =
    Number(/^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${processId}/status`, 'utf8'))?.[1]) / 1024;
  const facts = { better: 'less', isRatio: false } as const;
  reportFigure({ name: `memory at rest, ${stored} stored`, value: mebibytes, unit: 'MiB', ...facts });
  reportFigure({ name: `processor at rest, ${stored} stored`, value: percent, unit: '%', ...facts });
  console.log(
    `${stored} stored, at rest: ${mebibytes.toFixed(0)} MiB, ${percent.toFixed(2)} % of a processor`,
  );
}

function tell(all: readonly Measured[]): void {
  const [empty] = all;
  for (const { stored, medianMs, p99Ms, startMs } of all) {
    reportFigure({
      name: `start, ${stored} stored`,
      value: startMs,
      unit: 'ms',
      better: 'less',
      isRatio: false,
    });
    if (empty === undefined || stored === 0) continue;
    const facts = { unit: '× of empty', better: 'less', isRatio: true } as const;
    reportFigure({
      name: `acceptance, median, ${stored} stored`,
      value: medianMs / empty.medianMs,
      ...facts,
    });
    reportFigure({ name: `acceptance, 99 %, ${stored} stored`, value: p99Ms / empty.p99Ms, ...facts });
  }
}
