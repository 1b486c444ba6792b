/**
 * `npm run demo`: an office of two domains and twenty accounts, full of mail, with mail coming and going until it is
 * stopped: for trying mail programs and the console, and for pictures.
 *
 * npm run demo -- [--data DIR] [--messages N]
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createLogger } from '../src-main/observe/pino-logger.ts';
import { LISTENER_PLANS } from '../src-main/host/ports.ts';
import { startService, UnusableError, type RunningService } from '../src-main/service/run-service.ts';
import { createDice } from '../test/support/dice.ts';
import { buildIfNeeded } from './build-if-needed.ts';
import { Correspondence } from './demo/correspondence.ts';
import { DemoClock } from './demo/demo-clock.ts';
import { createDeliveryWatch, type DemoOffice } from './demo/demo-office.ts';
import { HISTORY_MS, writeHistory } from './demo/history.ts';
import { officeProvision } from './demo/office.ts';
import { describeDemo } from './demo/describe-demo.ts';
import { tidyMailboxes } from './demo/tidy-mailboxes.ts';
import { startTraffic } from './demo/traffic.ts';

const CONSOLE = { address: '127.0.0.1', port: 8035 };
/** Where these are taken the host goes on to the next free high port. */
const PORTS_ABOVE_STANDARD = 10_000;
const DEFAULT_MESSAGES = 2_500;

interface DataFolder {
  readonly path: string;
  readonly isNew: boolean;
  readonly isKept: boolean;
}

const { values } = parseArgs({
  options: { data: { type: 'string' }, messages: { type: 'string', default: String(DEFAULT_MESSAGES) } },
});
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
await buildIfNeeded();
const folder = await openFolder(values.data);
try {
  await runDemo(folder, Number(values.messages));
} catch (error) {
  if (!(error instanceof UnusableError)) throw error;
  console.error(`postroom demo: ${error.message}`);
  process.exitCode = 2;
} finally {
  if (!folder.isKept) await rm(folder.path, { recursive: true, force: true });
}
// A client that still waits for something must not hold us up.
process.exit();

async function openFolder(wanted: string | undefined): Promise<DataFolder> {
  const path = wanted === undefined ? await mkdtemp(join(tmpdir(), 'postroom-demo-')) : resolve(wanted);
  await mkdir(path, { recursive: true });
  return { path, isNew: !existsSync(join(path, 'postroom.db')), isKept: wanted !== undefined };
}

async function runDemo(data: DataFolder, messages: number): Promise<void> {
  const clock = new DemoClock(data.isNew ? HISTORY_MS : 0);
  const service = await start(data, clock);
  const dice = createDice(data.isNew ? 20261121 : clock.now());
  const office: DemoOffice = {
    ports: service.ports,
    dice,
    correspondence: new Correspondence(dice),
    hasDeliveredAll: createDeliveryWatch(service.host),
  };
  try {
    if (data.isNew) await fill(office, clock, messages);
    if (stopping.signal.aborted) return;
    const traffic = startTraffic(office, stopping.signal);
    console.log(describeDemo(service, data));
    await traffic;
  } finally {
    await service.stop();
  }
}

async function start(data: DataFolder, clock: DemoClock): Promise<RunningService> {
  const provisionFile = join(data.path, 'provision.json');
  await writeFile(provisionFile, JSON.stringify(officeProvision(), null, 2));
  const ports = LISTENER_PLANS.map(({ name, standardPort }) => [name, standardPort + PORTS_ABOVE_STANDARD]);
  const options = {
    command: 'start',
    dataFolder: data.path,
    provisionFile,
    bind: '127.0.0.1',
    ports: Object.fromEntries(ports) as Record<string, number>,
    console: CONSOLE,
    logLevel: 'warn',
    managedBy: null,
    key: { keyFile: null, passphraseFile: null },
  } as const;
  return startService(options, createLogger(options.logLevel), { clock });
}

async function fill(office: DemoOffice, clock: DemoClock, messages: number): Promise<void> {
  const began = performance.now();
  console.error(`postroom demo: sending ${messages.toLocaleString('en')} messages of the last weeks…`);
  const sent = await writeHistory(office, clock, { messages, signal: stopping.signal });
  if (!stopping.signal.aborted) await tidyMailboxes(office, sent);
  console.error(`postroom demo: ready after ${((performance.now() - began) / 1000).toFixed(1)} s`);
}
