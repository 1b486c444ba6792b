/**
 * `node test/bench/encryption-bench.ts`: what encryption at rest costs: two services in turn on the same messages, one encrypted.
 *
 * The ratio of CPU per message within one run is the figure to compare; wall clock depends on what else the machine does.
 */
import { setTimeout } from 'node:timers/promises';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../support/service-process.ts';
import { ImapLoadSession } from './imap-load.ts';
import { runLoadClient } from './load-client.ts';
import { cpuSeconds } from './process-cpu.ts';
import { reportFigure } from './report-figure.ts';

const MESSAGE_OCTETS = 4096;
const MESSAGES = 10_000;
const ROUNDS = 2;
const TOM = { user: 'tom@server1.com', password: 'tom-password' };
/** Until what is made of messages afterwards (summaries, the search index) is there. */
const REST_MS = 15_000;

interface Line {
  readonly title: string;
  readonly per: number;
  readonly run: (service: ServiceProcess) => Promise<void>;
}

async function submit(service: ServiceProcess): Promise<void> {
  const load = { sessions: 10, messages: MESSAGES, size: MESSAGE_OCTETS };
  const envelope = { from: TOM.user, to: 'tom@server1.com' };
  await runLoadClient({ ...load, ...TOM, ...envelope, port: service.port('submission') });
}

function command(text: string) {
  return async (service: ServiceProcess): Promise<void> => {
    const session = await ImapLoadSession.signIn(service.port('imap'), {
      user: TOM.user,
      password: TOM.password,
    });
    await session.run('SELECT INBOX');
    await session.run(text);
    session.close();
  };
}

const LINES: readonly Line[] = [
  { title: 'submission and delivery', per: MESSAGES, run: submit },
  { title: 'summaries and search index', per: MESSAGES, run: () => setTimeout(REST_MS) },
  {
    title: 'FETCH ENVELOPE BODYSTRUCTURE',
    per: MESSAGES,
    run: command('FETCH 1:10000 (ENVELOPE BODYSTRUCTURE)'),
  },
  { title: 'FETCH BODY[]', per: MESSAGES, run: command('FETCH 1:10000 BODY.PEEK[]') },
  { title: 'SEARCH BODY, nothing found', per: MESSAGES, run: command('SEARCH BODY "nowhere to be found"') },
  { title: 'SORT (SUBJECT)', per: MESSAGES, run: command('SORT (SUBJECT) UTF-8 ALL') },
];

async function measure(isEncrypted: boolean): Promise<readonly number[]> {
  const folder = await makeWorkFolder({ ...OFFICE, encryption: { enabled: isEncrypted } });
  const service = await startOffice(folder);
  const processId = service.process.pid ?? 0;
  const costs: number[] = [];
  try {
    for (const { run, per } of LINES) {
      const before = cpuSeconds(processId);
      await run(service);
      costs.push(((cpuSeconds(processId) - before) * 1e6) / per);
    }
  } finally {
    await service.end();
    await folder.remove();
  }
  return costs;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

const rounds: (readonly [clear: readonly number[], encrypted: readonly number[]])[] = [];
for (let round = 0; round < ROUNDS; round++) rounds.push([await measure(false), await measure(true)]);
console.log(`${MESSAGES} messages of ${MESSAGE_OCTETS} octets, ${ROUNDS} rounds, medians: CPU µs a message`);
console.log(`${''.padEnd(34)}${'clear'.padStart(10)}${'encrypted'.padStart(12)}${'ratio'.padStart(8)}`);
for (const [at, { title }] of LINES.entries()) {
  const clear = median(rounds.map(([costs]) => costs[at] ?? 0));
  const encrypted = median(rounds.map(([, costs]) => costs[at] ?? 0));
  const ratio = (encrypted / clear).toFixed(2);
  const facts = { unit: '× of clear', better: 'less', isRatio: true } as const;
  reportFigure({ name: `encrypted, ${title}`, value: encrypted / clear, ...facts });
  console.log(
    `${title.padEnd(34)}${clear.toFixed(0).padStart(10)}${encrypted.toFixed(0).padStart(12)}${ratio.padStart(8)}`,
  );
}
