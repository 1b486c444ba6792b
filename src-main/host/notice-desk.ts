/**
 * NoticeDesk: tells once of each thing that has come to need the administrator, but not in quiet hours.
 *
 * Flow: what the overview shows as needing somebody → here, once a minute → console, tray. Invariants: what was there at the start is
 * not news; a thing is told again only after it was gone; what came in quiet hours is told when they end, if it is still so.
 */
import type { Cancel, Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { isQuiet, type QuietHours } from '../base/quiet-hours.ts';
import type { Notice } from '../contract/notices.ts';
import type { Attention } from '../contract/overview.ts';

const LOOK_MS = 60_000;
/** What a page that was away for a night shows at once. */
const MOST_KEPT = 20;

export interface NoticeDeskOptions {
  readonly look: () => Promise<Looked>;
  readonly quietHours: () => QuietHours | null;
  readonly clock: Clock;
  readonly makeId: () => string;
  readonly onError: (error: unknown) => void;
}

interface Looked {
  readonly attention: readonly Attention[];
  /** Recipients in the queue. */
  readonly waiting: number;
}

/** In a few numbers, as of the last look. */
export interface ServerState {
  readonly waiting: number;
  readonly errors: number;
  readonly warnings: number;
}

export class NoticeDesk {
  readonly #options: NoticeDeskOptions;
  readonly #told: Emitter<Notice>;
  #recent: readonly Notice[] = [];
  /** Names of what is so now and was told, or was there at the start. */
  #known: ReadonlySet<string> | null = null;
  #current: Looked = { attention: [], waiting: 0 };
  #cancel: Cancel = () => undefined;

  constructor(options: NoticeDeskOptions) {
    this.#options = options;
    this.#told = new Emitter(options.onError);
  }

  get onNotice() {
    return this.#told.subscribe;
  }

  recent(): readonly Notice[] {
    return this.#recent;
  }

  state(): ServerState {
    const { attention, waiting } = this.#current;
    const count = (wanted: Attention['severity']) =>
      attention.filter(({ severity }) => severity === wanted).length;
    return { waiting, errors: count('error'), warnings: count('warning') };
  }

  start(): void {
    this.look().catch(this.#options.onError);
    this.#cancel = this.#options.clock.after(LOOK_MS, () => this.start());
  }

  stop(): void {
    this.#cancel();
  }

  async look(): Promise<void> {
    this.#current = await this.#options.look();
    // Hints of a fresh set-up need nobody at once.
    const urgent = this.#current.attention.filter(({ severity }) => severity !== 'notice');
    const known = this.#known ?? new Set(urgent.map(nameOf));
    const news = urgent.filter((item) => !known.has(nameOf(item)));
    const told = news.filter((item) => !this.#mustWait(item));
    this.#known = new Set(urgent.filter((item) => !news.includes(item) || told.includes(item)).map(nameOf));
    for (const item of told) this.#tell(item);
  }

  #mustWait({ severity }: Attention): boolean {
    const quiet = this.#options.quietHours();
    if (quiet === null || !isQuiet(quiet, new Date(this.#options.clock.now()))) return false;
    return severity !== 'error' || quiet.holdsErrors;
  }

  #tell(item: Attention): void {
    const { clock, makeId } = this.#options;
    const notice = { id: makeId(), at: clock.now(), item };
    this.#recent = [...this.#recent, notice].slice(-MOST_KEPT);
    this.#told.emit(notice);
  }
}

/** What makes it another thing; figures that move do not. It is worse news when a warning becomes an error. */
function nameOf(item: Attention): string {
  const { kind, severity, ...facts } = item;
  const names = Object.entries(facts).filter(([, value]) => typeof value === 'string');
  return JSON.stringify([kind, severity, names]);
}
