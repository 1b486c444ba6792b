/**
 * TransferDesk: imports and exports that the console asked for: runs them, tells how far they are, cancels them.
 *
 * Invariants: files are read and written in one folder of the data folder only, so that who may sign in to the console may
 * not read or write any file of this machine; an account has one transfer at a time.
 */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { MailServer, TransferJob, TransferState } from '../contract/transfer.ts';
import type { Account } from '../directory/port.ts';
import type { MessageReceiver } from '../mail/content/message-receiver.ts';
import type { MailStore } from '../mail/mailstore/port.ts';
import { openImapSession, type ImapClientOptions } from '../protocol/imap/client/open-session.ts';
import { exportMail } from '../mail/transfer/export-mail.ts';
import { ImapSource } from '../mail/transfer/from/imap-source.ts';
import { openImportSource } from '../mail/transfer/from/open-import-source.ts';
import { importMail } from '../mail/transfer/import-mail.ts';
import type { FileFormat, ImportSource, TransferProgress, TransferReport } from '../mail/transfer/port.ts';

/** Finished ones that are still shown. */
const MOST_JOBS = 20;

export type TransferRefusal = 'transferUnderWay' | 'noSuchFile' | 'notMail' | 'invalidFileName';

export interface TransferDesk {
  /** The folder where files for imports are put and exports appear. */
  readonly folder: string;
  /** Names of files and folders in it. */
  listPlaces(): Promise<readonly string[]>;
  /** The path of one of them. */
  findPlace(name: string): Promise<Result<string, 'noSuchFile' | 'invalidFileName'>>;
  startExport(account: Account, format: FileFormat): Result<TransferJob, TransferRefusal>;
  startImport(account: Account, name: string): Promise<Result<TransferJob, TransferRefusal>>;
  /** Brings everything over from another server. */
  startPull(account: Account, server: MailServer): Result<TransferJob, TransferRefusal>;
  cancel(jobId: string): void;
  /** Newest first. */
  list(): readonly TransferJob[];
  readonly onChange: Emitter<void>['subscribe'];
  /** Ends what is under way; resolves when nothing is. */
  stop(): Promise<void>;
}

export interface TransferDeskOptions {
  readonly dataFolder: string;
  readonly mailStore: MailStore;
  readonly receiver: MessageReceiver;
  readonly clock: Clock;
  /** How other servers are reached. */
  readonly imap: ImapClientOptions;
  readonly logger: Logger;
}

interface RunOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TransferProgress) => void;
}

interface Order {
  readonly kind: TransferJob['kind'];
  readonly account: Account;
  readonly format: TransferJob['format'];
  readonly place: string;
  readonly run: (options: RunOptions) => Promise<TransferReport>;
}

const NOTHING_YET: TransferProgress = {
  mailbox: '',
  messages: 0,
  skipped: 0,
  failed: 0,
  octets: 0,
  totalMessages: null,
  totalOctets: null,
};

export function createTransferDesk(options: TransferDeskOptions): TransferDesk {
  return new FolderTransferDesk(options);
}

class FolderTransferDesk implements TransferDesk {
  readonly folder: string;
  readonly #options: TransferDeskOptions;
  readonly #changed: Emitter<void>;
  readonly #jobs = new Map<string, TransferJob>();
  readonly #running = new Map<string, { readonly stop: AbortController; readonly done: Promise<void> }>();
  #lastNumber = 0;

  constructor(options: TransferDeskOptions) {
    this.#options = options;
    this.folder = join(options.dataFolder, 'transfer');
    this.#changed = new Emitter((error) => options.logger.error('a transfer feed failed', { error }));
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  async listPlaces(): Promise<readonly string[]> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    return (await readdir(this.folder)).filter((name) => !name.startsWith('.')).sort();
  }

  startExport(account: Account, format: FileFormat): Result<TransferJob, TransferRefusal> {
    const { mailStore, clock } = this.#options;
    const stamp = new Date(clock.now()).toISOString().slice(0, 19).replaceAll(':', '-');
    const place = `${account.address.replaceAll(/[^\w.@+-]/gu, '_')} ${stamp}${format === 'zip' ? '.zip' : ` ${format}`}`;
    const path = join(this.folder, place);
    const run = async (run: RunOptions) => {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      return exportMail({ ...run, path, format, accountId: account.id, mailStore, clock });
    };
    return this.#start({ kind: 'export', account, format, place, run });
  }

