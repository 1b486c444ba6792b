/**
 * Hours of work: npm run soak -- [--minutes 60] [--pause 250]
 *
 * The mixed load (test/proof/mixed-load.ts) at a steady rate, while as much is expunged as arrives; a sample every minute; at the end a
 * verdict, figures in test/PROOF.md and a chart in test/proof/soak.svg. The first fifth warms up and is not judged.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MEMORY_ENVIRONMENT } from '../../src-main/host/system-service/systemd/unit-file.ts';
import { MixedLoad, proofOffice } from '../proof/mixed-load.ts';
import { ANNA, TOM } from '../proof/post.ts';
import { RememberingSink } from '../proof/remembering-sink.ts';
import { takeSnapshot } from '../proof/snapshot.ts';
import { describeRun, markdownTable, writeProofSection } from '../support/proof-page.ts';
import { makeWorkFolder, startOffice, type ServiceProcess } from '../support/service-process.ts';
import { drawCharts } from './chart.ts';
import { flatnessOf } from './flatness.ts';
import { Latencies, takeSample, type Sample } from './samples.ts';
import { sweep } from './sweeper.ts';

const MINUTE_MS = 60_000;
/** Sessions begin anew: what a session leaves behind would show. */
const LAP_MS = 20_000;
const WARMING_UP = 0.2;
const CHART = join(import.meta.dirname, '../proof/soak.svg');
const SWEPT = [
  { address: TOM, password: 'tom-password', mailbox: 'INBOX' },
  { address: ANNA, password: 'anna-password', mailbox: 'INBOX' },
  { address: ANNA, password: 'anna-password', mailbox: 'Filed' },
];

const { values } = parseArgs({ options: { minutes: { type: 'string' }, pause: { type: 'string' } } });
const minutes = Number(values.minutes ?? 60);
const pauseMs = Number(values.pause ?? 250);
const began = new Date();

const sink = new RememberingSink();
const work = await makeWorkFolder(proofOffice(await sink.listen()));
const heapFile = work.path('heap');
writeFileSync(heapFile, '0');
const probe = join(import.meta.dirname, 'heap-probe.ts');
const service = await startOffice(work, {
  env: { ...MEMORY_ENVIRONMENT, NODE_OPTIONS: `--import ${probe}`, POSTROOM_HEAP_FILE: heapFile },
});
const load = new MixedLoad(1, sink);
await load.introduce(service);
const { samples, swept } = await soak(service);
const exitCode = await service.end();
const { problems } = await takeSnapshot(work.data);
await report();
await sink.close();
await work.remove();

/** Load, sweeping and sampling beside each other until the time is over. */
async function soak(running: ServiceProcess) {
  const taken: Sample[] = [];
  const latencies = new Latencies();
  const until = Date.now() + minutes * MINUTE_MS;
  let expunged = 0;
  const isOver = () => Date.now() >= until || running.process.exitCode !== null;
  const laps = async () => {
    while (!isOver()) {
      const signal = AbortSignal.timeout(Math.min(LAP_MS, Math.max(1, until - Date.now())));
      const measured = (kind: string, tookMs: number) => latencies.add(kind, tookMs);
      await load.work(running, { signal, pause: () => wait(pauseMs), measured });
      for (const mailbox of SWEPT) expunged += await sweep(running, mailbox);
    }
  };
  const sampling = async () => {
    const place = { processId: running.process.pid ?? 0, data: work.data, heapFile };
    for (let minute = 1; minute <= minutes && !isOver(); minute++) {
      await wait(began.getTime() + minute * MINUTE_MS - Date.now());
      taken.push(takeSample(place, { latencies: latencies.take(), acknowledged: load.acknowledged }));
      console.log(JSON.stringify(taken.at(-1)));
    }
  };
  await Promise.all([laps(), sampling()]);
  return { samples: taken, swept: expunged };
}

interface Judged {
  readonly name: string;
  readonly unit: string;
  /** By how much it may rise over the run, of its mean. */
  readonly tolerance: number;
  readonly values: readonly number[];
}

