/**
 * The header fields in which mbox files keep flags: Status and X-Status (mutt, Dovecot, Pine), X-Keywords, and Mozilla's.
 *
 * Flow: export writes them before the message; import reads them wherever they stand and takes off what export wrote.
 * Invariants: reading what was written gives the same flags; the message's own octets are never changed.
 */

export interface StatusFields {
  readonly flags: readonly string[];
  /** Octets of the block that export wrote before the message. */
  readonly ownOctets: number;
  /** Mozilla's "expunged": deleted in the program, still in its file. */
  readonly isExpunged: boolean;
}

const LETTERS: readonly (readonly [field: 'Status' | 'X-Status', letter: string, flag: string])[] = [
  ['Status', 'R', '\\Seen'],
  ['X-Status', 'A', '\\Answered'],
  ['X-Status', 'F', '\\Flagged'],
  ['X-Status', 'T', '\\Draft'],
  ['X-Status', 'D', '\\Deleted'],
];

/** X-Mozilla-Status, in hexadecimal (nsMsgMessageFlags). */
const MOZILLA_READ = 0x0001;
const MOZILLA_REPLIED = 0x0002;
const MOZILLA_MARKED = 0x0004;
const MOZILLA_EXPUNGED = 0x0008;

/** The block that export writes, always these three lines, so that no field of the message is taken for one of it. */
const OWN_BLOCK = /^Status: R?O\r?\nX-Status: [AFTD]*\r?\nX-Keywords: [^\r\n]*\r?\n/u;

/** The block before a message, lines ended by CRLF. */
export function formatStatusFields(flags: readonly string[]): string {
  const letters = (field: string) =>
    LETTERS.filter(([name, , flag]) => name === field && flags.includes(flag))
      .map(([, letter]) => letter)
      .join('');
  const keywords = flags.filter((flag) => !flag.startsWith('\\'));
  // `O`, as other programs write it: not new.
  return `Status: ${letters('Status')}O\r\nX-Status: ${letters('X-Status')}\r\nX-Keywords: ${keywords.join(' ')}\r\n`;
}

/** Reads a message's first octets, given as text of one character each. */
export function readStatusFields(head: string): StatusFields {
  const own = OWN_BLOCK.exec(head)?.[0];
  // What the message itself says below a block of ours is from an elder life of it.
  const header = own ?? /^(?:[^\r\n][^\n]*\n)*/u.exec(head)?.[0] ?? '';
  const valueOf = (name: string) =>
    new RegExp(`^${name}:[ \\t]*([^\\r\\n]*)`, 'imu').exec(header)?.[1]?.trim() ?? '';
  const flags = LETTERS.filter(([field, letter]) => valueOf(field).includes(letter)).map(
    ([, , flag]) => flag,
  );
  const mozilla = Number.parseInt(valueOf('X-Mozilla-Status'), 16) || 0;
  if ((mozilla & MOZILLA_READ) !== 0) flags.push('\\Seen');
  if ((mozilla & MOZILLA_REPLIED) !== 0) flags.push('\\Answered');
  if ((mozilla & MOZILLA_MARKED) !== 0) flags.push('\\Flagged');
  const keywords = `${valueOf('X-Keywords')} ${valueOf('X-Mozilla-Keys')}`.split(/[ ,]+/u).filter(isKeyword);
  return {
    flags: [...new Set([...flags, ...keywords])],
    ownOctets: own?.length ?? 0,
    isExpunged: (mozilla & MOZILLA_EXPUNGED) !== 0,
  };
}

/** RFC 9051 §9: flag-keyword is an atom. */
function isKeyword(word: string): boolean {
  return /^[^\x00-\x20\x7f-\uffff(){%*"\\\]]+$/u.test(word);
}