  async findPlace(name: string): Promise<Result<string, 'noSuchFile' | 'invalidFileName'>> {
    // A name of this folder, and nothing that leads elsewhere.
    if (/[/\\]|^\.+$/u.test(name)) return err('invalidFileName');
    return (await this.listPlaces()).includes(name) ? ok(join(this.folder, name)) : err('noSuchFile');
  }

  async startImport(account: Account, name: string): Promise<Result<TransferJob, TransferRefusal>> {
    const path = await this.findPlace(name);
    if (!path.ok) return path;
    const source = await openImportSource({
      path: path.value,
      format: null,
      mboxVariant: 'auto',
      scratchFolder: this.folder,
    });
    if (!source.ok) return err('notMail');
    const run = (run: RunOptions) => this.#import(account, source.value, run);
    return this.#start({ kind: 'import', account, format: source.value.format, place: name, run });
  }

  startPull(account: Account, server: MailServer): Result<TransferJob, TransferRefusal> {
    const { user, password, ...target } = server;
    const run = async (run: RunOptions) => {
      const session = await openImapSession(
        { ...target, credentials: { user, password } },
        this.#options.imap,
      );
      run.signal.addEventListener('abort', () => session.abort());
      return this.#import(account, await ImapSource.open(session), run);
    };
    return this.#start({ kind: 'import', account, format: 'imap', place: `${user} (${server.host})`, run });
  }

  #import(account: Account, source: ImportSource, run: RunOptions): Promise<TransferReport> {
    const { mailStore, receiver, clock } = this.#options;
    return importMail({ ...run, source, accountId: account.id, mailStore, receiver, clock });
  }

  cancel(jobId: string): void {
    this.#running.get(jobId)?.stop.abort();
  }

  list(): readonly TransferJob[] {
    return [...this.#jobs.values()].reverse();
  }

  async stop(): Promise<void> {
    const running = [...this.#running.values()];
    for (const { stop } of running) stop.abort();
    await Promise.all(running.map(({ done }) => done));
  }

  #start({ kind, account, format, place, run }: Order): Result<TransferJob, TransferRefusal> {
    if (this.#isBusy(account)) return err('transferUnderWay');
    const id = String(++this.#lastNumber);
    const { id: accountId, address } = account;
    const facts = { id, kind, accountId, address, format, place, startedAt: this.#options.clock.now() };
    const job: TransferJob = {
      ...facts,
      state: 'running',
      reason: null,
      progress: NOTHING_YET,
      problems: [],
    };
    this.#show(job);
    const stop = new AbortController();
    const onProgress = (progress: TransferProgress) => this.#show({ ...job, progress });
    const done = run({ signal: stop.signal, onProgress })
      .catch(reportOfFailure)
      .then((report) => this.#finish(job, report));
    this.#running.set(id, { stop, done });
    return ok(job);
  }

  #isBusy(account: Account): boolean {
    return this.list().some((job) => job.accountId === account.id && job.state === 'running');
  }

  #finish(job: TransferJob, { end, progress, problems }: TransferReport): void {
    const state: TransferState = end.kind;
    const reason = end.kind === 'failed' ? end.reason : null;
    this.#running.delete(job.id);
    this.#show({ ...job, state, reason, progress, problems });
    this.#options.logger.info(`${job.kind} ended`, {
      account: job.address,
      place: job.place,
      ...end,
      ...progress,
    });
    for (const old of this.list().slice(MOST_JOBS)) if (old.state !== 'running') this.#jobs.delete(old.id);
  }

  #show(job: TransferJob): void {
    this.#jobs.set(job.id, job);
    this.#changed.emit();
  }
}

/** A transfer that could not even begin, because the store failed. */
function reportOfFailure(error: unknown): TransferReport {
  const reason = error instanceof Error ? error.message : String(error);
  return { end: { kind: 'failed', reason }, progress: NOTHING_YET, problems: [] };
}
