/**
 * The letters of the mixed load: who submitted what to whom, where it must come to lie, and who fetched it away.
 *
 * Whatever was acknowledged waits in the queue or lies in its mailbox, once, never both; what was not is there as a whole or not at all.
 */
import type { Acknowledgement, IsAcknowledged } from './history.ts';
import type { Snapshot } from './snapshot.ts';

export const [TOM, ANNA, PAUL] = ['tom@server1.com', 'anna@server1.com', 'paul@server1.com'] as const;

/** What one recipient of a letter comes to. */
interface Part {
  /** As which it may wait in the queue. */
  readonly waitsAs: readonly string[];
  /** `account mailbox`: where copies come to lie, all in one commit. Empty: it leaves for another server. */
  readonly places: readonly string[];
}

interface Kind {
  readonly name: string;
  readonly to: readonly string[];
  readonly parts: readonly Part[];
}

const inbox = (address: string): Part => ({ waitsAs: [address], places: [`${address} INBOX`] });

/** By what the filter script of the office's Anna does with the subject (FILTER). */
export const KINDS: readonly Kind[] = [
  { name: 'kept', to: [ANNA], parts: [inbox(ANNA)] },
  { name: 'both', to: [TOM, ANNA], parts: [inbox(TOM), inbox(ANNA)] },
  { name: 'filed', to: [ANNA], parts: [{ waitsAs: [ANNA], places: [`${ANNA} Filed`] }] },
  { name: 'forwarded', to: [ANNA], parts: [{ waitsAs: [ANNA, TOM], places: [`${TOM} INBOX`] }] },
  {
    name: 'shared',
    to: ['sales@server1.com'],
    parts: [{ waitsAs: ['sales@server1.com'], places: [`${TOM} INBOX`, `${ANNA} INBOX`] }],
  },
  { name: 'fetched', to: [PAUL], parts: [inbox(PAUL)] },
  { name: 'fetched', to: [PAUL], parts: [inbox(PAUL)] },
  { name: 'relayed', to: ['jack@server2.com'], parts: [{ waitsAs: ['jack@server2.com'], places: [] }] },
];

export const FILTER = `require ["fileinto", "mailbox"];
if header :contains "subject" "filed-" { fileinto :create "Filed"; stop; }
if header :contains "subject" "forwarded-" { redirect "${TOM}"; stop; }
`;

export interface Letter {
  readonly id: string;
  readonly kind: Kind;
  acknowledgement: Acknowledgement | null;
}

/** Letters that one POP3 session deleted together. */
export interface Removal {
  readonly ids: readonly string[];
  /** The server's last words before it was asked for. */
  readonly askedAfter: Acknowledgement;
  acknowledgement: Acknowledgement | null;
}

/** Above what fits a row, so that files are cut too. */
const LARGE_EVERY = 30;

export class Post {
  readonly #letters = new Map<string, Letter>();
  readonly #removals: Removal[] = [];
  /** Whether the other office's server has the letter. */
  readonly #isRelayed: (id: string) => boolean;
  #count = 0;

  constructor(isRelayed: (id: string) => boolean) {
    this.#isRelayed = isRelayed;
  }

  /** How many letters and removals were acknowledged since the beginning. */
  acknowledged = 0;

  acknowledge(asked: Letter | Removal, acknowledgement: Acknowledgement): void {
    asked.acknowledgement = acknowledgement;
    this.acknowledged++;
  }

  write(kind: Kind): Letter {
    const number = this.#count++;
    const id = `${kind.name}-${number}${number % LARGE_EVERY === 0 ? '-large' : ''}`;
    const letter = { id, kind, acknowledgement: null };
    this.#letters.set(id, letter);
    return letter;
  }

  remove(ids: readonly string[], askedAfter: Acknowledgement): Removal {
    const removal = { ids, askedAfter, acknowledgement: null };
    this.#removals.push(removal);
    return removal;
  }

