/**
 * What one client asked for, one thing after another, on what is its own alone.
 *
 * After any cut what is there must be the state after some of these things: at least all that were acknowledged, nothing
 * beyond what was asked, and nothing in between two states.
 */
import type { Snapshot } from './snapshot.ts';

/** Where the server's acknowledgement ends in what it sent: for the power-cut harness, which finds it among the writes. */
export interface Acknowledgement {
  /** The client's port. */
  readonly port: number;
  readonly octets: number;
}

export type IsAcknowledged = (acknowledgement: Acknowledgement) => boolean;

/** What an answer said beside OK: places that hold from then on. */
export interface Promised {
  readonly account: string;
  readonly mailbox: string;
  readonly uidValidity?: number;
  /** UIDs given to messages. */
  readonly uids?: readonly { readonly uid: number; readonly id: string }[];
  /** MODSEQs that flag changes were given. */
  readonly modSeqs?: readonly { readonly uid: number; readonly modSeq: number }[];
}

export interface Deed {
  /** As in the protocol's words. */
  readonly name: string;
  acknowledgement: Acknowledgement | null;
  promised: readonly Promised[];
}

export class History {
  readonly name: string;
  readonly #describe: (snapshot: Snapshot) => string;
  readonly #problems: string[] = [];
  #deeds: Deed[] = [];
  #states: string[];

  /** `describe` says of a folder what concerns this client; `state` is what it says at the beginning. */
  constructor(name: string, describe: (snapshot: Snapshot) => string, state: string) {
    this.name = name;
    this.#describe = describe;
    this.#states = [state];
  }

  get deeds(): readonly Deed[] {
    return this.#deeds;
  }

  /** Before it is asked; `state` is what there will be. */
  ask(name: string, state: string): Deed {
    const deed: Deed = { name, acknowledgement: null, promised: [] };
    this.#deeds.push(deed);
    this.#states.push(state);
    return deed;
  }

  /** Whether the last thing that was asked for was not acknowledged. */
  get isUncertain(): boolean {
    return this.#deeds.at(-1)?.acknowledgement === null;
  }

  audit(snapshot: Snapshot, isAcknowledged: IsAcknowledged): readonly string[] {
    return [...this.#problems, ...this.#compare(this.#describe(snapshot), isAcknowledged)];
  }

  /** The client has looked: this is what there is, and from now on things begin with it. */
  resume(found: string): void {
    this.#problems.push(...this.#compare(found, () => true));
    this.#deeds = [];
    this.#states = [found];
  }

  #compare(found: string, isAcknowledged: IsAcknowledged): readonly string[] {
    const least = this.#lastAcknowledged(isAcknowledged) + 1;
    if (this.#states.indexOf(found, least) >= 0) return [];
    const wanted = this.#states[least] ?? '';
    const [deed, next] = [this.#deeds[least - 1]?.name ?? 'the beginning', this.#deeds[least]?.name];
    const after = next === undefined ? '' : `, or after ${next}`;
    return [`${this.name}: after ${deed}${after} there should be ${wanted}, and there is ${found}`];
  }

  /** What was promised by acknowledged deeds. */
  promised(isAcknowledged: IsAcknowledged): readonly Promised[] {
    return this.#deeds.flatMap(({ acknowledgement, promised }) =>
      acknowledgement !== null && isAcknowledged(acknowledgement) ? promised : [],
    );
  }

  /** Forgets what was; from now on things begin with what there is. */
  settle(snapshot: Snapshot): void {
    this.#deeds = [];
    this.#states = [this.#describe(snapshot)];
  }

  #lastAcknowledged(isAcknowledged: IsAcknowledged): number {
    return this.#deeds.findLastIndex(
      ({ acknowledgement }) => acknowledgement !== null && isAcknowledged(acknowledgement),
    );
  }
}
