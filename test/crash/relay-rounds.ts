/**
 * Kills the service at random moments while it takes mail and relays it, many times on one data folder; then a next hop that
 * remembers everything it acknowledged is asked.
 *
 * Proves: every recipient of an acknowledged message was relayed. A message is relayed twice only where a kill fell between the
 * next hop's 250 and our commit of it: the window that no client can close (src-main/mail/relay/create-relay-courier.ts).
 */
import { RememberingSink } from '../proof/remembering-sink.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../support/service-process.ts';
import { signInToConsole } from '../support/console-caller.ts';
import { killUnderLoad, type Letter } from './kill-under-load.ts';

const RECIPIENTS: readonly (readonly string[])[] = [
  ['jack@server2.com'],
  ['jill@server3.com', 'joe@server3.com'],
  ['jack@server2.com', 'jill@server3.com'],
];

/** How long before a kill a 250 of the next hop may have come that was not on disk yet: a commit or two on a busy disk. */
const WINDOW_MS = 1_000;
/** How long after a kill the next hop may still read what was in the socket; a new process needs longer to start. */
const UNHEARD_MS = 200;
const DRAIN_TIMEOUT_MS = 120_000;
const POLL_MS = 100;

export interface RelayCrashReport {
  readonly rounds: number;
  /** Recipients of messages that were acknowledged with 250. */
  readonly acknowledged: number;
  /** Recipients that the next hop got at least once, those of unanswered messages included. */
  readonly relayed: number;
  readonly doubled: number;
  /** The longest time between a 250 that was lost and the kill, in milliseconds; 0 where none was lost. */
  readonly longestWindowMs: number;
  /** Every one is a sentence; none is what we want. */
  readonly problems: readonly string[];
}

/** When the next hop acknowledged a message, by `subject recipient`, in milliseconds since 1970. */
type Acknowledged = ReadonlyMap<string, readonly number[]>;

export async function runRelayRounds(rounds: number): Promise<RelayCrashReport> {
  const sink = new RememberingSink();
  const hosts = [`127.0.0.1:${await sink.listen()}`];
  const folder = await makeWorkFolder({
    ...OFFICE,
    routes: [{ recipientDomain: '*', hosts, tls: 'none' }],
    queue: { firstRetrySeconds: 1, longestRetrySeconds: 2 },
  });
  const expected = new Set<string>();
  const kills: number[] = [];
  let number = 0;
  try {
    for (let round = 0; round < rounds; round++) {
      const service = await startOffice(folder);
      kills.push(await killUnderLoad(service, () => nextLetter(number++, expected)));
    }
    await drain(await startOffice(folder));
    return { rounds, acknowledged: expected.size, ...audit(expected, sink.acknowledged, kills) };
  } finally {
    await sink.close();
    await folder.remove();
  }
}

function nextLetter(number: number, expected: Set<string>): Letter {
  const subject = `relay-${number}`;
  const to = RECIPIENTS[number % RECIPIENTS.length] ?? [];
  const content = `From: tom@server1.com\r\nSubject: ${subject}\r\n\r\n${'Good morning. '.repeat(250)}`;
  const onAcknowledged = () => {
    for (const address of to) expected.add(`${subject} ${address}`);
  };
  return { to, content, onAcknowledged };
}

/** Lets the last start work off what the kills left in the queue. */
async function drain(service: ServiceProcess): Promise<void> {
  const { calls, close } = await signInToConsole(service.ready.console, OFFICE.admin);
  const deadline = Date.now() + DRAIN_TIMEOUT_MS;
  while ((await calls.queue.list({ limit: 1 })).total > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  close();
  await service.end();
}

function audit(
  expected: ReadonlySet<string>,
  acknowledged: Acknowledged,
  kills: readonly number[],
): Omit<RelayCrashReport, 'rounds' | 'acknowledged'> {
  const lost = [...expected].filter((key) => !acknowledged.has(key));
  const problems = lost.map((key) => `${key} was acknowledged and never relayed`);
  let doubled = 0;
  let longestWindowMs = 0;
  for (const [key, times] of acknowledged) {
    doubled += times.length - 1;
    for (const at of times.slice(0, -1)) {
      const windowMs = lostBefore(at, kills);
      longestWindowMs = Math.max(longestWindowMs, windowMs);
      if (windowMs > WINDOW_MS) problems.push(`${key} was relayed again ${windowMs} ms before any kill`);
    }
  }
  return { relayed: acknowledged.size, doubled, longestWindowMs, problems };
}

/** Milliseconds from a 250 to the kill that made us forget it; 0 where the kill was first, and nobody heard the 250. */
function lostBefore(at: number, kills: readonly number[]): number {
  const isUnheard = kills.some((kill) => kill <= at && at - kill < UNHEARD_MS);
  return isUnheard ? 0 : (kills.find((kill) => kill >= at) ?? Infinity) - at;
}
