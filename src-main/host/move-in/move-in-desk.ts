/**
 * MoveInDesk: a move-in that the console asked for: plans it, runs it, tells how far it is, cancels it, catches up.
 *
 * Flow: console → here → make-plan.ts, carry-out.ts. Invariants: one at a time, and none beside other transfers; backups are read in the
 * transfer folder only (transfer-desk.ts); passwords of a list are in memory only, from the start until somebody finishes the job or the
 * server stops; who closes the page stops nothing.
 */
import { Emitter } from '../../base/emitter.ts';
import type { Logger } from '../../base/logger.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { MoveInJob, MoveInPreview, MoveInSource, MoveInView } from '../../contract/move-in.ts';
import type { TransferDesk } from '../transfer-desk.ts';
import { bringMail, setUp } from './carry-out.ts';
import { makePlan, type MoveInOrigin, type PlanMeans } from './make-plan.ts';
import { advanced, begun, ended, waiting } from './moving-mailbox.ts';
import { isLeft, type MoveInPlan } from './plan.ts';

export type MoveInRefusal =
  'moveInUnderWay' | 'noSuchFile' | 'invalidFileName' | 'changedMeanwhile' | 'nothingChosen';

export interface MoveInDesk {
  view(): Promise<MoveInView>;
  /** Writes nothing. */
  preview(source: MoveInSource): Promise<Result<MoveInPreview, MoveInRefusal>>;
  start(source: MoveInSource): Promise<Result<void, MoveInRefusal>>;
  /** From the same place again. */
  catchUp(): Promise<Result<void, MoveInRefusal>>;
  cancel(): void;
  /** Forgets the job and what it was told; cancels what is under way. */
  finish(): Promise<void>;
  readonly onChange: Emitter<void>['subscribe'];
  /** Ends what is under way; resolves when nothing is. */
  stop(): Promise<void>;
}

export interface MoveInDeskOptions extends PlanMeans {
  readonly transfers: Pick<TransferDesk, 'folder' | 'listPlaces' | 'findPlace' | 'list'>;
  readonly logger: Logger;
}

interface Order {
  readonly origin: MoveInOrigin;
  readonly place: string;
  readonly round: number;
}

interface Run {
  readonly stop: AbortController;
  done: Promise<void>;
}

export class HostMoveInDesk implements MoveInDesk {
  readonly #options: MoveInDeskOptions;
  readonly #changed: Emitter<void>;
  #order: Order | null = null;
  #job: MoveInJob | null = null;
  #run: Run | null = null;

  constructor(options: MoveInDeskOptions) {
    this.#options = options;
    this.#changed = new Emitter((error) => options.logger.error('a feed of a move-in failed', { error }));
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  async view(): Promise<MoveInView> {
    const { transfers } = this.#options;
    return { folder: transfers.folder, places: await transfers.listPlaces(), job: this.#job };
  }

  async preview(source: MoveInSource): Promise<Result<MoveInPreview, MoveInRefusal>> {
    const origin = await this.#originOf(source);
    if (!origin.ok) return origin;
    const plan = await makePlan(origin.value, this.#options);
    return ok(plan.ok ? { kind: 'plan', items: plan.value.items } : plan.error);
  }

  async start(source: MoveInSource): Promise<Result<void, MoveInRefusal>> {
    const origin = await this.#originOf(source);
    if (!origin.ok) return origin;
    const place = source.from === 'hmailserver' ? source.place : '';
    return this.#begin({ origin: origin.value, place, round: 1 });
  }

  catchUp(): Promise<Result<void, MoveInRefusal>> {
    const order = this.#order;
    if (order === null) return Promise.resolve(err('nothingChosen'));
    return this.#begin({ ...order, round: order.round + 1 });
  }

  cancel(): void {
    this.#run?.stop.abort();
  }

  async finish(): Promise<void> {
    await this.stop();
    this.#order = null;
    this.#job = null;
    this.#changed.emit();
  }

  async stop(): Promise<void> {
    this.cancel();
    await this.#run?.done;
  }

  async #originOf(source: MoveInSource): Promise<Result<MoveInOrigin, MoveInRefusal>> {
    if (source.from === 'servers') return ok(source);
    const { transfers } = this.#options;
    const path = await transfers.findPlace(source.place);
    if (!path.ok) return path;
    const mailFolder = source.mailPlace === null ? ok(null) : await transfers.findPlace(source.mailPlace);
    if (!mailFolder.ok) return mailFolder;
    return ok({ from: 'hmailserver', path: path.value, mailFolder: mailFolder.value });
  }

  async #begin(order: Order): Promise<Result<void, MoveInRefusal>> {
    const isBusy = this.#options.transfers.list().some(({ state }) => state === 'running');
    if (this.#run !== null || isBusy) return err('moveInUnderWay');
    const run: Run = { stop: new AbortController(), done: Promise.resolve() };
    this.#run = run;
    try {
      const plan = await makePlan(order.origin, this.#options);
      if (!plan.ok || run.stop.signal.aborted) {
        this.#run = null;
        return err('changedMeanwhile');
      }
      this.#order = order;
      this.#job = this.#newJob(order, plan.value);
      this.#changed.emit();
      run.done = this.#carryOut(plan.value, run.stop.signal);
      return ok(undefined);
    } catch (error) {
      this.#run = null;
      throw error;
    }
  }

  #newJob({ origin, place, round }: Order, { jobs, items }: MoveInPlan): MoveInJob {
    return {
      ...{ from: origin.from, place, round },
      startedAt: this.#options.office.clock.now(),
      endedAt: null,
      state: 'settingUp',
      reason: null,
      accounts: jobs.map(waiting),
      left: items.filter(isLeft),
    };
  }

  async #carryOut(plan: MoveInPlan, signal: AbortSignal): Promise<void> {
    const { logger, office } = this.#options;
    logger.info('move-in begins', { accounts: plan.jobs.length });
    const end = await this.#bring(plan, signal).catch((error: unknown) => {
      logger.error('a move-in failed', { error });
      return { state: 'failed', reason: error instanceof Error ? error.message : String(error) } as const;
    });
    this.#run = null;
    this.#show({ ...end, endedAt: office.clock.now() });
    logger.info('move-in ended', { state: end.state });
  }

  async #bring(plan: MoveInPlan, signal: AbortSignal): Promise<Pick<MoveInJob, 'state' | 'reason'>> {
    const { office } = this.#options;
    const made = await setUp(plan, office);
    if (!made.ok) return { state: 'failed', reason: made.error };
    this.#show({ state: 'running' });
    await bringMail(plan.jobs, office, {
      signal,
      onBegin: (address) => this.#update(address, begun),
      onProgress: (address, progress) => this.#update(address, (before) => advanced(before, progress)),
      onAccount: (address, outcome) => this.#update(address, (before) => ended(before, outcome)),
    });
    return { state: signal.aborted ? 'cancelled' : 'done', reason: null };
  }

  #update(address: string, change: (before: MoveInJob['accounts'][number]) => MoveInJob['accounts'][number]) {
    const accounts = this.#job?.accounts ?? [];
    this.#show({ accounts: accounts.map((each) => (each.address === address ? change(each) : each)) });
  }

  #show(change: Partial<MoveInJob>): void {
    if (this.#job === null) return;
    this.#job = { ...this.#job, ...change };
    this.#changed.emit();
  }
}
