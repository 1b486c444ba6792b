/**
 * SMTP sink: the whole way of a message (reception or submission, queue, routing, delivery) over memory stores on a real
 * socket, to measure the path without a disk.
 *
 * node test/bench/smtp-sink.ts [--service reception|submission]   prints `READY {"port":…}`; each line on standard input
 * prints what was accepted and the CPU time since the line before.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createIdMaker } from '../../src-main/base/ids.ts';
import { silentLogger } from '../../src-main/base/logger.ts';
import { systemClock as clock } from '../../src-main/host/system-clock.ts';
import { createMessageIndexer } from '../../src-main/format/message-indexer.ts';
import { MemorySpool } from '../../src-main/mail/content/memory-spool.ts';
import { createMessageReceiver } from '../../src-main/mail/content/message-receiver.ts';
import { createPlainDelivery } from '../support/plain-delivery.ts';
import { QueuedContentReader } from '../support/queued-content-reader.ts';
import { createMessageQueue } from '../../src-main/mail/queue/create-message-queue.ts';
import { MemoryQueueStore } from '../../src-main/mail/queue/memory-queue-store.ts';
import type { BounceStage } from '../../src-main/mail/queue/port.ts';
import { createReceptionService } from '../../src-main/mail/reception/create-reception-service.ts';
import { createRouter } from '../../src-main/mail/routing/create-router.ts';
import { createRuleBook } from '../../src-main/mail/routing/relay-rules/create-rule-book.ts';
import { DEFAULT_RELAY_RULES } from '../../src-main/mail/routing/relay-rules/port.ts';
import { createRoutingCourier } from '../../src-main/mail/routing/create-routing-courier.ts';
import { createSubmissionService } from '../../src-main/mail/submission/create-submission-service.ts';
import { Listener } from '../../src-main/protocol/connection/listener.ts';
import type { SessionTranscript } from '../../src-main/protocol/connection/session.ts';
import { OfficeDirectory } from '../support/mail-office.ts';

const nothing = () => undefined;
const silentTranscript: SessionTranscript = {
  sessionId: 'bench',
  client: nothing,
  server: nothing,
  content: nothing,
  note: nothing,
  phase: nothing,
  update: nothing,
  close: nothing,
};

const { values } = parseArgs({ options: { service: { type: 'string', default: 'reception' } } });
const directory = new OfficeDirectory();
const ruleBook = createRuleBook({ directory, clock, rules: () => DEFAULT_RELAY_RULES });
const router = createRouter({
  directory,
  settings: () => ({ relay: { mode: 'off' }, routes: [] }),
  rules: ruleBook,
});
let deposited = 0;
/** Nothing fails here, so nobody is told. */
const SILENT_BOUNCES: BounceStage = {
  report: () => Promise.resolve({ events: [] }),
  discard: () => Promise.resolve(),
};
const spool = new MemorySpool();
const store = new MemoryQueueStore(() => deposited++);
const receiver = createMessageReceiver({ spool, createIndexer: createMessageIndexer });
const makeId = createIdMaker(() => clock.now(), randomBytes);
const content = new QueuedContentReader(store, spool);
const queue = createMessageQueue({
  store,
  courier: createRoutingCourier({
    router,
    chosenNextHop: () => null,
    delivery: createPlainDelivery({ clock, receiver, content, makeId, directory }),
    relay: { relay: () => Promise.resolve() },
  }),
  bounces: SILENT_BOUNCES,
  clock,
  logger: silentLogger,
  events: nothing,
  randomBytes,
});
const options = {
  directory,
  signIns: directory.signIns,
  router,
  ruleBook,
  queue,
  mailStore: { listMailboxes: () => Promise.resolve([]) },
  receiver,
  transcripts: { open: () => silentTranscript },
  events: nothing,
  clock,
  makeId,
  hostname: () => 'mail.server1.com',
  hasRoom: () => true,
  logger: silentLogger,
};
const service =
  values.service === 'submission'
    ? createSubmissionService({ ...options, allowCleartextAuth: () => true })
    : createReceptionService(options);

const listener = new Listener({
  serve: service.serve,
  tlsMode: 'starttls',
  secureContext: () => {
    throw new Error('no TLS here');
  },
  busyLine: '421 4.3.2 Too many connections',
  clock,
  logger: silentLogger,
});
await queue.start();
const port = await listener.listen('127.0.0.1', 0);
if (!port.ok) throw new Error(port.error.detail);
console.log(`READY ${JSON.stringify({ port: port.value })}`);

let before = process.cpuUsage();
let depositedBefore = 0;
async function report(): Promise<void> {
  await queue.whenIdle();
  const { user, system } = process.cpuUsage(before);
  const messages = deposited - depositedBefore;
  console.log(JSON.stringify({ messages, cpuMicrosPerMessage: Math.round((user + system) / messages) }));
  before = process.cpuUsage();
  depositedBefore = deposited;
}
const input = createInterface({ input: process.stdin });
input.on('line', () => void report());
await once(input, 'close');
listener.stopAccepting();
await service.closeAll('The server is stopping');
