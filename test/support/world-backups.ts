/** Backups that do nothing: what they show is what the test or the picture puts there. */
import { Emitter } from '../../src-main/base/emitter.ts';
import type { BackupJobView, BrowsedAccount, BrowsedMessage } from '../../src-main/contract/backups.ts';
import type { BackupConsole } from '../../src-main/host/backups/console-port.ts';
import { DEFAULT_BACKUPS, type BackupRunRow, type BackupSettings } from '../../src-main/host/backups/port.ts';
import type { KnownSnapshots } from '../../src-main/host/backups/backup-desk.ts';

export const WORLD_RECOVERY_KEY = '7BZF-88QC-JND0-W0CQ-GG48-PEQP-ZNEP-VGB0-S854-E13H-TTA6-R6C4-SQ9G-8B9X';

export class WorldBackups implements BackupConsole {
  readonly #changed = new Emitter<void>();
  settings: BackupSettings = DEFAULT_BACKUPS;
  runs: readonly BackupRunRow[] = [];
  known: KnownSnapshots = { snapshots: null, trouble: null, freeOctets: null };
  job: BackupJobView | null = null;
  held = 0;
  next: number | null = null;
  opened: { id: string; at: number } | null = null;
  browsed: readonly BrowsedAccount[] = [];
  found: readonly BrowsedMessage[] = [];
  readonly asked: string[] = [];

  readonly desk: BackupConsole['desk'];
  readonly browse: BackupConsole['browse'];

  constructor() {
    this.desk = this.#createDesk();
    this.browse = this.#createBrowse();
  }

  nextAt = (): number | null => this.next;
  countHeld = (): number => this.held;

  /** Lets the page see what was put here. */
  tell(): void {
    this.#changed.emit();
  }

  #createDesk(): BackupConsole['desk'] {
    const world = this;
    return {
      onChange: this.#changed.subscribe,
      get settings() {
        return world.settings;
      },
      get runs() {
        return world.runs;
      },
      get known() {
        return world.known;
      },
      isRestartDue: false,
      get title() {
        const { place } = world.settings;
        return place?.kind === 'folder' ? place.path : (place?.bucket ?? '');
      },
      slot: {
        get view() {
          return world.job;
        },
        cancel: () => world.#show({ job: null }),
      },
      lastBackupAt: () => world.runs.find(({ outcome }) => outcome === 'done')?.startedAt ?? null,
      lastTrialAt: () => world.runs.find(({ report }) => report.trialFindings !== null)?.endedAt ?? null,
      lastFailure: () => world.runs.find(({ outcome }) => outcome === 'failed') ?? null,
      setPlace: (place) => {
        const isNew = world.settings.recoverySecret === null;
        world.#show({ settings: { ...world.settings, place, recoverySecret: WORLD_RECOVERY_KEY } });
        return Promise.resolve({
          trouble: null,
          recoveryKey: isNew ? WORLD_RECOVERY_KEY : null,
          snapshots: 0,
        });
      },
      change: (change) => Promise.resolve(world.#show({ settings: { ...world.settings, ...change } })),
      look: () => Promise.resolve(),
      backUp: () => world.#ask('backup'),
      verify: () => world.#ask('verify'),
      remove: (id) => Promise.resolve(world.#ask(`remove ${id}`)),
      restoreAll: (id) => world.#ask(`restore ${id}`),
      findAt: () => Promise.resolve({ trouble: null, snapshots: world.known.snapshots ?? [] }),
      restoreFrom: ({ place }, id) => world.#ask(`restore ${id} from a ${place.kind}`),
    };
  }

  #createBrowse(): BackupConsole['browse'] {
    const world = this;
    return {
      get open() {
        return world.opened;
      },
      openSnapshot: (id) => {
        world.#show({ opened: { id, at: 0 } });
        return Promise.resolve(null);
      },
      close: () => Promise.resolve(world.#show({ opened: null })),
      accounts: () => Promise.resolve(world.browsed),
      messages: () => Promise.resolve({ messages: world.found, before: null }),
      restoreMail: (order) => Promise.resolve(world.#ask(`mail ${order.accountId}`)),
    };
  }

  #ask(what: string): null {
    this.asked.push(what);
    return null;
  }

  #show(change: Partial<Pick<WorldBackups, 'job' | 'settings' | 'opened'>>): void {
    Object.assign(this, change);
    this.tell();
  }
}
