/** Traffic: something happens a few times a second, in every direction, until the signal. */
import { setTimeout as pause } from 'node:timers/promises';
import { receive, submit, type DemoOffice } from './demo-office.ts';
import { keepPhonesWaiting, visitInbox } from './imap-reader.ts';
import { collectMail } from './pop3-reader.ts';
import {
  guessImapPassword,
  guessPop3Password,
  guessSubmissionPassword,
  probe,
  tryToRelay,
  writeToNobody,
} from './unwelcome.ts';

const MEAN_PAUSE_MS = 500;
/** On a machine that is too busy for more the rest does not happen. */
const MOST_AT_ONCE = 12;
/** What is not over by then the stopping server ends. */
const MOST_LEAVING_MS = 2_000;

type Happening = (office: DemoOffice) => Promise<void>;

/** Each as often as its weight. */
const HAPPENINGS: readonly (readonly [weight: number, happening: Happening])[] = [
  [8, async (office) => receive(office, [await fromOutside(office)], 'starttls')],
  [3, async (office) => receive(office, [await fromOutside(office)], 'none')],
  [5, async (office) => submit(office, [await fromInside(office)], 'starttls')],
  [3, async (office) => submit(office, [await fromInside(office)], 'implicit')],
  [1, async (office) => submit(office, [await fromInside(office)], 'none')],
  [12, visitInbox],
  [5, collectMail],
  [2, tryToRelay],
  [2, writeToNobody],
  [1, guessSubmissionPassword],
  [1, guessImapPassword],
  [1, guessPop3Password],
  [1, probe],
];
const CHOICES = HAPPENINGS.flatMap(([weight, happening]) => Array<Happening>(weight).fill(happening));

/** Resolves when the signal has come and the last happenings are over. */
export async function startTraffic(office: DemoOffice, signal: AbortSignal): Promise<void> {
  const running = new Set<Promise<void>>();
  const begin = (happening: () => Promise<unknown>): void => {
    const run = happening().then(
      () => undefined,
      (error: unknown) => (signal.aborted ? undefined : complain(error)),
    );
    running.add(run);
    void run.then(() => running.delete(run));
  };
  begin(() => keepPhonesWaiting(office, signal));
  while (!signal.aborted) {
    const wait = -Math.log(1 - office.dice.next()) * MEAN_PAUSE_MS;
    await pause(wait, undefined, { signal }).catch(() => undefined);
    const happening = office.dice.pick(CHOICES);
    if (!signal.aborted && running.size < MOST_AT_ONCE) begin(() => happening(office));
  }
  await Promise.race([Promise.all(running), pause(MOST_LEAVING_MS)]);
}

const fromOutside = (office: DemoOffice) => office.correspondence.fromOutside(Date.now());
const fromInside = (office: DemoOffice) => office.correspondence.fromInside(Date.now());

function complain(error: unknown): void {
  console.error('postroom demo: something went wrong in the traffic:', error);
}
