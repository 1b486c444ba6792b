/**
 * SteeringJobs: orders to the queue, carried out whoever listens; each tells how far it is and can be stopped.
 *
 * Invariants: a job runs to its end, is stopped, or fails; what its commits changed stays changed. Only the newest job can
 * be undone, and the undoing changes exactly what it had changed.
 */
import { Emitter } from '../../base/emitter.ts';
import type { Logger } from '../../base/logger.ts';
import type { SteeringProgress } from '../../contract/queue.ts';
import type {
  BounceOrder,
  QueueDesk,
  RecipientEdit,
  SteeredPlace,
  SteeringOrder,
} from '../../mail/queue/port.ts';

export interface SteeringJobsOptions {
  readonly queue: Pick<QueueDesk, 'steer' | 'countLines'>;
  readonly logger: Logger;
}

/** Places are small, but an order may be about all there are. */
const MOST_UNDOABLE_PLACES = 200_000;

export type Order = SteeringOrder | BounceOrder;
/** `by` and `at` are those of whoever undoes. */
type Unsigned<Signed> = Signed extends unknown ? Omit<Signed, 'by' | 'at'> : never;

/** What undoes a job. */
export type Inverse =
  | { readonly kind: 'orders'; readonly orders: readonly Unsigned<SteeringOrder>[] }
  | { readonly kind: 'edit'; readonly edit: Unsigned<RecipientEdit> };

interface Job {
  progress: SteeringProgress;
  isStopped: boolean;
  readonly progressed: Emitter<void>;
}

export class SteeringJobs {
  readonly #queue: SteeringJobsOptions['queue'];
  readonly #logger: Logger;
  readonly #running = new Map<string, Job>();
  #undoable: { readonly job: string; readonly inverse: () => Inverse | null } | null = null;
  readonly #progressed = new Emitter<void>();
  /** After every commit of any job. */
  readonly onProgress = this.#progressed.subscribe;
  #lastNumber = 0;

  constructor({ queue, logger }: SteeringJobsOptions) {
    this.#queue = queue;
    this.#logger = logger;
  }

  /** Starts the job: orders one after another. The events end with it, and their reader may leave before. */
  async begin(...orders: readonly Order[]): Promise<AsyncGenerator<SteeringProgress, void, void>> {
    const counts = await Promise.all(orders.map((order) => this.#count(order)));
    const selected = counts.reduce((sum, each) => sum + each, 0);
    const job: Job = {
      progress: { job: this.#nextName(), state: 'running', changed: 0, selected },
      isStopped: false,
      progressed: new Emitter(),
    };
    this.#running.set(job.progress.job, job);
    void this.#run(job, orders).finally(() => this.#running.delete(job.progress.job));
    return follow(job);
  }

  stop(id: string): void {
    const job = this.#running.get(id);
    if (job !== undefined) job.isStopped = true;
  }

  /** An edit is done at once; answers its name, to undo it. */
  noteEdit(inverse: Unsigned<RecipientEdit>): string {
    const job = this.#nextName();
    this.#undoable = { job, inverse: () => ({ kind: 'edit', edit: inverse }) };
    this.#progressed.emit();
    return job;
  }

  /** What undoes the newest job; null for any other, and where there is no opposite. */
  inverseOf(id: string): Inverse | null {
    return this.#undoable?.job === id ? this.#undoable.inverse() : null;
  }

  #nextName(): string {
    return `steering-${String(++this.#lastNumber)}`;
  }

  async #count({ selection }: Order): Promise<number> {
    return selection.kind === 'places' ? selection.places.length : this.#queue.countLines(selection.filter);
  }

  async #run(job: Job, orders: readonly Order[]): Promise<void> {
    const changed: (readonly [Order, SteeredPlace])[] = [];
    this.#undoable = { job: job.progress.job, inverse: () => invert(changed) };
    try {
      for (const order of orders) await this.#carryOut(job, order, changed);
      this.#move(job, { state: job.isStopped ? 'stopped' : 'done' });
    } catch (error) {
      this.#logger.error('An order to the queue failed', { action: orders[0]?.action, error });
      this.#move(job, { state: 'failed' });
    }
  }

  async #carryOut(job: Job, order: Order, changed: (readonly [Order, SteeredPlace])[]): Promise<void> {
    if (job.isStopped) return;
    for await (const batch of this.#queue.steer(order)) {
      if (changed.length < MOST_UNDOABLE_PLACES) {
        for (const place of batch.changed) changed.push([order, place]);
      }
      this.#move(job, { changed: job.progress.changed + batch.changed.length });
      if (job.isStopped) return;
    }
  }

  #move(job: Job, change: Partial<SteeringProgress>): void {
    job.progress = { ...job.progress, ...change };
    job.progressed.emit();
    this.#progressed.emit();
  }
}

/** null where what was done has no opposite, or was too much to be remembered. */
function invert(changed: readonly (readonly [Order, SteeredPlace])[]): Inverse | null {
  if (changed.length === 0 || changed.length >= MOST_UNDOABLE_PLACES) return null;
  const actions = changed.map(([order, place]) => JSON.stringify(oppositeOf(order, place)));
  if (actions.includes('null')) return null;
  const places = Map.groupBy(changed.keys(), (index) => actions[index] ?? '');
  const orders = [...places].map(([action, indices]) => ({
    ...(JSON.parse(action) as NonNullable<ReturnType<typeof oppositeOf>>),
    selection: {
      kind: 'places' as const,
      places: indices.flatMap((index) => {
        const place = changed[index]?.[1];
        return place === undefined ? [] : [{ entryId: place.entryId, ordinal: place.ordinal }];
      }),
    },
  }));
  return { kind: 'orders', orders };
}

function oppositeOf(order: Order, { chosenBefore }: SteeredPlace) {
  switch (order.action) {
    case 'hold':
      return { action: 'release' as const };
    case 'release':
      return { action: 'hold' as const };
    case 'changeNextHop':
      return { action: 'changeNextHop' as const, nextHop: chosenBefore ?? null };
    case 'retryNow':
    case 'remove':
    case 'bounce':
      return null;
  }
}

/** The newest state whenever there is one that was not told yet. */
async function* follow(job: Job): AsyncGenerator<SteeringProgress, void, void> {
  let told: SteeringProgress | null = null;
  let wake: () => void = () => undefined;
  const unsubscribe = job.progressed.subscribe(() => wake());
  try {
    while (told?.state !== 'done' && told?.state !== 'stopped' && told?.state !== 'failed') {
      if (told === job.progress) await new Promise<void>((resolve) => (wake = resolve));
      told = job.progress;
      yield told;
    }
  } finally {
    unsubscribe();
  }
}