  audit(snapshot: Snapshot, isAcknowledged: IsAcknowledged): readonly string[] {
    const found = findLetters(snapshot);
    const removals = this.#removals.filter(({ askedAfter }) => isAcknowledged(askedAfter));
    const mayBeGone = new Set(removals.flatMap(({ ids }) => ids));
    const problems = removals.flatMap((removal) =>
      auditRemoval(removal, found, isDone(removal, isAcknowledged)),
    );
    for (const letter of this.#letters.values()) {
      const mustBeThere = isDone(letter, isAcknowledged) && !mayBeGone.has(letter.id);
      problems.push(...this.#auditLetter(letter, found.get(letter.id) ?? NOWHERE, mustBeThere));
    }
    return [...problems, ...this.#auditStrangers(found)];
  }

  /** Forgets letters that nothing can happen to any more, so that a long run stays short; `settled` is what an audit has seen. */
  settle(snapshot: Snapshot): void {
    const found = findLetters(snapshot);
    for (const removal of this.#removals.splice(0))
      for (const id of removal.ids) if (!found.has(id)) this.#letters.delete(id);
    for (const letter of this.#letters.values()) {
      if (found.has(letter.id)) letter.acknowledgement ??= SEEN;
      else if (letter.acknowledgement === null) this.#letters.delete(letter.id);
    }
  }

  #auditLetter(letter: Letter, there: Found, mustBeThere: boolean): readonly string[] {
    const counts = letter.kind.parts.map((part) => this.#presence(letter, part, there));
    const whole = counts.every((count) => count === 1);
    const none = counts.every((count) => count === 0);
    const places = letter.kind.parts.flatMap((part) => part.places);
    const stray = there.places.filter((place) => !places.includes(place));
    if (stray.length > 0) return [`${letter.id} lies in ${stray.join(', ')}, where it must not`];
    if (whole || (none && !mustBeThere)) return [];
    if (none) return [`${letter.id} was acknowledged and is gone`];
    const where = [...there.places, ...there.waiting.map((address) => `queue for ${address}`)].join(', ');
    return [`${letter.id} is not there exactly once: ${where}`];
  }

  /** 1 where it waits or has arrived whole; 0 where it is nowhere; something else is a problem. */
  #presence({ id, acknowledgement }: Letter, { waitsAs, places }: Part, there: Found): number {
    const waiting = there.waiting.filter((address) => waitsAs.includes(address)).length;
    const arrived = places.map((place) => there.places.filter((found) => found === place).length);
    if (places.length === 0)
      return waiting === 0 && acknowledgement !== null && this.#isRelayed(id) ? 1 : waiting;
    const copies = arrived.every((count) => count === arrived[0]) ? (arrived[0] ?? 0) : 0.5;
    return waiting + copies;
  }

  /** Letters that nobody wrote; those of IMAP clients have names of another form. */
  #auditStrangers(found: ReadonlyMap<string, Found>): readonly string[] {
    const own = new Set(KINDS.map(({ name }) => name));
    const isOurs = (id: string) => own.has(id.split('-')[0] ?? '');
    return [...found.keys()]
      .filter((id) => isOurs(id) && !this.#letters.has(id))
      .map((id) => `${id} is there, and was gone before or never written`);
  }
}

function isDone({ acknowledgement }: Letter | Removal, isAcknowledged: IsAcknowledged): boolean {
  return acknowledgement !== null && isAcknowledged(acknowledgement);
}

/** All of it or nothing; all where it was acknowledged. */
function auditRemoval(
  { ids }: Removal,
  found: ReadonlyMap<string, Found>,
  isDone: boolean,
): readonly string[] {
  const left = ids.filter((id) => (found.get(id)?.places.length ?? 0) > 0);
  if (isDone) return left.map((id) => `${id} was deleted over POP3 and is there again`);
  const isPart = left.length > 0 && left.length < ids.length;
  return isPart ? [`of what POP3 deleted together ${left.join(', ')} is left`] : [];
}

/** Stands for what an audit has seen: it has to stay. */
const SEEN: Acknowledgement = { port: 0, octets: 0 };

interface Found {
  readonly waiting: string[];
  readonly places: string[];
}

const NOWHERE: Found = { waiting: [], places: [] };

function findLetters(snapshot: Snapshot): ReadonlyMap<string, Found> {
  const found = new Map<string, Found>();
  const at = (id: string): Found => {
    const there = found.get(id) ?? { waiting: [], places: [] };
    found.set(id, there);
    return there;
  };
  for (const { id, address } of snapshot.queued) at(id).waiting.push(address);
  for (const { account, name, letters } of snapshot.mailboxes)
    for (const { id } of letters) at(id).places.push(`${account} ${name}`);
  return found;
}
