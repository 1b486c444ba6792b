/** A move-in that moves nothing: what will come and how far it is are what the test or the picture puts there. */
import { Emitter } from '../../src-main/base/emitter.ts';
import { err, ok } from '../../src-main/base/result.ts';
import type { MoveInJob, MoveInPreview, MoveInSource } from '../../src-main/contract/move-in.ts';
import type { MoveInDesk } from '../../src-main/host/move-in/move-in-desk.ts';
import type { WorldTransferDesk } from './world-transfer-desk.ts';

export class WorldMoveIn implements MoveInDesk {
  readonly #transfers: WorldTransferDesk;
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.subscribe;
  readonly asked: MoveInSource[] = [];
  job: MoveInJob | null = null;
  plan: MoveInPreview = { kind: 'plan', items: [] };
  /** What a start begins with. */
  started: MoveInJob = {
    ...{ from: 'hmailserver', place: 'hmailserver-backup', round: 1, state: 'running', reason: null },
    ...{ startedAt: 0, endedAt: null, accounts: [], left: [] },
  };

  constructor(transfers: WorldTransferDesk) {
    this.#transfers = transfers;
  }

  view = () =>
    Promise.resolve({ folder: this.#transfers.folder, places: this.#transfers.places, job: this.job });

  preview = (source: MoveInSource) => {
    this.asked.push(source);
    return Promise.resolve(ok(this.plan));
  };

  start = (source: MoveInSource) => {
    if (this.job?.endedAt === null) return Promise.resolve(err('moveInUnderWay' as const));
    this.put({ ...this.started, from: source.from, startedAt: Date.now() });
    return Promise.resolve(ok(undefined));
  };

  catchUp = () => {
    const { job } = this;
    if (job === null) return Promise.resolve(err('nothingChosen' as const));
    this.put({ ...job, round: job.round + 1, state: 'running', endedAt: null });
    return Promise.resolve(ok(undefined));
  };

  cancel = (): void => {
    if (this.job !== null) this.put({ ...this.job, state: 'cancelled', endedAt: Date.now() });
  };

  finish = () => Promise.resolve(this.put(null));
  stop = () => Promise.resolve();

  /** Lets it come to where the test wants it. */
  put(job: MoveInJob | null): void {
    this.job = job;
    this.#changed.emit();
  }
}
