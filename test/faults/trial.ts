/**
 * One fault: a service under the mixed load meets it and is rid of it again; what its users read meanwhile, how long it takes until it
 * accepts again, and whether everything acknowledged is there in the end (audited as after a cut).
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { letterOf } from '../proof/letters.ts';
import { MixedLoad, proofOffice } from '../proof/mixed-load.ts';
import { TOM } from '../proof/post.ts';
import { RememberingSink } from '../proof/remembering-sink.ts';
import { takeSnapshot } from '../proof/snapshot.ts';
import { signInToConsole } from '../support/console-caller.ts';
import { TestDnsServer } from '../support/dns-server.ts';
import { ConnectionLostError } from '../support/line-client.ts';
import {
  makeWorkFolder,
  OFFICE,
  startOffice,
  type ServiceProcess,
  type Surroundings,
} from '../support/service-process.ts';
import { SmtpClient } from '../support/smtp-client.ts';

const HEALTHY_MS = 500;
const RECOVERY_TIMEOUT_MS = 20_000;
const POLL_MS = 100;
const ENDING_TIMEOUT_MS = 15_000;
const RETRY_MS = 50;
const MOST_SENTENCES = 5;
/** The other office's server, by name: where names are not answered it is not found. */
const SINK_NAME = 'mx.server2.com';
const SMALL_DISK = 'size=160m';

/** What a fault has at hand. */
export interface Scene {
  readonly service: ServiceProcess;
  readonly folder: { readonly data: string; path(name: string): string };
  readonly dns: TestDnsServer;
}

export interface Fault {
  readonly name: string;
  /** How it is made. */
  readonly how: string;
  /** For how long it lasts, in milliseconds. */
  readonly lastsMs: number;
  /** Whether it is among those that every change is tried with. */
  readonly isQuick: boolean;
  /** The data folder lies on a disk of 160 MiB. */
  readonly hasSmallDisk?: boolean;
  /** What the service is run in. */
  around?(path: (name: string) => string): Surroundings;
  /** Answers what ends it. */
  begin(scene: Scene): Promise<() => Promise<void> | void>;
}

export interface FaultReport {
  readonly name: string;
  readonly how: string;
  /** Replies that clients read, without what differs from one to the next. */
  readonly replies: readonly string[];
  /** What the service's log says, each sentence once. */
  readonly log: readonly string[];
  /** How it went on; a sentence. */
  readonly afterwards: string;
  readonly acknowledged: number;
  /** Every one is a sentence; none is what we want. */
  readonly problems: readonly string[];
}

export async function tryFault(fault: Fault): Promise<FaultReport> {
  const trial = await Trial.prepare(fault);
  try {
    return await trial.run();
  } finally {
    await trial.remove();
  }
}

type WorkPlace = Awaited<ReturnType<typeof makeWorkFolder>>;

class Trial {
  readonly #fault: Fault;
  readonly #work: WorkPlace;
  readonly #sink: RememberingSink;
  readonly #dns: TestDnsServer;
  readonly #load: MixedLoad;
  #service: ServiceProcess | null = null;
  readonly #replies = new Set<string>();
  readonly #log = new Set<string>();

  private constructor(fault: Fault, parts: { work: WorkPlace; sink: RememberingSink; dns: TestDnsServer }) {
    this.#fault = fault;
    this.#work = parts.work;
    this.#sink = parts.sink;
    this.#dns = parts.dns;
    this.#load = new MixedLoad(1, parts.sink);
  }

  static async prepare(fault: Fault): Promise<Trial> {
    const sink = new RememberingSink();
    const port = await sink.listen();
    const dns = await TestDnsServer.start({ [SINK_NAME]: { A: ['127.0.0.1'] } });
    const routes = [{ recipientDomain: '*', hosts: [`${SINK_NAME}:${port}`], tls: 'none' }];
    const work = await makeWorkFolder({ ...proofOffice(port), routes, dns: { servers: [dns.address] } });
    if (fault.hasSmallDisk === true) {
      mkdirSync(work.data);
      mount(['-t', 'tmpfs', '-o', SMALL_DISK, 'tmpfs', work.data]);
    }
    return new Trial(fault, { work, sink, dns });
  }