function series(): readonly Judged[] {
  const latency = (kind: string, which: 'p50' | 'p99') =>
    samples.map((sample) => sample.latencies[kind]?.[which] ?? 0);
  return [
    { name: 'resident memory', unit: 'MiB', tolerance: 0.1, values: samples.map(({ rssMiB }) => rssMiB) },
    {
      name: 'heap of the main thread, least of each minute',
      unit: 'MiB',
      tolerance: 0.1,
      values: samples.map(({ heapMiB }) => heapMiB),
    },
    { name: 'handles', unit: 'descriptors', tolerance: 0.1, values: samples.map(({ handles }) => handles) },
    {
      name: 'database and log, for each thing acknowledged in the minute',
      unit: 'KiB',
      tolerance: 0.2,
      values: growth(),
    },
    { name: 'acceptance p50', unit: 'ms', tolerance: 0.2, values: latency('submission', 'p50') },
    { name: 'acceptance p99', unit: 'ms', tolerance: 0.2, values: latency('submission', 'p99') },
    { name: 'IMAP p50', unit: 'ms', tolerance: 0.2, values: latency('imap', 'p50') },
    { name: 'IMAP p99', unit: 'ms', tolerance: 0.2, values: latency('imap', 'p99') },
  ];
}

/** The store stays as large as it is; what grows is what is known of each message (timelines, transcripts). */
function growth(): readonly number[] {
  return samples.map(({ databaseMiB, acknowledged }, at) => {
    const before = samples[at - 1] ?? { databaseMiB: 0, acknowledged: 0 };
    return (
      Math.max(0, (databaseMiB - before.databaseMiB) * 1024) / Math.max(1, acknowledged - before.acknowledged)
    );
  });
}

async function report(): Promise<void> {
  const skipped = Math.floor(samples.length * WARMING_UP);
  const rows = series().map(({ name, unit, tolerance, values: all }) => {
    const judged = all.slice(skipped);
    const { mean, rise, uncertainty, isFlat } = flatnessOf(judged, tolerance);
    const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
    const change = `${percent(rise)} ± ${percent(uncertainty)}`;
    return [`${name} (${unit})`, mean.toFixed(2), change, percent(tolerance), isFlat ? 'flat' : 'RISES'];
  });
  const last = samples.at(-1);
  const cpu = ((last?.cpuSeconds ?? 0) / (samples.length * 60)) * 100;
  const machineLoad = samples.reduce((sum, sample) => sum + sample.machineLoad, 0) / samples.length;
  const rises = rows.filter((row) => row.at(-1) !== 'flat').length;
  const counted =
    `${load.acknowledged} things acknowledged and ${swept} messages expunged in ${samples.length} minutes, ` +
    `${cpu.toFixed(1)} % of a core; the machine, busy with other things as well, had a load of ${machineLoad.toFixed(1)} on ` +
    `${availableParallelism()} cores; ended with ${exitCode}, and the doctor found ${problems.length} problems.`;
  const head = ['sampled every minute', 'mean', 'rise over the run (95 %)', 'may rise by', 'verdict'];
  const picture = `![Chart of the samples](proof/soak.svg)`;
  writeFileSync(CHART, drawCharts(charts()));
  await writeProofSection(
    'soak',
    [describeRun(began), counted, markdownTable(head, rows), picture].join('\n\n'),
  );
  console.log(counted);
  for (const problem of problems) console.log(problem);
  process.exitCode = rises + problems.length === 0 && exitCode === 0 ? 0 : 1;
}

function charts() {
  const all = series().map(({ name, values: values_ }) => ({ name, values: values_ }));
  const [rss, heap, handles, database, ...latencies] = all;
  const one = (line: (typeof all)[number] | undefined) => (line === undefined ? [] : [line]);
  return [
    {
      title: 'Memory',
      unit: 'MiB',
      lines: [...one(rss), ...one(heap)].map((line, at) => ({
        ...line,
        name: ['resident', 'heap'][at] ?? '',
      })),
    },
    {
      title: 'Handles',
      unit: 'open descriptors',
      lines: one(handles).map((line) => ({ ...line, name: 'handles' })),
    },
    {
      title: 'Database for each thing acknowledged',
      unit: 'KiB',
      lines: one(database).map((line) => ({ ...line, name: 'KiB' })),
    },
    { title: 'Latency', unit: 'ms', lines: latencies },
  ];
}
