/**
 * The mixed load: eight who use one office at once, each with a memory of what was acknowledged, and the audit of all of them.
 *
 * Submission (local, Sieve's fileinto and redirect, an alias, relay), IMAP (APPEND, COPY, MOVE, STORE, EXPUNGE, SEARCH), POP3 (DELE),
 * ManageSieve (PUTSCRIPT, SETACTIVE, DELETESCRIPT).
 */
import { createDice } from '../support/dice.ts';
import { ConnectionLostError } from '../support/line-client.ts';
import { OFFICE } from '../support/service-process.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { workOn, type Doors, type Pace } from './actor.ts';
import type { IsAcknowledged } from './history.ts';
import { ImapActor } from './imap-actor.ts';
import { ANNA, FILTER, PAUL, Post, TOM } from './post.ts';
import { fetchLetters, submitLetters } from './post-actors.ts';
import { auditPromises, MailboxWatch } from './promises.ts';
import { SieveActor } from './sieve-actor.ts';
import type { RememberingSink } from './remembering-sink.ts';
import type { Snapshot } from './snapshot.ts';

const SUBMITTERS = 3;
const IMAP_CLIENTS = 3;
const IRENE = { address: 'irene@server1.com', password: 'irene-password' };
const TOM_ACCOUNT = { address: TOM, password: 'tom-password' };
const PAUL_ACCOUNT = { address: PAUL, password: 'paul-password' };

/** The office of the mixed load; what is not its own leaves for the sink. */
export function proofOffice(sinkPort: number) {
  const person = (address: string, more: object = {}) => {
    const [localPart = ''] = address.split('@');
    return { localPart, password: `${localPart}-password`, name: localPart, ...more };
  };
  const accounts = [person(TOM), person(ANNA, { sieve: FILTER }), person(PAUL), person(IRENE.address)];
  const aliases = [{ localPart: 'sales', to: [TOM, ANNA] }];
  return {
    ...OFFICE,
    domains: [{ name: 'server1.com', accounts, aliases }],
    routes: [{ recipientDomain: '*', hosts: [`127.0.0.1:${sinkPort}`], tls: 'none' }],
    queue: { firstRetrySeconds: 1, longestRetrySeconds: 2 },
  };
}

export class MixedLoad {
  readonly #dice;
  readonly #post: Post;
  readonly #actors;
  readonly #watch = new MailboxWatch();
  readonly #unexpected: string[] = [];

  constructor(seed: number, sink: Pick<RememberingSink, 'has'>) {
    this.#dice = createDice(seed);
    this.#post = new Post((id) => sink.has(id));
    const imap = Array.from(
      { length: IMAP_CLIENTS },
      (_, at) => new ImapActor(`w${at}`, IRENE, createDice(seed + 1 + at)),
    );
    this.#actors = [...imap, new SieveActor(IRENE, createDice(seed + 100))];
  }

  /** How many things were acknowledged since the beginning. */
  get acknowledged(): number {
    const letters = this.#post.acknowledged;
    return this.#actors.reduce((sum, { acknowledged }) => sum + acknowledged, letters);
  }

  /** Everybody signs in, one after the other, as people do when they come to a new server. */
  async introduce(doors: Doors): Promise<void> {
    for (const { address, password } of [TOM_ACCOUNT, PAUL_ACCOUNT, IRENE]) {
      const account = { user: address, password };
      await (await SmtpClient.connect({ port: doors.port('submission'), account })).quit();
    }
  }

  /** All at work until the service is gone or the pace ends it. */
  async work(doors: Doors, pace: Pace): Promise<void> {
    const submission = { post: this.#post, account: TOM_ACCOUNT, dice: this.#dice };
    const sessions = [
      ...this.#actors.map((actor) => () => actor.work(doors, pace)),
      ...Array.from({ length: SUBMITTERS }, () => () => submitLetters(doors, pace, submission)),
      () => fetchLetters(doors, pace, { post: this.#post, account: PAUL_ACCOUNT }),
    ];
    const work = sessions.map((session) => workOn(session, pace));
    for (const { reason } of (await Promise.allSettled(work)).filter((each) => each.status === 'rejected'))
      if (!(reason instanceof ConnectionLostError)) this.#unexpected.push(`a client met ${String(reason)}`);
  }

  /** What is wrong with a folder after a cut; empty is what we want. */
  audit(snapshot: Snapshot, isAcknowledged: IsAcknowledged): readonly string[] {
    const audits = [this.#post, ...this.#actors].flatMap((each) => each.audit(snapshot, isAcknowledged));
    const promised = this.#actors.flatMap((actor) => actor.promised(isAcknowledged));
    return [...snapshot.problems, ...audits, ...auditPromises(snapshot, promised)];
  }

  /** After a cut of a folder that goes on: audits, and takes what there is as the beginning of what comes. */
  auditAndSettle(snapshot: Snapshot): readonly string[] {
    const problems = [
      ...this.#unexpected.splice(0),
      ...this.audit(snapshot, () => true),
      ...this.#watch.audit(snapshot),
    ];
    for (const each of [this.#post, ...this.#actors]) each.settle(snapshot);
    return problems;
  }
}
