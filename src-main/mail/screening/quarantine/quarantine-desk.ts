/**
 * QuarantineDesk: what is kept apart, as administrators steer it: look at it, release it and learn, delete it; what is over goes.
 *
 * Flow: console → here → QuarantineStore, Trainer. Invariants: a message is shown as words only; orders are many bounded commits, each
 * with its events; nothing leaves unseen.
 */
import type { Cancel, Clock } from '../../../base/clock.ts';
import { Emitter } from '../../../base/emitter.ts';
import { fieldBody } from '../../../format/header-section.ts';
import { decodeEncodedWords } from '../../../format/encoded-word.ts';
import { octetsOfStored } from '../../content/octets-of.ts';
import type { ContentReader } from '../../content/port.ts';
import type { Finding } from '../../verdict.ts';
import type { Trainer } from '../bayes/trainer.ts';
import { readAttachments } from '../content/attachments.ts';
import { readMessageText } from '../content/message-text.ts';
import { OFFICE } from '../store-port.ts';
import type { QuarantinedMessage, QuarantineFilter, QuarantineOrder, QuarantineStore } from './port.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** What a person reads of a suspicious message. */
const MOST_SHOWN_CHARACTERS = 20_000;
const MOST_SHOWN_LINKS = 50;

export interface QuarantinedContent {
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly text: string;
  readonly attachments: readonly string[];
  readonly links: readonly string[];
  readonly findings: readonly Finding[];
}

export interface ReleaseTerms {
  /** The administrator, or the account's own address, for the timeline. */
  readonly by: string;
  /** Whether it teaches what is no junk. */
  readonly learns: boolean;
}

export interface QuarantineDeskOptions {
  readonly store: QuarantineStore;
  readonly content: ContentReader;
  readonly trainer: Pick<Trainer, 'teach'>;
  readonly keepDays: () => number;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

export class QuarantineDesk {
  readonly #options: QuarantineDeskOptions;
  readonly #changed: Emitter<void>;
  readonly #queued: Emitter<void>;
  #cancel: Cancel = () => undefined;

  constructor(options: QuarantineDeskOptions) {
    this.#options = options;
    this.#changed = new Emitter(options.onError);
    this.#queued = new Emitter(options.onError);
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  /** Something that was released waits in the queue for its way. */
  get onQueued() {
    return this.#queued.subscribe;
  }

  list(
    filter: QuarantineFilter,
    page: { offset: number; limit: number },
  ): Promise<readonly QuarantinedMessage[]> {
    return this.#options.store.list(filter, page);
  }

  count(filter: QuarantineFilter): Promise<number> {
    return this.#options.store.count(filter);
  }

  expiresAt({ keptAt }: QuarantinedMessage): number {
    return keptAt + this.#options.keepDays() * DAY_MS;
  }

  /** Words only. Null where it has left. */
  async read(id: number): Promise<QuarantinedContent | null> {
    const [message] = await this.#options.store.list({ ids: [id] }, { offset: 0, limit: 1 });
    if (message === undefined) return null;
    const octets = await octetsOfStored(this.#options.content, message.contentId);
    const [text, attachments] = await Promise.all([readMessageText(octets), readAttachments(octets)]);
    const { header } = text;
    return {
      headers: header.fields.map((field) => ({
        name: field.name,
        value: decodeEncodedWords(fieldBody(header, field)),
      })),
      text: text.body.slice(0, MOST_SHOWN_CHARACTERS),
      attachments: attachments.map(({ name, inside }) => [name, ...inside].join(' › ')),
      links: [...new Set(text.links.map(({ host }) => host))].slice(0, MOST_SHOWN_LINKS),
      findings: message.verdict.findings,
    };
  }

  /** On the way that was interrupted, and learned as no junk where that is asked for; answers how many. */
  async release(filter: QuarantineFilter, { by, learns }: ReleaseTerms): Promise<number> {
    return this.#carryOut({ action: 'release', filter, by }, (left) => {
      if (left.some(({ way }) => way.kind === 'queue')) this.#queued.emit();
      if (learns) this.#teach(left);
    });
  }

  /** For good; answers how many. */
  remove(filter: QuarantineFilter, by: string): Promise<number> {
    return this.#carryOut({ action: 'remove', filter, by });
  }

  /** Removes what is over, now and every hour. */
  start(): void {
    const keptBefore = this.#options.clock.now() - this.#options.keepDays() * DAY_MS;
    this.#carryOut({ action: 'remove', filter: { keptBefore }, by: null }).catch(this.#options.onError);
    this.#cancel = this.#options.clock.after(HOUR_MS, () => this.start());
  }

  stop(): void {
    this.#cancel();
  }

  #teach(left: readonly QuarantinedMessage[]): void {
    for (const { accountId, contentId } of left) {
      this.#options.trainer.teach({ accountId: accountId ?? OFFICE, contentId, isJunk: false });
    }
  }

  async #carryOut(
    order: Omit<QuarantineOrder, 'at'>,
    afterCommit: (left: readonly QuarantinedMessage[]) => void = () => undefined,
  ): Promise<number> {
    const { store, clock } = this.#options;
    let count = 0;
    for (;;) {
      const left = await store.carryOut({ ...order, at: clock.now() });
      if (left.length === 0) break;
      count += left.length;
      afterCommit(left);
    }
    if (count > 0) this.#changed.emit();
    return count;
  }
}