  async remove(): Promise<void> {
    this.#service?.process.kill('SIGKILL');
    await this.#sink.close();
    await this.#dns.stop();
    if (this.#fault.hasSmallDisk === true) spawnSync('umount', ['--lazy', this.#work.data]);
    rmSync(this.#work.path('.'), { recursive: true, force: true });
  }

  async run(): Promise<FaultReport> {
    const { name, how } = this.#fault;
    const service = await startOffice(this.#work, this.#fault.around?.(this.#work.path));
    this.#service = service;
    await this.#load.introduce(service);
    const stop = new AbortController();
    const working = this.#loadUntil(service, stop.signal);
    await wait(HEALTHY_MS);
    const end = await this.#fault.begin({ service, folder: this.#work, dns: this.#dns });
    await Promise.race([wait(this.#fault.lastsMs), service.ended()]);
    await this.#askConsole(service);
    await end();
    const afterwards = await this.#recover(service, stop);
    await Promise.race([working, wait(ENDING_TIMEOUT_MS, undefined, { ref: false })]);
    const { acknowledged } = this.#load;
    const problems = this.#load.audit(await takeSnapshot(this.#work.data), () => true);
    return {
      name,
      how,
      replies: some(this.#replies),
      log: some(this.#log),
      afterwards,
      acknowledged,
      problems,
    };
  }

  /** Clients that go on whatever they are told, and remember it. */
  async #loadUntil(service: ServiceProcess, signal: AbortSignal): Promise<void> {
    const goesOn = async (reason: unknown) => {
      const text = reason instanceof ConnectionLostError ? 'the connection is closed' : sentenceOf(reason);
      this.#replies.add(text);
      await wait(RETRY_MS);
    };
    await this.#load.work(service, { signal, pause: () => wait(1), goesOn });
  }

  /** What the queue says of what waits. */
  async #askConsole({ ready, process: child }: ServiceProcess): Promise<void> {
    if (child.exitCode !== null) return;
    const ask = async () => {
      const { calls, close } = await signInToConsole(ready.console, OFFICE.admin);
      const { items } = await calls.queue.list({ limit: 20 });
      for (const { recipient } of items)
        if (recipient.lastOutcome !== null)
          this.#replies.add(
            `queue: ${plain(`${recipient.lastOutcome.status} ${recipient.lastOutcome.diagnostic}`)}`,
          );
      close();
    };
    await Promise.race([ask().catch(() => undefined), wait(3_000)]);
  }

  /** Until a letter is accepted again; then it ends as it should. */
  async #recover(service: ServiceProcess, stop: AbortController): Promise<string> {
    const began = performance.now();
    let afterwards = 'it did not accept again: restarted';
    while (performance.now() - began < RECOVERY_TIMEOUT_MS && service.process.exitCode === null) {
      if (await accepts(service)) {
        afterwards = `accepts again by itself after ${Math.round(performance.now() - began)} ms`;
        break;
      }
      await wait(POLL_MS);
    }
    await wait(HEALTHY_MS);
    stop.abort();
    this.#readLog(service);
    if (service.process.exitCode !== null)
      afterwards = `ended with ${service.process.exitCode}, for its service manager to start it again`;
    const ended = await Promise.race([service.end(), wait(ENDING_TIMEOUT_MS)]);
    if (ended === undefined) await service.end('SIGKILL');
    if (afterwards.startsWith('accepts')) return afterwards;
    const next = await startOffice(this.#work);
    const isBack = await accepts(next);
    await next.end();
    return `${afterwards}; ${isBack ? 'accepts after that' : 'DOES NOT ACCEPT after that'}`;
  }

  #readLog({ log }: ServiceProcess): void {
    for (const line of log.split('\n').filter((text) => text.startsWith('{'))) {
      const { msg, error } = JSON.parse(line) as { msg?: string; error?: { message?: string } };
      this.#log.add(plain([msg, error?.message].filter((text) => text !== undefined).join(': ')));
    }
  }
}

/** Probes with a letter of its own, to nobody of the audit. */
async function accepts(service: ServiceProcess): Promise<boolean> {
  const account = { user: TOM, password: 'tom-password' };
  const submit = async () => {
    const client = await SmtpClient.connect({ port: service.port('submission'), account });
    try {
      await client.submit({ from: TOM, to: [TOM], content: letterOf('probe-9', [TOM]) });
    } finally {
      client.close();
    }
    return true;
  };
  return Promise.race([submit().catch(() => false), wait(3_000, false)]);
}

function some(texts: ReadonlySet<string>): readonly string[] {
  return [...texts].slice(0, MOST_SENTENCES);
}

function sentenceOf(reason: unknown): string {
  return plain(reason instanceof Error ? reason.message : String(reason));
}

/** Without what differs from one to the next: commands, tags, ids, paths. */
function plain(text: string): string {
  const words = text
    .replace(/^expected \d+, got /u, '')
    .replace(/^.*?: t\d+ /su, '')
    .replace(/^.*: (?=-ERR |NO )/su, '')
    .replaceAll(/(?<=^|[\s('"])\/[\w./-]+/gu, '…')
    .replaceAll(/\b[0-9a-z]{16}\b/gu, '…');
  return words.replaceAll(/\s+/gu, ' ').slice(0, 160);
}

function mount(args: readonly string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mount: ${stderr}`);
}
