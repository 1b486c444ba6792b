/**
 * Kills the service under the mixed load (test/proof/mixed-load.ts), again and again on one data folder: at random moments, and at
 * named points that a module loaded before its code watches for (kill-at.ts). After each cut a copy of the folder is audited, and
 * the next start takes the folder itself as it was left.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MixedLoad, proofOffice } from '../proof/mixed-load.ts';
import { RememberingSink } from '../proof/remembering-sink.ts';
import { takeSnapshot } from '../proof/snapshot.ts';
import { signInToConsole } from '../support/console-caller.ts';
import { createDice, type Dice } from '../support/dice.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../support/service-process.ts';
import { BackupTrial } from './backup-trial.ts';
import { ImportTrial } from './import-trial.ts';
import { killingAt, type KillPoint } from './kill-at.ts';

/** A folder is used for so many cuts, then a new one is begun: audits of a large one take longer than what they audit. */
const ROUNDS_A_FOLDER = 50;
const EARLIEST_KILL_MS = 20;
const LATEST_KILL_MS = 600;
/** A named point that was not reached by then: the round counts as a cut at random. */
const POINT_TIMEOUT_MS = 4_000;
const DRAIN_TIMEOUT_MS = 60_000;
const POLL_MS = 100;
const MOST_PROBLEMS = 50;
/** An import that ended before its point is audited all the same. */
const NO_CUT = 'none';

interface NamedCut {
  readonly name: string;
  readonly statement: string;
  readonly when: KillPoint['when'];
  /** The point is passed at most so often before it kills. */
  readonly most: number;
  /** What makes the service come to it, beside the load. */
  readonly under?: 'rewrite' | 'import' | 'backup' | 'restore';
}

const NAMED: readonly NamedCut[] = [
  { name: 'before a commit', statement: 'COMMIT', when: 'before', most: 120 },
  { name: 'after a commit, before its reply', statement: 'COMMIT', when: 'after', most: 120 },
  {
    name: 'encryption rewrite',
    statement: 'UPDATE sealing SET step',
    when: 'before',
    most: 8,
    under: 'rewrite',
  },
  { name: 'import', statement: 'COMMIT', when: 'after', most: 6, under: 'import' },
  {
    name: 'encryption rewrite',
    statement: 'UPDATE sealing SET step',
    when: 'after',
    most: 8,
    under: 'rewrite',
  },
  { name: 'compaction after the rewrite', statement: 'VACUUM', when: 'after', most: 1, under: 'rewrite' },
  { name: 'import', statement: 'COMMIT', when: 'before', most: 6, under: 'import' },
  { name: 'backup, its copy of the database', statement: 'backup', when: 'during', most: 1, under: 'backup' },
  { name: 'backup, a file at its place', statement: 'rename', when: 'before', most: 6, under: 'backup' },
  { name: 'restore', statement: 'rename', when: 'after', most: 8, under: 'restore' },
  { name: 'backup, a file at its place', statement: 'rename', when: 'after', most: 6, under: 'backup' },
  { name: 'restore', statement: 'rename', when: 'before', most: 8, under: 'restore' },
];

export interface MixedReport {
  /** How many cuts, by what they were at. */
  readonly cuts: ReadonlyMap<string, number>;
  readonly acknowledged: number;
  /** Messages that audits looked at, each time anew. */
  readonly audited: number;
  /** Every one is a sentence; none is what we want. */
  readonly problems: readonly string[];
}

export async function runMixedRounds(rounds: number, seed = Date.now() % 1_000_000): Promise<MixedReport> {
  const total = { cuts: new Map<string, number>(), acknowledged: 0, audited: 0, problems: [] as string[] };
  for (let done = 0; done < rounds && total.problems.length < MOST_PROBLEMS; done += ROUNDS_A_FOLDER) {
    const folder = await OneFolder.make(seed + done);
    try {
      for (let round = done; round < Math.min(rounds, done + ROUNDS_A_FOLDER); round++)
        await folder.cut(round);
      await folder.drain();
    } finally {
      await folder.remove();
    }
    for (const [name, count] of folder.cuts) total.cuts.set(name, (total.cuts.get(name) ?? 0) + count);
    total.acknowledged += folder.acknowledged;
    total.audited += folder.audited;
    total.problems.push(...folder.problems);
  }
  return total;
}

class OneFolder {
  readonly #sink: RememberingSink;
  readonly #work: Awaited<ReturnType<typeof makeWorkFolder>>;
  readonly #load: MixedLoad;
  readonly #dice: Dice;
  /** A few rounds try other points with each seed. */
  readonly #firstNamed: number;
  readonly #imports: ImportTrial;
  readonly #backups: BackupTrial;
  readonly cuts = new Map<string, number>();
  readonly problems: string[] = [];
  audited = 0;

