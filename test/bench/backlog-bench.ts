/**
 * A backlog: the service starts on a folder with very many queued entries. How long until the first attempt, how fast are they
 * worked off, and how much memory does it take? The next hop is Postfix's smtp-sink.
 *
 * node test/bench/backlog-bench.ts [--entries 100000]
 */
import { parseArgs } from 'node:util';
import { openTestStorage } from '../contract/mail-stores.ts';
import { makeWorkFolder, OFFICE, startOffice } from '../support/service-process.ts';
import { cpuSeconds } from './process-cpu.ts';
import { residentOctets } from './process-memory.ts';
import { fillQueue } from './queue-bench.ts';
import { reportFigure } from './report-figure.ts';
import { SmtpSink } from './smtp-sink-process.ts';

const MEBIBYTE = 1024 * 1024;

function show(name: string, value: number, unit: string): void {
  console.log(`${name.padEnd(36)} ${value.toFixed(0).padStart(8)} ${unit}`);
}

const { values } = parseArgs({ options: { entries: { type: 'string', default: '100000' } } });
const entries = Number(values.entries);
const sink = await SmtpSink.start();
const folder = await makeWorkFolder({
  ...OFFICE,
  encryption: { enabled: false },
  routes: [{ recipientDomain: '*', hosts: [`127.0.0.1:${sink.port}`], tls: 'none' }],
});
try {
  const storage = await openTestStorage(folder.data);
  await fillQueue(storage, entries, { isDue: true });
  await storage.close();
  const start = performance.now();
  const service = await startOffice(folder);
  const processId = service.process.pid ?? 0;
  show('from start to READY', performance.now() - start, 'ms');
  await sink.received(1);
  show('from start to the first one relayed', performance.now() - start, 'ms');
  await sink.received(entries / 10);
  show('memory after a tenth', residentOctets(processId, 'VmRSS') / MEBIBYTE, 'MiB');
  await sink.received(entries);
  const seconds = (performance.now() - start) / 1000;
  show('memory at the end', residentOctets(processId, 'VmRSS') / MEBIBYTE, 'MiB');
  show('most memory', residentOctets(processId, 'VmHWM') / MEBIBYTE, 'MiB');
  show('worked off', entries / seconds, 'messages/s');
  const cpu = (cpuSeconds(processId) * 1e6) / entries;
  show('CPU', cpu, 'µs/message');
  const facts = { unit: 'µs CPU a message', better: 'less', isRatio: false } as const;
  reportFigure({ name: `backlog of ${entries} worked off`, value: cpu, ...facts });
  await service.end();
} finally {
  sink.end();
  await folder.remove();
}
