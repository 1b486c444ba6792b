/**
 * DiskWatch: knows whether the disk has room for new mail.
 *
 * Flow: host → here → submission, reception and APPEND ask at each message. Invariants: new mail is refused while there is
 * still room to delete, record and read: a disk that is filled to the last octet lets nobody tidy up.
 */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';

/** What deletions, flags and timelines of some hours need. */
export const RESERVED_OCTETS = 16 * 1024 * 1024;
/** Messages are let in on a figure at most this old: some 2 MiB at full speed, far less than the reserve. */
const FRESH_MS = 50;

export interface DiskWatchOptions {
  /** Octets free on the disk of the data folder. */
  readonly freeOctets: () => Promise<number>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class DiskWatch {
  readonly #options: DiskWatchOptions;
  #hasRoom = true;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(options: DiskWatchOptions) {
    this.#options = options;
  }

  /** What was found last; asks anew, for the next message, where that is no longer fresh. */
  readonly hasRoom = (): boolean => {
    if (this.#options.clock.now() - this.#lookedAt > FRESH_MS) void this.look();
    return this.#hasRoom;
  };

  /** Looks at the disk; never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#measure().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #measure(): Promise<void> {
    const { clock, freeOctets, logger } = this.#options;
    try {
      const free = await freeOctets();
      const hasRoom = free > RESERVED_OCTETS;
      if (hasRoom !== this.#hasRoom) {
        logger.warn(hasRoom ? 'the disk has room again' : 'the disk is nearly full: new mail is refused', {
          free,
        });
      }
      this.#hasRoom = hasRoom;
      this.#lookedAt = clock.now();
    } catch (error) {
      logger.error('cannot tell how full the disk is', { error });
    }
  }
}
