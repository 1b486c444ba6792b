/** A transfer desk that moves nothing: jobs are what the test or the picture puts there. */
import { Emitter } from '../../src-main/base/emitter.ts';
import { err, ok, type Result } from '../../src-main/base/result.ts';
import type { FileFormat, MailServer, TransferJob } from '../../src-main/contract/transfer.ts';
import type { Account } from '../../src-main/directory/port.ts';
import type { TransferDesk, TransferRefusal } from '../../src-main/host/transfer-desk.ts';

export class WorldTransferDesk implements TransferDesk {
  readonly folder = '/var/lib/postroom/transfer';
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.subscribe;
  readonly jobs: TransferJob[] = [];
  places: string[] = ['old-server.mbox', 'Maildir'];

  listPlaces(): Promise<readonly string[]> {
    return Promise.resolve(this.places);
  }

  findPlace(name: string): Promise<Result<string, 'noSuchFile'>> {
    return Promise.resolve(this.places.includes(name) ? ok(`${this.folder}/${name}`) : err('noSuchFile'));
  }

  startExport(account: Account, format: FileFormat): Result<TransferJob, TransferRefusal> {
    return this.#start(account, { kind: 'export', format, place: `${account.address} ${format}` });
  }

  startImport(account: Account, name: string): Promise<Result<TransferJob, TransferRefusal>> {
    if (!this.places.includes(name)) return Promise.resolve(err('noSuchFile'));
    return Promise.resolve(this.#start(account, { kind: 'import', format: 'mbox', place: name }));
  }

  startPull(account: Account, { user, host }: MailServer): Result<TransferJob, TransferRefusal> {
    return this.#start(account, { kind: 'import', format: 'imap', place: `${user} (${host})` });
  }

  cancel(jobId: string): void {
    this.change(jobId, { state: 'cancelled' });
  }

  list(): readonly TransferJob[] {
    return [...this.jobs].reverse();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  /** Lets a job come to where the test wants it. */
  change(jobId: string, change: Partial<TransferJob>): void {
    const at = this.jobs.findIndex(({ id }) => id === jobId);
    const job = this.jobs[at];
    if (job !== undefined) this.jobs[at] = { ...job, ...change };
    this.#changed.emit();
  }

  #start(
    { id: accountId, address }: Account,
    order: Pick<TransferJob, 'kind' | 'format' | 'place'>,
  ): Result<TransferJob, TransferRefusal> {
    if (this.jobs.some((job) => job.accountId === accountId && job.state === 'running'))
      return err('transferUnderWay');
    const counts = { messages: 1200, skipped: 3, failed: 0, octets: 40_000_000 };
    const progress = { mailbox: 'INBOX', ...counts, totalMessages: null, totalOctets: 100_000_000 };
    const facts = { id: String(this.jobs.length + 1), accountId, address, startedAt: 0 };
    const job: TransferJob = { ...facts, ...order, state: 'running', reason: null, progress, problems: [] };
    this.jobs.push(job);
    this.#changed.emit();
    return ok(job);
  }
}
