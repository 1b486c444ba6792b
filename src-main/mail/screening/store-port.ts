/** What screening keeps; storage implements it. A promise that changes something resolves after the commit. */

import type { Subscribe } from '../../base/emitter.ts';
import type { ContentId } from '../content/port.ts';

/** A network, or a triplet of network, sender and recipient, that greylisting knows. */
export interface GreylistRow {
  readonly firstAt: number;
  /** When it came last; not more often than once an hour is noted. */
  readonly seenAt: number;
  /** How often it came back as it was asked to. */
  readonly passes: number;
}

export interface GreylistStore {
  find(key: string): Promise<GreylistRow | null>;
  put(key: string, row: GreylistRow): Promise<void>;
}

/** An account's id, or 0 for the office. */
export type BayesOwner = number;
export const OFFICE: BayesOwner = 0;

export interface TokenCounts {
  readonly junk: number;
  readonly mail: number;
}

/** How many messages of either kind an owner has learned from, and how many different tokens that left. */
export interface BayesTotals extends TokenCounts {
  readonly tokens: number;
}

export interface Lesson {
  readonly owners: readonly BayesOwner[];
  /** Tells messages apart: the same message teaches once, and what it taught is moved when it turns out to be the other. */
  readonly message: number;
  readonly tokens: readonly number[];
  readonly isJunk: boolean;
  readonly at: number;
}

/** What an owner holds a message to be; null: it has learned nothing from it. */
export type HeldAs = 'junk' | 'mail' | null;

/** What a person says of one message to one owner. */
export interface Correction extends Omit<Lesson, 'owners' | 'isJunk'> {
  readonly owner: BayesOwner;
  readonly as: HeldAs;
}

/** What somebody did with a message of an account, as the mailstore tells it. */
export interface MailLesson {
  readonly kind: 'lesson';
  readonly accountId: number;
  readonly contentId: ContentId;
  readonly isJunk: boolean;
}

export interface BayesStore {
  totals(owner: BayesOwner): Promise<BayesTotals>;
  /** Of tokens that nobody has seen there is no entry. */
  counts(owner: BayesOwner, tokens: readonly number[]): Promise<ReadonlyMap<number, TokenCounts>>;
  /** Answers how many owners learned something new from it. */
  learn(lesson: Lesson): Promise<number>;
  /** Answers what the owner held it to be before. */
  correct(correction: Correction): Promise<HeldAs>;
  forget(owner: BayesOwner): Promise<void>;
  /** Hears of what people do with mail, after each commit. */
  readonly onLesson: Subscribe<MailLesson>;
}

export interface SenderHistory {
  readonly mail: number;
  readonly junk: number;
}

export interface ReputationStore {
  isCorrespondent(accountId: number, address: string): Promise<boolean>;
  /** Which of the addresses the account has not written to yet. */
  unknownOf(accountId: number, addresses: readonly string[]): Promise<readonly string[]>;
  noteCorrespondents(accountId: number, addresses: readonly string[], at: number): Promise<void>;
  historyOf(accountId: number, domain: string): Promise<SenderHistory | null>;
  /** Adds to the history; negative where something turned out to be the other. */
  noteSender(
    accountId: number,
    domain: string,
    change: SenderHistory & { readonly at: number },
  ): Promise<void>;
}
