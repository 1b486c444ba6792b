/**
 * History: the office's last weeks, sent through the real listeners while the server's clock is set back: so mailboxes,
 * timelines, transcripts and counts are what they would be, and agree.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Dice } from '../../test/support/dice.ts';
import type { Letter } from './correspondence.ts';
import type { DemoClock } from './demo-clock.ts';
import { receive, submit, type DemoOffice } from './demo-office.ts';
import { STAFF } from './office.ts';
import { tryToRelay, writeToNobody } from './unwelcome.ts';

const HOUR_MS = 3_600_000;
export const HISTORY_MS = 27 * 24 * HOUR_MS;
/** So much of all mail is of the last hour, which the overview shows minute by minute. */
const LAST_HOUR_SHARE = 0.6;
/** How the weeks before thin out: half of their mail is of the last eighth. */
const RECENCY = 3;
/** Letters at a time; the clock moves between rounds, not while one runs. */
const ROUND = 12;
/** Who submits signs in first, and that costs the server a password hash; long ago it shows less. */
const RECENT_MS = HOUR_MS;
const INSIDE_SHARE = { recent: 0.35, old: 0.03 };
const TLS_SHARE = 0.1;
/** Rounds with unwelcome visitors. */
const UNWELCOME_SHARE = 0.7;
/** Copies in Sent are a small part of the mail; the large ones are left out. */
const LARGEST_COPY_OCTETS = 64 * 1024;

/** Answers the letters that are worth a copy in Sent. */
export async function writeHistory(
  office: DemoOffice,
  clock: DemoClock,
  options: { messages: number; signal: AbortSignal },
): Promise<readonly Letter[]> {
  const { dice } = office;
  const sent: Letter[] = [];
  const end = Date.now();
  const ages = Array.from({ length: options.messages }, () => pickAge(dice));
  ages.sort((a, b) => b - a);
  for (let first = 0; first < ages.length && !options.signal.aborted; first += ROUND) {
    const round = ages.slice(first, first + ROUND);
    clock.jumpTo(end - (round[0] ?? 0));
    const letters = await writeRound(office, clock.now(), round);
    sent.push(...letters.filter(isWorthACopy));
    while (!(await office.hasDeliveredAll())) await nextTurn();
  }
  clock.jumpTo(Number.POSITIVE_INFINITY);
  return sent;
}

function pickAge(dice: Dice): number {
  if (dice.falls(LAST_HOUR_SHARE)) return HOUR_MS * dice.next();
  return HOUR_MS + (HISTORY_MS - HOUR_MS) * dice.next() ** RECENCY;
}

/** Whoever wrote several letters gives them over in one session. */
async function writeRound(
  office: DemoOffice,
  at: number,
  ages: readonly number[],
): Promise<readonly Letter[]> {
  const { dice, correspondence } = office;
  const letters: Letter[] = [];
  for (const age of ages) {
    const isInside = dice.falls(age < RECENT_MS ? INSIDE_SHARE.recent : INSIDE_SHARE.old);
    letters.push(await (isInside ? correspondence.fromInside(at) : correspondence.fromOutside(at)));
  }
  const sessions = [...Map.groupBy(letters, (letter) => letter.author).values()].map((mail) => {
    const tls = dice.falls(TLS_SHARE) ? 'starttls' : 'none';
    return isFromInside(mail[0]) ? submit(office, mail, tls) : receive(office, mail, tls);
  });
  const visitors = dice.falls(UNWELCOME_SHARE) ? [tryToRelay(office), writeToNobody(office)] : [];
  await Promise.all([...sessions, ...visitors]);
  return letters;
}

function isFromInside(letter: Letter | undefined): boolean {
  return letter !== undefined && STAFF.includes(letter.author);
}

function isWorthACopy(letter: Letter): boolean {
  return isFromInside(letter) && letter.content.length <= LARGEST_COPY_OCTETS;
}
