/**
 * SteeringJobs: orders to the queue, carried out whoever listens; each tells how far it is and can be stopped.
 *
 * Invariants: an order is one job and runs to its end, is stopped, or fails; what its commits changed stays changed.
 */
import { Emitter } from '../../base/emitter.ts';
import type { Logger } from '../../base/logger.ts';
import type { SteeringProgress } from '../../contract/queue.ts';
import type { QueuePlace, QueueSteering, SteeringOrder } from '../../mail/queue/port.ts';

export interface SteeringJobsOptions {
  readonly steering: QueueSteering;
  readonly logger: Logger;
}

/** Places are small, but an order may be about all there are. */
const MOST_UNDOABLE_PLACES = 200_000;

interface Undoable {
  readonly job: string;
  readonly action: 'hold' | 'release';
  readonly places: QueuePlace[];
}

interface Job {
  progress: SteeringProgress;
  isStopped: boolean;
  readonly progressed: Emitter<void>;
}

export class SteeringJobs {
  readonly #steering: QueueSteering;
  readonly #logger: Logger;
  readonly #running = new Map<string, Job>();
  #undoable: Undoable | null = null;
  readonly #progressed = new Emitter<void>();
  /** After every commit of any job. */
  readonly onProgress = this.#progressed.subscribe;
  #lastNumber = 0;

  constructor({ steering, logger }: SteeringJobsOptions) {
    this.#steering = steering;
    this.#logger = logger;
  }

  /** Starts the job; the events end with it, and their reader may leave before. */
  async begin(order: SteeringOrder): Promise<AsyncGenerator<SteeringProgress, void, void>> {
    const { selection } = order;
    const selected =
      selection.kind === 'places'
        ? selection.places.length
        : await this.#steering.countLines(selection.filter);
    const id = `steering-${String(++this.#lastNumber)}`;
    const job: Job = {
      progress: { job: id, state: 'running', changed: 0, selected },
      isStopped: false,
      progressed: new Emitter(),
    };
    this.#running.set(id, job);
    void this.#run(job, order).finally(() => this.#running.delete(id));
    return follow(job);
  }

  stop(id: string): void {
    const job = this.#running.get(id);
    if (job !== undefined) job.isStopped = true;
  }

  /** What undoes the newest hold or release; null for any other job. */
  inverseOf(id: string): Pick<SteeringOrder, 'action' | 'selection'> | null {
    if (this.#undoable?.job !== id) return null;
    const { action, places } = this.#undoable;
    return { action: action === 'hold' ? 'release' : 'hold', selection: { kind: 'places', places } };
  }

  async #run(job: Job, order: SteeringOrder): Promise<void> {
    const { action } = order;
    const places: QueuePlace[] = [];
    if (action === 'hold' || action === 'release') this.#undoable = { job: job.progress.job, action, places };
    try {
      for await (const batch of this.#steering.steer(order)) {
        this.#remember(places, batch.changed);
        this.#move(job, { changed: job.progress.changed + batch.changed.length });
        if (job.isStopped) break;
      }
      this.#move(job, { state: job.isStopped ? 'stopped' : 'done' });
    } catch (error) {
      this.#logger.error('An order to the queue failed', { action: order.action, error });
      this.#move(job, { state: 'failed' });
    }
  }

  #remember(places: QueuePlace[], changed: readonly QueuePlace[]): void {
    if (this.#undoable?.places !== places) return;
    places.push(...changed);
    if (places.length > MOST_UNDOABLE_PLACES) this.#undoable = null;
  }

  #move(job: Job, change: Partial<SteeringProgress>): void {
    job.progress = { ...job.progress, ...change };
    job.progressed.emit();
    this.#progressed.emit();
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
