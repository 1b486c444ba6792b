/** Words by which a message is found because of what became of it: hosts, their ids for it, and who it is for now. */
import type { MailEvent } from '../../mail/events.ts';

/** Ids that other servers give a message: digits among letters. */
const ID = /^(?=.*\d)[\w.@-]{6,64}$/u;
const MOST_WORDS_OF_REPLY = 6;

export function wordsOfEvents(events: readonly MailEvent[]): readonly string[] {
  return [...new Set(events.flatMap(wordsOfEvent))];
}

function wordsOfEvent(event: MailEvent): readonly string[] {
  switch (event.type) {
    case 'attempted':
      return wordsOfAttempt(event);
    case 'expanded':
      return event.into;
    case 'forwarded':
      return event.to;
    case 'quarantined':
      return [event.account];
    default:
      return [];
  }
}

function wordsOfAttempt({
  outcome,
  account,
  remoteAddress,
}: Extract<MailEvent, { type: 'attempted' }>): readonly string[] {
  // Nearly all mail: into the mailbox of whom it was sent to, who is known already.
  if (outcome.remoteMta === undefined)
    return account === undefined || account === outcome.recipient.toLowerCase() ? [] : [account];
  const host = remoteAddress === undefined ? [outcome.remoteMta] : [outcome.remoteMta, remoteAddress];
  return outcome.kind === 'relayed' ? [...host, ...idsIn(outcome.diagnostic)] : host;
}

/** Of `250 2.0.0 Ok: queued as 4XyZ01`: what its administrators would ask for. */
function idsIn(reply: string): readonly string[] {
  return reply
    .slice(4)
    .split(/[\s<>()[\],;:=]+/u)
    .filter((word) => ID.test(word) && !STATUS.test(word))
    .slice(0, MOST_WORDS_OF_REPLY);
}

/** RFC 3463 §2; times and addresses look like ids too, and do no harm. */
const STATUS = /^\d\.\d{1,3}\.\d{1,3}$/u;
