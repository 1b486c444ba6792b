/** Name patterns of LIST and LSUB (RFC 9051 §6.3.9): `*` is anything, `%` anything within one level. */
import { MAILBOX_DELIMITER } from '../../mailstore/port.ts';
import { MAX_PATTERN_LENGTH } from './limits.ts';

/** Whether `name` fits `pattern`; linear in their lengths' product, whatever the pattern. */
export function matchesPattern(pattern: string, name: string): boolean {
  if (pattern.length > MAX_PATTERN_LENGTH) return false;
  // Positions in the name that the pattern read so far can end at.
  let ends = new Uint8Array(name.length + 1);
  ends[0] = 1;
  for (const character of splitPattern(pattern)) {
    ends =
      character === '*' || character === '%' ? spread(ends, name, character) : step(ends, name, character);
  }
  return ends[name.length] === 1;
}

/** The pattern a client means: reference and pattern joined, INBOX in its spelling. */
export function fullPattern(reference: string, pattern: string): string {
  const joined = pattern.startsWith(MAILBOX_DELIMITER) ? pattern.slice(1) : reference + pattern;
  return joined.replace(/^inbox(?=$|[/*%])/i, 'INBOX');
}

/** A run of wildcards is one: `%%` is `%`, anything with `*` is `*`. */
function splitPattern(pattern: string): string {
  return pattern.replace(/[*%]+/g, (run) => (run.includes('*') ? '*' : '%'));
}

function step(ends: Uint8Array<ArrayBuffer>, name: string, character: string): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(ends.length);
  for (let i = 0; i < name.length; i++) if (ends[i] === 1 && name[i] === character) next[i + 1] = 1;
  return next;
}

function spread(ends: Uint8Array<ArrayBuffer>, name: string, wildcard: string): Uint8Array<ArrayBuffer> {
  const next = ends.slice();
  for (let i = 0; i < name.length; i++) {
    if (next[i] === 1 && (wildcard === '*' || name[i] !== MAILBOX_DELIMITER)) next[i + 1] = 1;
  }
  return next;
}