  static async make(seed: number): Promise<OneFolder> {
    const sink = new RememberingSink();
    const work = await makeWorkFolder(proofOffice(await sink.listen()));
    const folder = new OneFolder(sink, work, seed);
    const service = await startOffice(work);
    await folder.#load.introduce(service);
    await service.end();
    return folder;
  }

  private constructor(sink: RememberingSink, work: Awaited<ReturnType<typeof makeWorkFolder>>, seed: number) {
    this.#sink = sink;
    this.#work = work;
    this.#load = new MixedLoad(seed, sink);
    this.#dice = createDice(seed);
    this.#firstNamed = this.#dice.below(NAMED.length);
    this.#imports = new ImportTrial(work);
    this.#backups = new BackupTrial(work);
  }

  get acknowledged(): number {
    return this.#load.acknowledged;
  }

  async cut(round: number): Promise<void> {
    const named = round % 2 === 0 ? undefined : NAMED[(this.#firstNamed + (round >> 1)) % NAMED.length];
    const name = named === undefined ? await this.#cutAtRandom() : await this.#cutAt(named);
    if (name !== NO_CUT) this.cuts.set(name, (this.cuts.get(name) ?? 0) + 1);
    await this.#audit(`round ${round}, ${name}`);
    if (named?.under === 'import') this.problems.push(...(await this.#imports.finish()));
    if (named?.under === 'backup') this.problems.push(...(await this.#backups.finish()));
  }

  /** The last start works off what the cuts left in the queue; then nothing may wait any more. */
  async drain(): Promise<void> {
    const service = await startOffice(this.#work);
    const { calls, close } = await signInToConsole(service.ready.console, OFFICE.admin);
    const deadline = Date.now() + DRAIN_TIMEOUT_MS;
    while ((await calls.queue.list({ limit: 1 })).total > 0 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    close();
    await service.end();
    const { queued } = await this.#audit('after the last start');
    this.problems.push(...queued.map(({ id, address }) => `${id} for ${address} never left the queue`));
  }

  async remove(): Promise<void> {
    await this.#sink.close();
    await this.#work.remove();
  }

  async #cutAtRandom(): Promise<string> {
    const service = await startOffice(this.#work);
    const killAfterMs = EARLIEST_KILL_MS + this.#dice.next() * (LATEST_KILL_MS - EARLIEST_KILL_MS);
    const timer = setTimeout(() => service.process.kill('SIGKILL'), killAfterMs);
    await this.#workUntilGone(service);
    clearTimeout(timer);
    return 'a random moment';
  }

  async #cutAt({ name, under, most, statement, when }: NamedCut): Promise<string> {
    const point: KillPoint = { statement, when, count: 1 + this.#dice.below(most) };
    if (under === 'import') return (await this.#imports.runUntilKilled(killingAt(point))) ? name : NO_CUT;
    if (under === 'restore') return this.#cutRestore(name, point);
    // What happens while it starts is the load's as well, so the point may come before it is ready.
    const service = await startOffice(this.#work, { env: killingAt(point) }).catch(() => null);
    if (service === null) return name;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      service.process.kill('SIGKILL');
    }, POINT_TIMEOUT_MS);
    if (under === 'rewrite') void this.#switchEncryption(service).catch(() => undefined);
    if (under === 'backup') void this.#backups.start(service).catch(() => undefined);
    await this.#workUntilGone(service);
    clearTimeout(timer);
    return isLate ? 'a random moment' : name;
  }

  async #cutRestore(name: string, point: KillPoint): Promise<string> {
    const { isKilled, problems } = await this.#backups.restoreUntilKilled(killingAt(point));
    this.problems.push(...problems);
    return isKilled ? name : NO_CUT;
  }

  async #switchEncryption(service: ServiceProcess): Promise<void> {
    const { calls, close } = await signInToConsole(service.ready.console, OFFICE.admin);
    // To the one state and to the other: whichever it is in, there is something to rewrite.
    const isOn = this.#dice.falls(0.5);
    for (const each of [isOn, !isOn]) await calls.encryption.switch({ isOn: each });
    close();
  }

  async #workUntilGone(service: ServiceProcess): Promise<void> {
    const ended = service.ended();
    const signal = new AbortController().signal;
    await this.#load.work(service, { signal, pause: () => Promise.resolve() });
    await ended;
  }

  /** Of a copy: the next start finds the folder as the cut left it. */
  async #audit(when: string) {
    const copy = await mkdtemp(join(tmpdir(), 'postroom-audit-'));
    try {
      await cp(this.#work.data, copy, { recursive: true });
      const snapshot = await takeSnapshot(copy);
      const problems = [...this.#load.auditAndSettle(snapshot), ...this.#imports.audit(snapshot)];
      this.problems.push(...problems.map((problem) => `${when}: ${problem}`));
      this.audited += snapshot.mailboxes.reduce((sum, { letters }) => sum + letters.length, 0);
      return snapshot;
    } finally {
      await rm(copy, { recursive: true });
    }
  }
}
