/**
 * What stored mail costs who works with the rest: latency of acceptance, start-up, memory and processor time at rest, with nothing
 * stored, 100,000 and 1,000,000 messages.
 *
 * `node test/bench/stored-bench.ts [--messages 100000,1000000]`
 */
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { withStorage } from '../../src-main/host/offline-tasks.ts';
import { systemClock } from '../../src-main/host/system-clock.ts';
import { createMessageIndexer } from '../../src-main/format/message-indexer.ts';
import { createMessageReceiver } from '../../src-main/mail/content/message-receiver.ts';
import { MEMORY_ENVIRONMENT } from '../../src-main/host/system-service/systemd/unit-file.ts';
import { importMail } from '../../src-main/mail/transfer/import-mail.ts';
import type { ImportSource, SourceMessage } from '../../src-main/mail/transfer/port.ts';
import {
  makeWorkFolder,
  OFFICE,
  startOffice,
  type ServiceProcess,
  type WorkFolder,
} from '../support/service-process.ts';
import { makeMessages } from './imap-messages.ts';
import { runLoadClient } from './load-client.ts';
import { cpuSeconds } from './process-cpu.ts';
import { residentOctets } from './process-memory.ts';
import { reportFigure } from './report-figure.ts';
import type { LoadResult } from './smtp-load.ts';

const MEBIBYTE = 1024 * 1024;
const ACCOUNTS = 20;
const ACCEPTED = { sessions: 1, messages: 3_000, size: 4096 };
const ROUNDS = 3;
/** Until threads that rest have ended and memory is given back. */
const REST_MS = 50_000;
const IDLE_MS = 40_000;

/** What a user waits for, and what an administrator does. */
interface Measured {
  readonly stored: number;
  readonly startMs: number;
  readonly emptyStartMs: number;
  /** Beside a folder with nothing stored, in turns. */
  readonly medianRatio: number;
  readonly p99Ratio: number;
}

const { values } = parseArgs({ options: { messages: { type: 'string', default: '100000,1000000' } } });
const accounts = Array.from({ length: ACCOUNTS }, (_, at) => ({
  localPart: `user${at}`,
  password: 'password',
}));
const empty = await makeFolder();
const full = await makeFolder();
try {
  await tellIdle(empty, 0);
  let stored = 0;
  for (const count of values.messages.split(',').map(Number)) {
    await store(count - stored);
    stored = count;
    tell(await measure(count));
  }
} finally {
  await empty.remove();
  await full.remove();
}

/** Provisioned, and then started without the file, whose passwords would be checked at each start. */
async function makeFolder() {
  const domains = [{ name: 'server1.com', accounts }];
  const made = await makeWorkFolder({ ...OFFICE, domains });
  await (await startOffice(made)).end();
  return { data: made.data, remove: () => made.remove() };
}

/** Into all accounts alike, by the import that people use. */
async function store(count: number): Promise<void> {
  const perAccount = Math.ceil(count / ACCOUNTS);
  const offline = { dataFolder: full.data, clock: systemClock, randomBytes, onError: console.error };
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
  await tellIdle(full, stored);
  const { service: beside, startMs: emptyStartMs } = await start(empty);
  const { service, startMs } = await start(full);
  const runs: LoadResult[] = [];
  const emptyRuns: LoadResult[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    emptyRuns.push(await accept(beside));
    runs.push(await accept(service));
  }
  await service.end();
  await beside.end();
  const ratio = (pick: (run: LoadResult) => number) => median(runs.map(pick)) / median(emptyRuns.map(pick));
  const [medianRatio, p99Ratio] = [ratio((run) => run.medianMs), ratio((run) => run.p99Ms)];
  return { stored, startMs, emptyStartMs, medianRatio, p99Ratio };
}

async function start(folder: WorkFolder) {
  const from = performance.now();
  const service = await startOffice(folder);
  return { service, startMs: performance.now() - from };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
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

/** As the system's service starts it. */
async function tellIdle(folder: WorkFolder, stored: number): Promise<void> {
  // What is indexed after a large import is not what is measured here.
  const before = await startOffice(folder);
  await rest(before);
  await before.end();
  const service = await startOffice(folder, { env: MEMORY_ENVIRONMENT });
  const processId = service.process.pid ?? 0;
  await setTimeout(REST_MS);
  const used = cpuSeconds(processId);
  await setTimeout(IDLE_MS);
  const percent = ((cpuSeconds(processId) - used) / (IDLE_MS / 1000)) * 100;
  const mebibytes = residentOctets(processId) / MEBIBYTE;
  await service.end();
  const facts = { better: 'less', isRatio: false } as const;
  reportFigure({ name: `memory at rest, ${stored} stored`, value: mebibytes, unit: 'MiB', ...facts });
  reportFigure({ name: `processor at rest, ${stored} stored`, value: percent, unit: '%', ...facts });
  console.log(
    `${stored} stored, at rest: ${mebibytes.toFixed(0)} MiB, ${percent.toFixed(2)} % of a processor`,
  );
}

function tell({ stored, startMs, emptyStartMs, medianRatio, p99Ratio }: Measured): void {
  const line = `accepted in ${medianRatio.toFixed(2)} (median) and ${p99Ratio.toFixed(2)} (99 %) of empty`;
  console.log(`${stored} stored: ${line}, started in ${startMs.toFixed(0)} ms`);
  const time = { unit: 'ms', better: 'less', isRatio: false } as const;
  reportFigure({ name: 'start, 0 stored', value: emptyStartMs, ...time });
  reportFigure({ name: `start, ${stored} stored`, value: startMs, ...time });
  const facts = { unit: '× of empty', better: 'less', isRatio: true } as const;
  reportFigure({ name: `acceptance, median, ${stored} stored`, value: medianRatio, ...facts });
  reportFigure({ name: `acceptance, 99 %, ${stored} stored`, value: p99Ratio, ...facts });
}
