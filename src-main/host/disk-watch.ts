/**
 * DiskWatch: knows whether the disk has room for new mail.
 *
 * Flow: host → here → submission, reception and APPEND ask at each message. Invariants: new mail is refused while there is
 * still room to delete, record and read: a disk that is filled to the last octet lets nobody tidy up.
 */
import type { Cancel, Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';

/** What deletions, flags and timelines of some hours need. */
export const RESERVED_OCTETS = 16 * 1024 * 1024;
/** At full speed some 50 MiB arrive in this time, so the last of them may still meet a full disk: they are refused then. */
const INTERVAL_MS = 1_000;

export interface DiskWatchOptions {
  /** Octets free on the disk of the data folder. */
  readonly freeOctets: () => Promise<number>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class DiskWatch {
  readonly #options: DiskWatchOptions;
  #hasRoom = true;
  #cancel: Cancel = () => undefined;
  #isStopped = false;

  constructor(options: DiskWatchOptions) {
    this.#options = options;
  }

  readonly hasRoom = (): boolean => this.#hasRoom;

  /** Looks now and every second; resolves after the first look. */
  async start(): Promise<void> {
    await this.#look();
    if (this.#isStopped) return;
    this.#cancel = this.#options.clock.after(INTERVAL_MS, () => void this.start());
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  async #look(): Promise<void> {
    const { freeOctets, logger } = this.#options;
    try {
      const free = await freeOctets();
      const hasRoom = free > RESERVED_OCTETS;
      if (hasRoom !== this.#hasRoom) {
        logger.warn(hasRoom ? 'the disk has room again' : 'the disk is nearly full: new mail is refused', {
          free,
        });
      }
      this.#hasRoom = hasRoom;
    } catch (error) {
      logger.error('cannot tell how full the disk is', { error });
    }
  }
}
