/**
 * Pasted bounce: what names the message in a text that somebody pasted: a DSN (RFC 3464) as a mail program shows it, the header section
 * that came back, a reply of our server, lines of somebody's log.
 *
 * Invariants: never throws, linear time, at most MOST_OF_A_KIND of a kind; what stands last comes first, since the message that came
 * back stands below the notice about it.
 */

export interface PastedBounce {
  /** What may be ids of ours: of the queue, of a timeline. */
  readonly traceIds: readonly string[];
  /** Without their angle brackets. */
  readonly messageIds: readonly string[];
  /** Those whom it did not reach. */
  readonly recipients: readonly string[];
  readonly subject: string | null;
}

/** One line of so many characters is a pasted one too. */
const LONGEST_SEARCH = 120;
const MOST_OF_A_KIND = 20;

const TRACE_ID = /(?<![\w@.-])[0-9a-hj-kmnp-tv-z]{16}(?![\w@-])/gu;
// What a line begins with is of that line alone: blank lines are not gone through again at each of them.
const MESSAGE_ID_FIELD = /^[> \t]*(?:original-)?message-id:\s*<?([^\s<>]{3,250})>?/gimu;
const MESSAGE_ID_IN_LOG = /message-id=<?([^\s<>,;]{3,250})>?/giu;
const RECIPIENT_FIELD =
  /^[> \t]*(?:final|original)-recipient:\s*(?:[\w-]+;\s*)?<?([^\s<>;]+@[^\s<>;,]+)>?/gimu;
const ADDRESS_IN_BRACKETS = /<([^\s<>@"]+@[^\s<>@"]+\.[^\s<>@".]+)>/gu;
const SUBJECT_FIELD = /^[> \t]*subject:[^\S\n]*(\S.*)$/gimu;

/** null: words to search for, not a pasted text. */
export function readPastedBounce(text: string): PastedBounce | null {
  const pasted = text.trim();
  if (!pasted.includes('\n') && pasted.length <= LONGEST_SEARCH && !/^[\w-]+-id:/iu.test(pasted)) return null;
  const named = [...find(pasted, MESSAGE_ID_FIELD), ...find(pasted, MESSAGE_ID_IN_LOG)];
  const recipients = find(pasted, RECIPIENT_FIELD);
  const messageIds = new Set(named);
  return {
    traceIds: find(pasted, TRACE_ID),
    messageIds: named,
    recipients:
      recipients.length > 0
        ? recipients
        : find(pasted, ADDRESS_IN_BRACKETS).filter((each) => !messageIds.has(each)),
    subject: find(pasted, SUBJECT_FIELD)[0] ?? null,
  };
}

function find(text: string, pattern: RegExp): readonly string[] {
  const found = Array.from(text.matchAll(pattern), (match) => (match[1] ?? match[0]).trim());
  return [...new Set(found.reverse())].slice(0, MOST_OF_A_KIND);
}
