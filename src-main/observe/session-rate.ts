/**
 * Session rate: how many sessions begin in a second, and which of them are shown live and kept.
 *
 * Invariants: what was shown or left out is counted, so that the page can say it.
 */

/** More than anybody can read; a page that hears of so many a second stays responsive. */
const MOST_SHOWN_A_SECOND = 50;
/** Of those beyond what the settings allow. */
const KEPT_ONE_OF = 10;
const SECOND_MS = 1_000;

export class SessionRate {
  /** Of the last whole second. */
  perSecond = 0;
  leftOut = 0;
  #second = 0;
  #begun = 0;
  #closed = 0;

  /** One of so many is shown. */
  get shownOneOf(): number {
    return Math.max(1, Math.ceil(this.perSecond / MOST_SHOWN_A_SECOND));
  }

  /** A session begins: whether it is shown as it goes on. */
  begin(now: number): boolean {
    this.#turn(now);
    return this.#begun++ % this.shownOneOf === 0;
  }

  /** A session that carried nothing has ended: whether it is kept, where so many a second are (0: all). */
  keeps(now: number, mostPerSecond: number): boolean {
    this.#turn(now);
    this.#closed++;
    const isKept = mostPerSecond === 0 || this.#closed <= mostPerSecond || this.#closed % KEPT_ONE_OF === 0;
    if (!isKept) this.leftOut++;
    return isKept;
  }

  #turn(now: number): void {
    const second = Math.floor(now / SECOND_MS);
    if (second === this.#second) return;
    this.perSecond = second === this.#second + 1 ? this.#begun : 0;
    this.#second = second;
    this.#begun = 0;
    this.#closed = 0;
  }

  /** So that a quiet server does not show the last busy second. */
  look(now: number): this {
    this.#turn(now);
    return this;
  }
}
