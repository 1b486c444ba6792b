/**
 * History: the office's last weeks, sent through the real listeners while the server's clock is set back: so mailboxes,
 * timelines, transcripts and counts are what they would be, and agree.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Letter } from './correspondence.ts';
import type { DemoClock } from './demo-clock.ts';
import { receive, submit, type DemoOffice } from './demo-office.ts';
import { STAFF } from './office.ts';

const HOUR_MS = 3_600_000;
export const HISTORY_MS = 27 * 24 * HOUR_MS;
/** How the past thins out: a third of all mail is of the last hour, another third of the last days. */
const RECENCY = 6;
/** Sessions at a time; the clock moves between rounds, not while one runs. */
const ROUND = 4;
/** Who submits signs in first, and that costs the server a password hash; long ago it shows less. */
const RECENT_MS = 24 * HOUR_MS;
const INSIDE_SHARE = { recent: 0.4, old: 0.06 };
const TLS_SHARE = 0.05;
/** Copies in Sent are a small part of the mail; the large ones are left out. */
const LARGEST_COPY_OCTETS = 64 * 1024;

/** A letter that one of ours sent. */
export interface SentLetter {
  readonly letter: Letter;
  readonly at: number;
}

export async function writeHistory(
  office: DemoOffice,
  clock: DemoClock,
  options: { messages: number; signal: AbortSignal },
): Promise<readonly SentLetter[]> {
  const { dice } = office;
  const sent: SentLetter[] = [];
  const end = Date.now();
  const ages = Array.from({ length: options.messages }, () => HISTORY_MS * dice.next() ** RECENCY);
  ages.sort((a, b) => b - a);
  for (let first = 0; first < ages.length && !options.signal.aborted; first += ROUND) {
    const round = ages.slice(first, first + ROUND);
    clock.jumpTo(end - (round[0] ?? 0));
    const at = clock.now();
    const letters = await Promise.all(round.map((age) => sendOne(office, at, age)));
    sent.push(...letters.filter(isWorthACopy).map((letter) => ({ letter, at })));
    while (!(await office.hasDeliveredAll())) await nextTurn();
  }
  clock.jumpTo(Number.POSITIVE_INFINITY);
  return sent;
}

async function sendOne(office: DemoOffice, at: number, age: number): Promise<Letter> {
  const { dice, correspondence } = office;
  const tls = dice.falls(TLS_SHARE) ? 'starttls' : 'none';
  const isInside = dice.falls(age < RECENT_MS ? INSIDE_SHARE.recent : INSIDE_SHARE.old);
  const letter = await (isInside ? correspondence.fromInside(at) : correspondence.fromOutside(at));
  await (isInside ? submit(office, letter, tls) : receive(office, letter, tls));
  return letter;
}

function isWorthACopy({ author, content }: Letter): boolean {
  return STAFF.includes(author) && content.length <= LARGEST_COPY_OCTETS;
}
