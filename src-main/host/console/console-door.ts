/**
 * ConsoleDoor: counts wrong passwords, codes and tokens at the console, closes what has too many, and notes who came in.
 *
 * Flow: session and token handlers → here → SignInGuard and SignInLog, which page Sign-ins shows. Invariants: this machine is
 * counted as any other: a program of another user here may guess too; a name that nobody has costs as much.
 */
import type { Clock } from '../../base/clock.ts';
import type { SignInBlock, SignInGuardDesk, SignInNote } from '../../directory/sign-in/port.ts';
import { type AdmittedAttempt, SignInGuard } from '../../directory/sign-in/sign-in-guard.ts';

export interface ConsoleDoorOptions {
  readonly clock: Clock;
  readonly isAdministrator: (name: string) => boolean;
  readonly isKnownPlace: (name: string, address: string) => boolean;
  readonly note: (note: SignInNote) => void;
  readonly onBlock: (block: SignInBlock) => void;
  readonly onError: (error: unknown) => void;
}

export interface Comer {
  readonly name: string;
  readonly address: string;
  readonly method: SignInNote['method'];
}

/** What scripts and the first start are noted as; nobody's name, so nobody is locked out by guesses at them. */
export const TOKEN_NAME = '(API token)';
export const SETUP_NAME = '(setup token)';

/** A person signs in once at a time; what a program sends at once waits its turn and counts. */
const MOST_LOOKED_AT_OF_ADDRESS = 4;
/** Hashes under way for places that nobody signed in from: guesses leave the processors to honest users. */
const MOST_LOOKED_AT_OF_STRANGERS = 32;
const COME_AGAIN_MS = 1_000;

/** Tells these blocks from those of the mail doors. */
const PREFIX = 'console ';

export class ConsoleDoor implements SignInGuardDesk {
  readonly #options: ConsoleDoorOptions;
  readonly #guard: SignInGuard;
  /** Secrets being looked at, by address; those of strangers together. */
  readonly #lookedAt = new Map<string, number>();

  constructor(options: ConsoleDoorOptions) {
    const { clock, onBlock, onError } = options;
    this.#options = options;
    this.#guard = new SignInGuard({ clock, isExempt: () => false, onBlock, onError });
  }

  get onChange() {
    return this.#guard.onChange;
  }

  /** Looks at a secret where that may be done; a number: milliseconds to wait before more is looked at. */
  async admit<T>(comer: Comer, look: () => Promise<T | null>): Promise<T | null | { retryAfterMs: number }> {
    if (this.#isBusyWith(comer)) return { retryAfterMs: COME_AGAIN_MS };
    const attempt = this.#attempt(comer);
    if (attempt === null) {
      this.#note(comer, 'blocked');
      return { retryAfterMs: this.#retryAfterMs(comer) };
    }
    const found = await this.#look(comer, look).catch((error: unknown) => {
      attempt.dropped();
      throw error;
    });
    if (found === null) attempt.failed();
    else attempt.succeeded();
    this.#note(comer, found === null ? 'refused' : 'ok');
    return found;
  }

  listBlocks(): readonly SignInBlock[] {
    return this.#guard.listBlocks().map((block) => ({ ...block, id: PREFIX + block.id }));
  }

  unblock(id: string): boolean {
    return id.startsWith(PREFIX) && this.#guard.unblock(id.slice(PREFIX.length));
  }

  /** Before their number is known they would all slip through. */
  #isBusyWith(comer: Comer): boolean {
    if (comer.name === TOKEN_NAME) return false;
    if ((this.#lookedAt.get(comer.address) ?? 0) >= MOST_LOOKED_AT_OF_ADDRESS) return true;
    return !this.#isKnown(comer) && (this.#lookedAt.get('') ?? 0) >= MOST_LOOKED_AT_OF_STRANGERS;
  }

  async #look<T>(comer: Comer, look: () => Promise<T>): Promise<T> {
    const keys = this.#isKnown(comer) ? [comer.address] : [comer.address, ''];
    for (const key of keys) this.#count(key, 1);
    try {
      return await look();
    } finally {
      for (const key of keys) this.#count(key, -1);
    }
  }

  #count(key: string, by: number): void {
    const count = (this.#lookedAt.get(key) ?? 0) + by;
    if (count > 0) this.#lookedAt.set(key, count);
    else this.#lookedAt.delete(key);
  }

  #isKnown({ name, address }: Comer): boolean {
    return name === TOKEN_NAME || name === SETUP_NAME || this.#options.isKnownPlace(name, address);
  }

  #attempt(comer: Comer): AdmittedAttempt | null {
    const { name, address } = comer;
    const isKnownPlace = this.#isKnown(comer);
    return this.#guard.admit({
      ...{ remoteAddress: address, name, shownName: this.#shownName(comer), door: 'console', isKnownPlace },
    });
  }

  /** Of a name that no administrator has nothing is told: people type their password where the name should be. */
  #shownName({ name }: Comer): string {
    const isOurs = name === TOKEN_NAME || name === SETUP_NAME || this.#options.isAdministrator(name);
    return isOurs ? name : '';
  }

  #note(comer: Comer, outcome: SignInNote['outcome']): void {
    const { address, method } = comer;
    const name = this.#shownName(comer);
    this.#options.note({
      accountId: null,
      name,
      address,
      door: 'console',
      method,
      outcome,
      appPasswordId: null,
    });
  }

  #retryAfterMs(comer: Comer): number {
    const { address } = comer;
    const now = this.#options.clock.now();
    const ends = this.#guard
      .listBlocks()
      .filter(
        ({ kind, subject }) =>
          kind === 'network' || subject === this.#shownName(comer) || subject === address,
      )
      .map(({ until }) => until - now);
    return Math.max(0, ...ends);
  }
}
