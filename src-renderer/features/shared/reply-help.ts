/**
 * Reply help: what a refusing reply means to the person who keeps the server, and what usually helps.
 *
 * Enhanced status codes: RFC 3463 and the IANA registry; response codes of IMAP: RFC 9051 §7.1; of POP3: RFC 2449 §8, RFC 3206.
 */
import type { RecipientOutcome } from '../../../src-main/contract/messages.ts';
import { type MessageKey, t } from '../../locales/text.ts';

type HelpKey = Extract<MessageKey, `transcripts.help.${string}` | `queue.help.${string}`>;
type Rules = readonly (readonly [RegExp, HelpKey])[];

/** Who gave the reply: this server to a client, or another server to this one. */
export type ReplySide = 'ours' | 'theirs';

/** The first that matches counts: from the particular to the general. */
const OUR_RULES: Rules = [
  [/^55\d 5\.7\.1 .*relay/i, 'transcripts.help.relaying'],
  [/\(rule "[^"]*"\)$/, 'transcripts.help.rule'],
  [/^55\d 5\.7\.1 /, 'transcripts.help.notOwnAddress'],
  [/^55\d 5\.1\.[12] /, 'transcripts.help.unknownRecipient'],
  [/^554 5\.5\.1 .*recipients/i, 'transcripts.help.noRecipients'],
  [/^535 |^-ERR \[AUTH\]|^\S+ NO \[AUTHENTICATIONFAILED\]/i, 'transcripts.help.wrongPassword'],
  [/^(?:538|530 5\.7\.0|530 5\.7\.10) |\[PRIVACYREQUIRED\]/i, 'transcripts.help.needsTls'],
  [/^530 /, 'transcripts.help.needsSignIn'],
  [/^5\d\d 5\.2\.1 /, 'transcripts.help.disabled'],
  [/^[45]\d\d [45]\.2\.2 |\[OVERQUOTA\]/i, 'transcripts.help.full'],
  [/^552 |^5\d\d 5\.3\.4 /, 'transcripts.help.tooLarge'],
  [/^\S+ NO \[(?:NONEXISTENT|TRYCREATE)\]/i, 'transcripts.help.noMailbox'],
  [/^503 /, 'transcripts.help.order'],
  [/^50\d |^\S+ BAD\b/i, 'transcripts.help.syntax'],
  [/^4\d\d |\[(?:UNAVAILABLE|INUSE|SYS\/TEMP|IN-USE)\]/i, 'transcripts.help.temporary'],
];

/** Codes of the network and of our own doing come first: there nobody answered. */
const NETWORK_RULES: Rules = [
  [/^\d+ [45]\.4\.7 /, 'queue.help.expired'],
  [/^\d+ [45]\.4\.6 |mail loop|too many hops/i, 'queue.help.loop'],
  [/^\d+ 5\.1\.10 |null MX/i, 'queue.help.takesNoMail'],
  [/^\d+ (?:[45]\.4\.[34]|[45]\.1\.2) |(?:domain|host) not found|NXDOMAIN/i, 'queue.help.noHost'],
  [/^\d+ [45]\.4\.1 |connection refused|timed out/i, 'queue.help.noAnswer'],
  [/^\d+ [45]\.4\.[25] |connection (?:lost|reset|closed)/i, 'queue.help.dropped'],
  [/^\d+ [45]\.7\.(?:4|5|10|11) |STARTTLS|certificate/i, 'queue.help.tls'],
];

const THEIR_RULES: Rules = [
  [/gr[ea]y-?list/i, 'queue.help.greylisted'],
  [/\bSPF\b|\bDKIM\b|\bDMARC\b|^\d+ [45]\.7\.2[0-7] /i, 'queue.help.authentication'],
  [/block ?list|black ?list|spamhaus|\b[RD]NS?BL\b|barracuda|listed/i, 'queue.help.blocklisted'],
  [/relay/i, 'queue.help.notTheirs'],
  [/^\d+ [45]\.2\.2 |quota|mailbox (?:is )?full/i, 'queue.help.full'],
  [/^\d+ 5\.1\.1 |user unknown|unknown user|no such user|does not exist/i, 'queue.help.unknown'],
  [/^\d+ [45]\.2\.1 /, 'queue.help.disabled'],
  [/^552 |^\d+ 5\.(?:3\.4|2\.3) /, 'queue.help.tooLarge'],
  [/^\d+ [45]\.1\.[78] /, 'queue.help.badSender'],
  [/^421 |^\d+ 4\.7\.0 |too many|rate limit/i, 'queue.help.busy'],
  [/^\d+ [45]\.3\.[01] |insufficient/i, 'queue.help.theirTrouble'],
  [/^\d+ 4\.7\.\d+ /, 'queue.help.greylisted'],
  [/^\d+ 5\.7\.\d+ |spam|policy/i, 'queue.help.policy'],
  [/^\d+ 5\.6\.\d+ /, 'queue.help.format'],
  [/^4/, 'queue.help.temporary'],
  [/^5/, 'queue.help.refused'],
];

const OWN_DELIVERY_RULES: Rules = [
  [/^\d+ [45]\.2\.2 /, 'transcripts.help.full'],
  [/^\d+ 5\.2\.1 /, 'transcripts.help.disabled'],
  [/^\d+ 5\.1\.1 /, 'transcripts.help.unknownRecipient'],
  ...NETWORK_RULES,
  [/^/, 'queue.help.ownTrouble'],
];

/** A sentence about the reply, or null where there is nothing sensible to say. */
export function explainReply(reply: string, side: ReplySide = 'ours'): string | null {
  return explain(reply, side === 'ours' ? OUR_RULES : [...NETWORK_RULES, ...THEIR_RULES]);
}

/** The reply of an attempt as one reads it, its status not said twice. */
export function replyText({ status, diagnostic }: Pick<RecipientOutcome, 'status' | 'diagnostic'>): string {
  return diagnostic.includes(status) ? diagnostic : `${status} ${diagnostic}`;
}

/** What became of an attempt, in a sentence. Where no other server answered, the trouble is ours or the network's. */
export function explainOutcome(outcome: RecipientOutcome): string | null {
  const { status, diagnostic, remoteMta } = outcome;
  const code = /^\d{3}(?=[ -])/.exec(diagnostic)?.[0] ?? `${status.slice(0, 1)}50`;
  const words = diagnostic.replace(/^\d{3}[ -](?:\d\.\d+\.\d+ )?/, '');
  const reply = `${code} ${status} ${words}`;
  return explain(reply, remoteMta === undefined ? OWN_DELIVERY_RULES : [...NETWORK_RULES, ...THEIR_RULES]);
}

function explain(reply: string, rules: Rules): string | null {
  const rule = rules.find(([pattern]) => pattern.test(reply));
  return rule === undefined ? null : t(rule[1]);
}
