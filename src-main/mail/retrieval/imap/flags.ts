/** Flags as clients send and read them (RFC 9051 §2.3.2). */
import { SYSTEM_FLAGS } from '../../mailstore/port.ts';

/** Keywords that one STORE or APPEND may bring, and how long each may be: clients use a dozen short ones. */
const MAX_KEYWORDS = 100;
const MAX_KEYWORD_LENGTH = 200;

export function formatFlags(flags: readonly string[]): string {
  return `(${flags.join(' ')})`;
}

/**
 * Flags that can be stored, in their spelling; a sentence where one cannot. `\Recent` is left out: no client can set it,
 * but some send back what they were told.
 */
export function readFlags(given: readonly string[]): readonly string[] | string {
  const flags: string[] = [];
  for (const flag of given) {
    const key = flag.toLowerCase();
    const known = SYSTEM_FLAGS.find((name) => name.toLowerCase() === key);
    if (known !== undefined) flags.push(known);
    else if (flag.startsWith('\\') && key !== '\\recent') return `${flag} is no flag that can be set`;
    else if (flag.length > MAX_KEYWORD_LENGTH) return 'A keyword is too long';
    else if (!flag.startsWith('\\')) flags.push(flag);
  }
  return flags.length > MAX_KEYWORDS ? 'Too many keywords' : flags;
}
