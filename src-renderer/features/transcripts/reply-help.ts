/**
 * Reply help: what a refusing reply means to the person who keeps the server, and what usually helps.
 *
 * Enhanced status codes: RFC 3463 and the IANA registry; response codes of IMAP: RFC 9051 §7.1; of POP3: RFC 2449 §8, RFC 3206.
 */
import { type MessageKey, t } from '../../locales/text.ts';

type HelpKey = Extract<MessageKey, `transcripts.help.${string}`>;

/** The first that matches counts: from the particular to the general. */
const RULES: readonly (readonly [RegExp, HelpKey])[] = [
  [/^55\d 5\.7\.1 .*relay/i, 'transcripts.help.relaying'],
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

/** A sentence about the reply, or null where there is nothing sensible to say. */
export function explainReply(reply: string): string | null {
  const rule = RULES.find(([pattern]) => pattern.test(reply));
  return rule === undefined ? null : t(rule[1]);
}
