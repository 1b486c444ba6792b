/**
 * Console fixture: the console server over in-memory ports, full of mail and lively, for pictures and for trying the page.
 *
 * node test/support/console-fixture.ts [--port 8065] [--empty] [--calm] [--health mixed|good|offline|never]
 *   [--running service|byHand|desktop|failed|unsupported] [--backups kept|failing|none]
 * `--empty`: a first start, nobody set up. `--calm`: no traffic after the start, so that pictures are the same each time.
 * Sign in as `admin` with `postroom-demo`.
 */
import { seedScreening } from './world-screening-desk.ts';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Clock } from '../../src-main/base/clock.ts';
import type { Logger } from '../../src-main/base/logger.ts';
import { createConsoleRouter } from '../../src-main/host/api/router.ts';
import { createConsoleServer } from '../../src-main/service/http/console-server.ts';
import { BACKUP_MOODS, type BackupMood, openBackupOffice } from './backup-office.ts';
import { ConsoleSeed } from './console-seed.ts';
import { seedHealth, HEALTH_MOODS, type HealthMood } from './health-seed.ts';
import { seedSignIns } from './world-sign-ins.ts';
import { seedReports } from './world-reports.ts';
import { seedMoveIn } from './move-in-seed.ts';
import { seedRelay } from './relay-seed.ts';
import { fillQueue } from './queue-seed.ts';
import { WORLD_TOKEN } from './world-publishing.ts';
import { RUNNING_MOODS, type RunningMood } from './world-running.ts';
import { ConsoleWorld, listenerAt, outcome } from './console-world.ts';

export const FIXTURE_CREDENTIALS = { name: 'admin', password: 'postroom-demo' } as const;

export interface FixtureOptions {
  readonly port: number;
  readonly isEmpty?: boolean;
  readonly isCalm?: boolean;
  readonly messages?: number;
  /** What health finds; `never`: nothing was asked yet. */
  readonly health?: HealthMood;
  readonly staticRoot?: string;
  readonly running?: RunningMood;
  /** Real ones, made at the start; none where this is not said. */
  readonly backups?: BackupMood;
  /** Puts other stores in the place of the world's. */
  readonly prepare?: (world: ConsoleWorld) => void;
}

const wallClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

const stderrLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message, fields) => process.stderr.write(`warn ${message} ${JSON.stringify(fields ?? {})}\n`),
  error: (message, fields) => process.stderr.write(`error ${message} ${String(fields?.['error'] ?? '')}\n`),
  child: () => stderrLogger,
};

/** One domain whose DNS this server changes; the other is kept by hand. */
async function furnishPublishing({ publishing, settings }: ConsoleWorld): Promise<void> {
  const domain = 'harbor-office.example';
  publishing.moveTo(domain);
  const keeper = { kind: 'cloudflare', token: WORLD_TOKEN } as const;
  await settings.change({ dnsKeeping: [{ domain, keeper }] });
}

export async function startConsoleFixture(options: FixtureOptions) {
  const world = new ConsoleWorld({ clock: wallClock, logger: stderrLogger });
  const seed = new ConsoleSeed(world);
  world.sendTestMessage = (to) => Promise.resolve(sendTestMessage(world, to));
  if (options.isEmpty === true) {
    await world.settings.change({ isSetUp: false, hostname: 'localhost' });
  } else {
    await world.administrators.put(FIXTURE_CREDENTIALS);
    await furnishPublishing(world);
    world.certificates.furnish(wallClock.now());
    const { acme } = await world.settings.read();
    await world.settings.change({
      acme: { ...acme, isOn: true },
      mtaSts: [{ domain: 'lotus-tea.example', mode: 'testing' }],
    });
    await seed.fillDirectory();
    await seed.fillFlow();
    seed.fillHistory(options.messages ?? 4000);
    fillQueue(world);
    seedMoveIn(world.moveIn);
    await seedRelay(world);
    seedScreening(world.screening, world.clock.now());
    await seedSigning(world);
    seedReports(world.reports, wallClock.now());
    await seedSignIns(world.signIns, wallClock.now());
    const domains = (await world.directory.listDomains()).map(({ name }) => name);
    seedHealth(world.health, {
      mood: options.health ?? 'mixed',
      domains,
      delayMs: options.isCalm === true ? 0 : 120,
    });
    if (options.health !== 'never') await world.health.desk.run({ kind: 'all' });
  }
  world.running.seem(options.running ?? 'service');
  const { backups = 'none' } = options;
  const office = backups === 'none' ? null : await openBackupOffice(wallClock, backups === 'failing');
  if (office !== null) world.backupConsole = office.backups;
  options.prepare?.(world);
  moveLowPorts(world);
  if (options.isEmpty !== true) seed.liveSubmission();
  const stopTraffic =
    options.isCalm === true || options.isEmpty === true ? () => undefined : keepBusy(world, seed);
  const server = createConsoleServer({
    router: createConsoleRouter(world.services()),
    access: world.access,
    version: '0.1.0',
    release: world.releaseDesk(),
    staticRoot: options.staticRoot ?? join(import.meta.dirname, '../../out/renderer'),
    bind: '127.0.0.1',
    port: options.port,
    clock: wallClock,
    randomBytes: (length) => randomBytes(length),
    logger: stderrLogger,
  });
  const { url } = await server.start();
  const stop = async (): Promise<void> => {
    stopTraffic();
    await server.stop();
    await office?.close();
  };
  return { url, world, seed, stop };
}

