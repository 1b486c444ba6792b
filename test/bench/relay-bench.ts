/**
 * Relay-through: messages come in on port 25 and go out to Postfix's smtp-sink, through Postroom and through Debian's Postfix
 * in turn, the same mix with the same load client, both on disk before 250. Needs root, as Postfix does.
 *
 * node test/bench/relay-bench.ts [--messages 6000] [--sessions 20] [--rounds 3]
 */
import { parseArgs } from 'node:util';
import { Postfix } from '../support/postfix.ts';
import { makeWorkFolder, OFFICE, startOffice } from '../support/service-process.ts';
import { runLoadClient } from './load-client.ts';
import { cpuSeconds, cpuSecondsOfTree } from './process-cpu.ts';
import { reportRatio } from './report-figure.ts';
import { SmtpSink } from './smtp-sink-process.ts';

/** Mostly letters, some with a picture, one in twenty with an attachment. */
const SIZES = [...Array<number>(15).fill(4 * 1024), ...Array<number>(4).fill(32 * 1024), 256 * 1024];
const FROM = 'tom@server1.com';
const TO = 'friend@elsewhere.example';

/** A server under measurement. */
interface Contestant {
  readonly name: string;
  readonly port: number;
  cpuSeconds(): number;
  end(): Promise<void>;
}

interface Measured {
  readonly acceptedPerSecond: number;
  readonly relayedPerSecond: number;
  readonly cpuMicroseconds: number;
}

async function startPostroom(sink: SmtpSink): Promise<Contestant> {
  const routes = [{ recipientDomain: '*', hosts: [`127.0.0.1:${sink.port}`], tls: 'none' }];
  // As Postfix does by its mynetworks: this machine may send anywhere without signing in.
  const relayRules = [{ client: { network: '127.0.0.1' }, recipients: 'anywhere', action: 'accept' }];
  const folder = await makeWorkFolder({ ...OFFICE, encryption: { enabled: false }, routes, relayRules });
  const service = await startOffice(folder);
  return {
    name: 'Postroom',
    port: service.port('smtp'),
    cpuSeconds: () => cpuSeconds(service.process.pid ?? 0),
    end: async () => {
      await service.end();
      await folder.remove();
    },
  };
}

async function startPostfix(sink: SmtpSink): Promise<Contestant> {
  const postfix = await Postfix.start({
    domain: 'server1.com',
    people: ['tom'],
    settings: {
      relayhost: `[127.0.0.1]:${sink.port}`,
      smtp_tls_security_level: 'none',
      // Its brake for arriving mail would make it look slower than it is.
      in_flow_delay: '0',
    },
  });
  return {
    name: 'Postfix',
    port: postfix.port,
    cpuSeconds: () => cpuSecondsOfTree(postfix.masterProcessId()),
    end: () => postfix.stop(),
  };
}

async function measure(
  contestant: Contestant,
  sink: SmtpSink,
  load: { messages: number; sessions: number },
): Promise<Measured> {
  const cpuBefore = contestant.cpuSeconds();
  const before = sink.messages;
  const start = performance.now();
  const { port } = contestant;
  const accepted = await runLoadClient({ ...load, port, from: FROM, to: TO, size: SIZES.join(',') });
  await sink.received(before + load.messages);
  const seconds = (performance.now() - start) / 1000;
  return {
    acceptedPerSecond: accepted.messagesPerSecond,
    relayedPerSecond: load.messages / seconds,
    cpuMicroseconds: ((contestant.cpuSeconds() - cpuBefore) * 1e6) / load.messages,
  };
}

async function compare(load: { messages: number; sessions: number }, rounds: number): Promise<void> {
  const sink = await SmtpSink.start();
  const contestants = [await startPostroom(sink), await startPostfix(sink)];
  const results = new Map<string, Measured[]>();
  try {
    for (const contestant of contestants) await measure(contestant, sink, { ...load, messages: 1_000 });
    // In turn, so that both share what the machine does meanwhile.
    for (let round = 0; round < rounds; round++) {
      for (const contestant of contestants) {
        const measured = await measure(contestant, sink, load);
        results.set(contestant.name, [...(results.get(contestant.name) ?? []), measured]);
        printRow(contestant.name, measured);
      }
    }
  } finally {
    for (const contestant of contestants) await contestant.end();
    sink.end();
  }
  const [ours, theirs] = contestants.map(({ name }) => median(results.get(name) ?? []));
  const rate = (ours?.relayedPerSecond ?? 0) / (theirs?.relayedPerSecond ?? 1);
  const cpu = (theirs?.cpuMicroseconds ?? 0) / (ours?.cpuMicroseconds ?? 1);
  reportRatio('relay-through, rate, Postroom : Postfix', rate);
  reportRatio('relay-through, CPU a message, Postfix : Postroom', cpu);
  console.log(
    `relayed per second, Postroom : Postfix = ${rate.toFixed(2)}; CPU per message, Postfix : Postroom = ${cpu.toFixed(2)}`,
  );
}

function median(results: readonly Measured[]): Measured | undefined {
  const sorted = [...results].sort((a, b) => a.relayedPerSecond - b.relayedPerSecond);
  return sorted[Math.floor(sorted.length / 2)];
}

function printRow(name: string, { acceptedPerSecond, relayedPerSecond, cpuMicroseconds }: Measured): void {
  const cells = [acceptedPerSecond, relayedPerSecond, cpuMicroseconds];
  console.log(`${name.padEnd(10)}${cells.map((cell) => cell.toFixed(0).padStart(16)).join('')}`);
}

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '6000' },
    sessions: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
  },
});
console.log('            accepted/s       relayed/s  CPU µs/message');
await compare(
  { messages: Number(values.messages), sessions: Number(values.sessions) },
  Number(values.rounds),
);