function moveLowPorts(world: ConsoleWorld): void {
  world.listenerStates = world.listenerStates.map((listener) => {
    if (listener.name === 'smtp') return listenerAt('smtp', 25, 2525);
    if (listener.name !== 'pop3') return listener;
    return {
      ...listenerAt('pop3', 110, 2110),
      problem: 'portTaken',
      problemDetail: 'listen EADDRINUSE: address already in use 0.0.0.0:110',
    };
  });
}

function keepBusy(world: ConsoleWorld, seed: ConsoleSeed): () => void {
  const exchanges = setInterval(() => seed.exchange(world.clock.now()), 1300);
  const sessions = setInterval(() => seed.liveSubmission(() => seed.exchange(world.clock.now())), 4000);
  return () => {
    clearInterval(exchanges);
    clearInterval(sessions);
  };
}

/** Plays the path of a message with the pauses that a person can follow. */
function sendTestMessage(world: ConsoleWorld, to: number): string {
  const { clock, directory, meter, timelines, mailStore } = world;
  const account = directory.accounts.find((each) => each.id === to)?.address ?? '';
  const traceId = `t${clock.now().toString(32)}k7d3fz0`;
  const at = clock.now();
  const reversePath = account;
  const summary = {
    traceId,
    receivedAt: at,
    via: 'submission' as const,
    reversePath,
    author: 'Postroom',
    recipients: [account],
    subject: 'Test message from Postroom',
    messageId: `<${traceId}@mail.example.com>`,
    sizeBytes: 912,
    state: 'waiting' as const,
  };
  const steps = [
    {
      type: 'received' as const,
      via: 'submission' as const,
      reversePath,
      recipients: [account],
      sizeBytes: 912,
    },
    { type: 'queued' as const, recipients: [account] },
    {
      type: 'attempted' as const,
      attempt: 1,
      account,
      mailbox: 'INBOX',
      outcome: outcome({ recipient: account, at: at + 20 }),
    },
    { type: 'finished' as const },
  ];
  steps.forEach((step, i) => {
    clock.after(i * 500, () => {
      const event = { ...step, traceId, at: clock.now() };
      timelines.put(summary, [event]);
      if (step.type === 'finished') {
        timelines.put({ ...summary, state: 'done' }, []);
        mailStore.put(to, { messages: 1, unread: 1, bytes: 912 });
      }
      meter.emit(event);
    });
  });
  return traceId;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8065' },
      empty: { type: 'boolean', default: false },
      calm: { type: 'boolean', default: false },
      health: { type: 'string', default: 'mixed' },
      running: { type: 'string', default: 'service' },
      backups: { type: 'string', default: 'kept' },
    },
  });
  const { url, stop } = await startConsoleFixture({
    port: Number(values.port),
    isEmpty: values.empty,
    isCalm: values.calm,
    health: HEALTH_MOODS.find((mood) => mood === values.health) ?? 'mixed',
    running: RUNNING_MOODS.find((mood) => mood === values.running) ?? 'service',
    backups: values.empty ? 'none' : (BACKUP_MOODS.find((mood) => mood === values.backups) ?? 'kept'),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stop().finally(() => process.exit(0)));
  process.stdout.write(`READY ${JSON.stringify({ console: url })}\n`);
}

/** Keys of which one is in DNS and one waits. */
async function seedSigning(world: ConsoleWorld): Promise<void> {
  const [domain] = await world.directory.listDomains();
  if (domain === undefined) return;
  await world.signing.makeKeys(domain.name);
  const [published] = world.signing.list();
  if (published !== undefined) world.dns = { [published.recordName]: { TXT: [published.record] } };
  await world.signing.check(domain.name);
}
